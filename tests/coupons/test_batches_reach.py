"""Buttons on a batch's page are offered where the right to them reaches: none leads to a page that is not there."""

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.models import Assignment
from communities.scoping import Scope
from coupons.batches import queries
from coupons.batches.models import Batch
from tests.coupons.worlds import make_batch, make_people

pytestmark = pytest.mark.django_db


def page_for(as_, person, batch):
    return as_(person).get(reverse("batch", args=[batch.pk])).context


def test_who_reads_all_batches_and_drafts_for_one_community_is_offered_only_its_own(people, as_):
    make_people(n=5, community=people.jinling)
    Assignment.objects.create(staff=people.analyst, role="operator", community=people.jinling)
    wide = make_batch(by=people.operator)
    own = make_batch(by=people.operator, budget=wide.budget, scope=Scope(communities=frozenset({people.jinling.pk})))
    assert page_for(as_, "analyst", own)["may_edit"] is True
    assert page_for(as_, "analyst", wide)["may_edit"] is False
    for batch, status in ((own, 200), (wide, 404)):
        assert as_("analyst").get(reverse("batch-edit", args=[batch.pk])).status_code == status


def test_deciding_and_handing_over_are_offered_where_they_reach(people, as_):
    make_people(n=5, community=people.jinling)
    Assignment.objects.create(staff=people.analyst, role="operations_manager", community=people.jinling)
    wide = make_batch(by=people.operator, at=timezone.now(), submitted=True)
    own = make_batch(
        by=people.operator, at=timezone.now(), submitted=True, budget=wide.budget,
        scope=Scope(communities=frozenset({people.jinling.pk})),
    )  # fmt: skip
    for batch, is_offered in ((own, True), (wide, False)):
        shown = page_for(as_, "analyst", batch)
        assert (shown["may_decide"], shown["may_hand_over"]) == (is_offered, is_offered)
        assert as_("analyst").get(reverse("approval", args=[batch.pk])).status_code == (200 if is_offered else 404)


REACHES = [
    Scope(everywhere=True), Scope(), Scope(communities=frozenset({1})), Scope(communities=frozenset({1, 2})),
    Scope(stations=frozenset({3})), Scope(communities=frozenset({1}), stations=frozenset({3})),
]  # fmt: skip


@pytest.mark.parametrize("reach", REACHES)
def test_a_batch_at_hand_is_within_reach_exactly_when_it_is_found(reach, people):
    made = [make_batch(by=people.operator, scope=scope) for scope in REACHES]
    Batch.objects.filter(pk=made[1].pk).update(scope={})
    seen = set(queries.visible_to(reach).values_list("pk", flat=True))
    assert {one.pk for one in Batch.objects.all() if queries.within(reach, one)} == seen
