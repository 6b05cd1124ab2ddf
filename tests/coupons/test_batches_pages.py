"""The pages of batches: drafted from a list, looked at, handed in, paused, taken back; only within reach."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.models import Assignment
from coupons.batches import actions
from coupons.batches.models import Batch
from coupons.budgets.models import Budget
from tests.coupons.worlds import make_batch, make_budget, make_coupon, make_people
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def fields(**changes):
    coupon, budget = make_coupon(), make_budget(begins_on=dt.date(2018, 1, 1), ends_on=dt.date(2099, 12, 31))
    usual = {
        "name": "沉默召回", "audience": "lifecycle=silent", "coupon": coupon.pk, "budget": budget.pk, "holdout": 10,
        "revision": 0,
    }  # fmt: skip
    return usual | changes


def post(client, page, /, *args, **data):
    return client.post(reverse(page, args=args), data, headers={"Accept-Language": "en"})


def test_without_any_batch_the_page_says_what_one_is(people, as_):
    answer = as_("operator").get(reverse("batches"), headers={"Accept-Language": "en"})
    assert "No batch yet" in answer.content.decode()


def test_a_list_of_customers_becomes_a_frozen_draft(people, as_):
    make_people(n=20, community=people.cuiping)
    page = as_("operator").get(reverse("batch-new"), {"audience": "lifecycle=silent&community=cuiping"})
    assert page.context["facts"].total == 20
    assert page.context["form"]["audience"].value() == "community=cuiping&lifecycle=silent"
    answer = post(as_("operator"), "batch-new", **fields())
    made = Batch.objects.get()
    assert answer.url == reverse("batch", args=[made.pk])
    assert (made.state, made.candidates, made.control, made.recipients) == ("draft", 20, 2, 18)
    assert (made.made_by, made.origin, made.scope["everywhere"]) == (people.operator, "list", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holdout": 0}, "no_holdout_reason"),
        ({"holdout": 60}, "holdout"),
        ({"audience": "lifecycle=nonsense"}, "audience"),
        ({"message": "来"}, "message"),
        ({"coupon": 0}, "coupon"),
        ({"open": "1"}, "quantity"),
    ],
)
def test_what_cannot_be_a_batch_is_said_beside_its_field(changes, field, people, as_):
    answer = post(as_("operator"), "batch-new", **fields(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Batch.objects.exists()


def test_a_batch_for_handing_out_has_a_quantity(people, as_):
    post(as_("operator"), "batch-new", **fields(open="1", quantity=30, holdout=""))
    made = Batch.objects.get()
    assert (made.origin, made.recipients, made.candidates, made.audience) == ("open", 30, 0, "lifecycle=silent")
    assert "to: class is Silent" in as_("operator").get(reverse("batch", args=[made.pk]), headers=EN).content.decode()


@pytest.mark.parametrize(("person", "budget_new"), [("operator", False), ("manager", True)])
def test_without_a_coupon_or_a_budget_the_form_leads_to_what_is_needed_first(person: str, budget_new: bool, as_):
    page = as_(person).get(reverse("batch-new")).content.decode()
    assert reverse("coupon-new") in page and (reverse("budget-new") in page) is budget_new


def test_the_form_says_its_audience_in_words_and_keeps_the_words_of_the_address_folded(people, as_):
    make_people(n=3, community=people.cuiping)
    page = as_("operator").get(reverse("batch-new"), {"audience": "lifecycle=silent&community=cuiping"}, headers=EN)
    shown = " ".join(page.content.decode().split())
    assert "community is <b>翠屏花园</b>, and class is <b>Silent</b>" in shown
    assert "3 customers</a></p>" in shown
    assert "<details><summary>Change the audience</summary>" in shown


def test_the_sentence_follows_what_is_typed(people, as_):
    make_people(n=3, community=people.cuiping)
    text = post(as_("operator"), "batch-preview", **fields(audience="community=cuiping")).content.decode()
    assert 'id="batch-audience" hx-swap-oob="true"' in text
    assert "<b>翠屏花园</b>" in text


def from_list(as_, query, **posted):
    address = f"{reverse('batch-from-list')}?{query}"
    return as_("operator").post(address, posted, headers=EN, follow=True)


def test_the_rows_ticked_in_a_list_become_the_draft_and_without_ticks_the_whole_list(people, as_):
    first, second, *_others = make_people(n=5, community=people.cuiping)
    ticked = from_list(as_, "community=cuiping&sort=-net", id=[first.pk, second.pk], everything="")
    assert ticked.context["form"]["audience"].value() == f"community=cuiping&ids={first.pk},{second.pk}"
    assert ticked.context["facts"].total == 2
    for posted in ({}, {"id": [first.pk], "everything": "1"}):
        whole = from_list(as_, "community=cuiping", **posted)
        assert whole.context["form"]["audience"].value() == "community=cuiping"
        assert whole.context["facts"].total == 5


def test_more_rows_than_a_filter_names_are_refused_in_words(people, as_):
    answer = from_list(as_, "community=cuiping", id=range(1, 502))
    assert answer.redirect_chain[0][0] == f"{reverse('customers')}?community=cuiping"
    assert "At most 500 customers can be ticked for one batch" in answer.content.decode()


def test_the_list_offers_drafting_with_ticks_and_without(people, as_):
    make_customer(community=people.cuiping)
    page, read = (as_(who).get(reverse("customers"), {"community": "cuiping"}) for who in ("operator", "analyst"))
    offer = f'<button class="btn" type="submit" formaction="{reverse("batch-from-list")}?community=cuiping">'
    toolbar, bulk = page.content.decode().split('<div class="bulk')
    assert (toolbar.count(offer), bulk.count(offer)) == (1, 1)
    assert reverse("batch-from-list") not in read.content.decode()


def test_an_address_that_cannot_be_read_is_said_before_it_means_everybody(people, as_):
    page = as_("operator").get(reverse("batch-new"), {"audience": "ids=99999999999"}, headers=EN)
    assert "This cannot be read: ids" in page.content.decode()
    assert page.context["form"]["audience"].value() == "ids=99999999999"


def test_words_that_cannot_be_read_open_their_fold(people, as_):
    text = post(as_("operator"), "batch-new", **fields(audience="lifecycle=nonsense")).content.decode()
    assert "<details open><summary>Change the audience</summary>" in text


def test_the_list_counts_states_and_says_who_waits_for_whom(people, as_):
    make_people(n=5)
    make_batch(by=people.operator, submitted=True)
    make_batch(by=people.operator, budget=Budget.objects.first())
    page = as_("analyst").get(reverse("batches"), headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert [(code, n) for code, _label, n in page.context["states"] if n] == [("draft", 1), ("submitted", 1)]
    assert "waits for an approver" in text
    assert "waits for operator" in text
    only = as_("analyst").get(reverse("batches"), {"state": "draft"})
    assert [batch.state for batch, _used, _makers in only.context["rows"]] == ["draft"]


def test_a_page_is_asked_for_with_as_many_queries_for_many_batches(people, as_, django_assert_max_num_queries):
    make_people(n=5)
    budget = make_budget()
    for _one in range(12):
        make_batch(by=people.operator, budget=budget)
    client = as_("analyst")
    with django_assert_max_num_queries(30):
        client.get(reverse("batches"))


def test_another_communitys_batch_does_not_exist(people, as_):
    make_people(n=5)
    batch = make_batch(by=people.operator)
    for name in ("batch", "batch-members"):
        assert as_("jinling_analyst").get(reverse(name, args=[batch.pk])).status_code == 404
    assert as_("jinling_analyst").get(reverse("batches")).context["total"] == 0


def test_a_batch_is_found_by_its_number_too(people, as_):
    batch = make_batch(by=people.operator)
    assert as_("analyst").get(reverse("batch", args=[batch.number])).status_code == 200
    assert as_("analyst").get(reverse("batch", args=["B-9999"])).status_code == 404


def test_handing_in_and_editing_go_by_the_revision_that_was_seen(people, as_):
    make_people(n=5)
    batch = make_batch(by=people.operator, at=timezone.now())
    assert post(as_("operator"), "batch-step", batch.pk, verb="submit", revision=batch.revision).status_code == 302
    lost = post(as_("operator"), "batch-step", batch.pk, verb="submit", revision=batch.revision)
    assert lost.status_code == 409
    assert f"operator handed in {batch.number} before you" in lost.content.decode()
    assert "Its state now: waiting for approval." in lost.content.decode()
    late = post(as_("manager"), "batch-edit", batch.pk, **fields(revision=batch.revision + 7))
    assert late.status_code == 409
    done = post(as_("operator"), "batch-edit", batch.pk, **fields(revision=batch.revision, name="改名"))
    batch.refresh_from_db()
    assert (done.status_code, batch.name, batch.state) == (302, "改名", "draft")
    assert batch.frozen_at is not None


def test_only_approvers_pause_and_take_back_and_taking_back_says_why(people, as_):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    batch = actions.approve(batch.pk, batch.revision, people.manager, "好", batch.submitted_at)
    assert post(as_("operator"), "batch-step", batch.pk, verb="revoke", comment="错").status_code == 403
    assert post(as_("manager"), "batch-step", batch.pk, verb="pause", revision=batch.revision).status_code == 302
    assert post(as_("manager"), "batch-step", batch.pk, verb="revoke").status_code == 422
    assert post(as_("manager"), "batch-step", batch.pk, verb="revoke", comment="错").status_code == 302
    batch.refresh_from_db()
    assert (batch.state, Budget.objects.get().reserved) == ("revoked", 0)


def test_its_people_are_listed_by_fate_and_masked(people, as_):
    make_people(n=20, community=people.cuiping, name="王大明")
    batch = make_batch(by=people.operator)
    for fate, n in (("send", 18), ("control", 2), ("held", 0)):
        page = as_("analyst").get(reverse("batch-members", args=[batch.pk]), {"fate": fate})
        assert len(page.context["people"]) == n
        assert "大明" not in page.content.decode()


def test_somebody_of_one_community_drafts_for_it_alone(people, as_):
    make_people(n=5, community=people.cuiping)
    make_people(n=4, community=people.jinling)
    Assignment.objects.create(staff=people.newcomer, role="operator", community=people.jinling)
    post(as_("newcomer"), "batch-new", **fields(holdout=0, no_holdout_reason="少"))
    assert Batch.objects.get().recipients == 4
