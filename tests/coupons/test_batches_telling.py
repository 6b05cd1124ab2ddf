"""The bell: approvers hear of a batch handed in, its makers of what was decided, each once."""

import pytest
from django.urls import reverse

from communities.models import Assignment, Notice
from communities.notices.words import told
from communities.scoping import Scope
from coupons.boards import deeds, telling
from tests.coupons.worlds import NOON, make_batch, make_people

pytestmark = pytest.mark.django_db


def handed_in(people, **fields):
    make_people(n=5, community=people.cuiping)
    batch = make_batch(by=people.operator, **fields)
    return deeds.take("submit", batch.pk, batch.revision, people.operator, "", NOON)


def heard(staff):
    return [told(one) for one in Notice.objects.filter(recipient=staff)]


def test_an_approver_hears_of_a_batch_handed_in_and_its_maker_does_not(people):
    batch = handed_in(people)
    lines = Notice.objects.order_by("recipient")
    assert [line.recipient.username for line in lines] == ["manager", "manager2"]
    assert {line.href for line in lines} == {reverse("approval", args=[batch.pk])}
    assert batch.number in told(lines[0])


def test_an_approver_who_made_it_hears_nothing(people):
    make_people(n=5)
    batch = make_batch(by=people.manager)
    deeds.take("submit", batch.pk, batch.revision, people.manager, "", NOON)
    assert [line.recipient.username for line in Notice.objects.all()] == ["manager2"]


def test_who_approves_for_one_community_hears_of_its_batches_alone(people):
    Assignment.objects.create(staff=people.newcomer, role="operations_manager", community=people.cuiping)
    handed_in(people)
    assert heard(people.newcomer) == []
    handed_in(people, scope=Scope(communities=frozenset({people.cuiping.pk})))
    handed_in(people, scope=Scope(communities=frozenset({people.cuiping.pk, people.jinling.pk})))
    assert len(heard(people.newcomer)) == 1
    assert len(heard(people.manager)) == 3


def test_told_twice_of_the_same_step_is_told_once_and_another_step_is_told_anew(people):
    batch = handed_in(people)
    Notice.objects.update(read_at=NOON)
    assert telling.of_step("submit", batch) == 0
    deeds.take("request_changes", batch.pk, batch.revision, people.manager, "少一点", NOON)
    deeds.take("submit", batch.pk, batch.revision, people.operator, "", NOON)
    [line] = Notice.objects.filter(recipient=people.manager)
    assert line.read_at is None


@pytest.mark.parametrize("verb", ["approve", "request_changes", "reject"])
def test_the_maker_hears_what_was_decided_once_by_whom_and_why_without_a_phone(verb, people):
    batch = handed_in(people)
    deeds.take(verb, batch.pk, batch.revision, people.manager, "问 13812341234", NOON)
    [line] = heard(people.operator)
    assert str(people.manager) in line
    assert ("138****1234" in line) is (verb != "approve")
    assert "13812341234" not in line
    batch.refresh_from_db()
    assert telling.of_step(verb, batch) == 0


def test_the_first_of_two_approvals_tells_the_makers_nothing(people, monkeypatch):
    monkeypatch.setattr("coupons.batches.tiers.needed", lambda batch, at: 2)
    batch = handed_in(people)
    deeds.take("approve", batch.pk, batch.revision, people.manager, "好", NOON)
    assert heard(people.operator) == []


def test_deciding_on_the_page_rings_the_bell(people, as_):
    batch = handed_in(people)
    sent = {"verb": "reject", "revision": batch.revision, "comment": "不行"}
    assert as_("manager").post(reverse("approval", args=[batch.pk]), sent).status_code == 302
    assert len(heard(people.operator)) == 1
