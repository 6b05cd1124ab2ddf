"""The approval page: figures that add up, prices, samples; decided by somebody else, once, at what was seen."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.models import Assignment
from coupons.batches import actions, queries, steps
from coupons.batches.models import Batch
from coupons.budgets.models import Budget
from coupons.grants.models import Grant
from tests.coupons.worlds import make_batch, make_budget, make_coupon, make_people
from users.contact.models import ContactWish

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def batch(people) -> Batch:
    make_people(n=30, community=people.cuiping, name="王大明")
    blocked = make_people(n=4, community=people.jinling)
    ContactWish.objects.create(customer=blocked[0], do_not_contact=True)
    make_coupon(is_public=True, amount_off=1000)
    return submitted(people)


def submitted(people, **more) -> Batch:
    budget = Budget.objects.first() or make_budget(begins_on=dt.date(2018, 1, 1), ends_on=dt.date(2099, 1, 1))
    return make_batch(by=people.operator, at=timezone.now(), submitted=True, **{"budget": budget} | more)


def decide(client, batch: Batch, verb: str, comment: str = "", revision: int | None = None):
    data = {"verb": verb, "comment": comment, "revision": batch.revision if revision is None else revision}
    return client.post(reverse("approval", args=[batch.pk]), data, headers=ENGLISH)


def test_the_page_subtracts_from_candidates_to_recipients_and_it_adds_up(batch, as_):
    page = as_("manager").get(reverse("approval", args=[batch.pk]), headers=ENGLISH)
    found = page.context["subtraction"]
    assert batch.candidates + sum(n for _code, _label, n in found["held"]) == found["eligible"] == 33
    assert found["eligible"] + found["control"] == batch.recipients == 30
    assert "Approve for 30 people" in page.content.decode()


def test_names_and_phones_of_the_sample_are_masked_and_another_one_differs(batch, as_):
    one, other = (as_("manager").get(reverse("approval", args=[batch.pk]), {"sample": turn}) for turn in ("0", "1"))
    shown, then = ([row.pk for row in page.context["people"]] for page in (one, other))
    assert len(shown) == len(then) == 20
    assert "大明" not in one.content.decode()
    assert set(shown) | set(then) == set(queries.members(batch, "send").values_list("customer_id", flat=True))


def test_a_first_batch_says_that_nothing_can_be_foretold(batch, as_):
    text = as_("manager").get(reverse("approval", args=[batch.pk]), headers=ENGLISH).content.decode()
    assert "nothing can be foretold" in text
    assert "It is the first of its strategy or coupon" in text


def test_a_later_batch_is_held_against_the_last_and_foretold_from_it(people, batch, as_):
    before = actions.approve(batch.pk, batch.revision, people.manager, "好", timezone.now())
    now = timezone.now()
    ids = list(before.members.filter(fate="send").values_list("customer_id", flat=True))
    Grant.objects.bulk_create(
        Grant(
            batch=before, coupon=before.coupon, customer_id=one, code=f"C{one}", reserved=1200, issued_at=now,
            valid_from=now, expires_at=now, state="used" if place < 6 else "expired",
            used_at=now if place < 6 else None, discount=1200 if place < 6 else 0,
        )
        for place, one in enumerate(ids)
    )  # fmt: skip
    Batch.objects.filter(pk=before.pk).update(state="issued", issued=len(ids), issued_at=timezone.now())
    Grant.objects.filter(customer_id__in=ids[20:]).update(state="void")
    later = submitted(people, coupon=before.coupon)
    page = as_("manager").get(reverse("approval", args=[later.pk]), headers=ENGLISH)
    found = page.context["compared"]["found"]
    assert page.context["compared"]["last"] == before
    assert found.both + found.new == later.recipients
    assert found.both + found.gone == len(ids)
    assert found.both_used + found.gone_used == 6
    uses = page.context["forecast"]["uses"]
    assert uses.low <= uses.at <= uses.high <= later.recipients


def test_prices_are_compared_and_a_failing_one_asks_for_a_reason(people, batch, as_):
    worse = submitted(people, coupon=make_coupon(amount_off=3000))
    page = as_("manager").get(reverse("approval", args=[worse.pk]), headers=ENGLISH)
    assert "does not pass" in page.content.decode()
    refused = decide(as_("manager"), worse, "approve")
    assert refused.status_code == 422
    assert "say in the comment why that is fair" in refused.content.decode()
    assert decide(as_("manager"), worse, "approve", "会员日另有优惠").status_code == 302


def test_approving_leads_to_the_next_that_waits(people, batch, as_):
    other = submitted(people)
    answer = decide(as_("manager"), batch, "approve", "好")
    batch.refresh_from_db()
    assert (answer.url, batch.state) == (reverse("approval", args=[other.pk]), "approved")


def test_a_lost_race_answers_409_and_says_who_was_first(batch, as_):
    decide(as_("manager"), batch, "reject", "不发")
    lost = decide(as_("manager2"), batch, "approve", "好")
    assert lost.status_code == 409
    assert "manager rejected B-" in lost.content.decode()
    assert "不发" in lost.content.decode()


def test_an_old_revision_approves_nothing(batch, as_):
    assert decide(as_("manager"), batch, "approve", "好", revision=99).status_code == 409


def test_a_busy_batch_answers_503_with_a_hint(batch, as_, monkeypatch):
    def busy(*_args, **_more):
        raise steps.Busy

    monkeypatch.setattr(actions, "reject", busy)
    answer = decide(as_("manager"), batch, "reject", "不发")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


def test_whoever_made_it_sees_that_somebody_else_decides_and_is_refused(people, batch, as_):
    Assignment.objects.create(staff=people.operator, role="operations_manager")
    text = as_("operator").get(reverse("approval", args=[batch.pk]), headers=ENGLISH).content.decode()
    assert "You had a hand in it" in text
    refused = decide(as_("operator"), batch, "approve", "好")
    batch.refresh_from_db()
    assert (refused.status_code, batch.state) == (403, "submitted")


def test_a_stale_audience_is_read_again_on_the_page(people, batch, as_):
    for one in batch.members.filter(fate="send").values_list("customer_id", flat=True)[:5]:
        ContactWish.objects.create(customer_id=one, do_not_contact=True)
    stale = decide(as_("manager"), batch, "approve", "好")
    assert stale.status_code == 409
    assert "5 of 33 people left it" in stale.content.decode()
    decide(as_("manager"), batch, "refresh")
    batch.refresh_from_db()
    assert (batch.state, batch.revision) == ("submitted", 2)
    assert decide(as_("manager"), batch, "approve", "好").status_code == 302


@pytest.mark.parametrize("verb", ["reject", "request_changes"])
def test_returning_and_rejecting_need_a_comment(verb, batch, as_):
    assert decide(as_("manager"), batch, verb).status_code == 422


def test_what_was_asked_for_stands_above_the_form_and_changing_comes_before_handing_in_again(batch, as_):
    assert decide(as_("manager"), batch, "request_changes", "只发沉默用户").status_code == 302
    operator = as_("operator")
    assert "只发沉默用户" in operator.get(reverse("batch-edit", args=[batch.pk])).content.decode()
    page = operator.get(reverse("batch", args=[batch.pk])).content.decode()
    assert f'<a class="btn btn-primary" href="{reverse("batch-edit", args=[batch.pk])}"' in page
    assert page.count("btn-primary") == 1


def test_the_queue_is_ordered_by_deadline(people, batch, as_):
    soon = submitted(people, decide_by=timezone.now() + dt.timedelta(hours=1))
    page = as_("manager").get(reverse("approvals"))
    assert [one.pk for one, _mine, _makers in page.context["rows"]] == [soon.pk, batch.pk]
    assert page.context["mine"] == 2
    cockpit = as_("manager").get(reverse("approval", args=[batch.pk]))
    assert (cockpit.context["place"], cockpit.context["before"]) == (2, soon.pk)


def test_an_empty_queue_says_so(people, as_):
    assert "Nothing waits for approval" in as_("manager").get(reverse("approvals"), headers=ENGLISH).content.decode()


def test_who_drafts_only_does_not_see_the_approval_page(batch, as_):
    assert as_("operator").get(reverse("approval", args=[batch.pk])).status_code == 403


def test_an_approver_of_another_community_does_not_decide(people, batch, as_):
    Assignment.objects.create(staff=people.newcomer, role="operations_manager", community=people.jinling)
    assert decide(as_("newcomer"), batch, "approve", "好").status_code == 404
