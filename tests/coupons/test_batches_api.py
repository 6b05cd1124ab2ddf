"""Batches over the API: the same steps as on the pages, the same refusals, the same reach."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from communities.models import ApiToken, Assignment, Notice
from communities.scoping import Scope
from coupons.batches import actions
from coupons.batches.models import Batch, BatchStep
from coupons.boards import batch_api_steps
from coupons.definitions.models import Coupon
from tests.coupons.granting import approved, customers, issued
from tests.coupons.worlds import make_batch, make_budget, make_coupon, make_people
from tests.tokens import caller

pytestmark = pytest.mark.django_db

ALWAYS = {"begins_on": dt.date(2018, 1, 1), "ends_on": dt.date(2099, 12, 31)}


@pytest.fixture
def batch(people) -> Batch:
    """Handed in by the operator, now."""
    make_people(n=20, community=people.cuiping)
    return make_batch(by=people.operator, at=timezone.now(), submitted=True, budget=make_budget(**ALWAYS))


def send(mine, name, body, key="one", **ids):
    address, headers = reverse(name, kwargs=ids), {"Accept-Language": "en", "Idempotency-Key": key}
    return mine.client.post(address, body, content_type="application/json", headers=headers)


def step(staff, verb, batch, **body):
    return send(caller(staff), f"api_batch_{verb}", {"revision": batch.revision} | body, number=batch.number)


def draft(people, **changes):
    return (
        {"name": "沉默召回", "audience": "lifecycle=silent", "coupon": make_coupon().code}
        | {"budget": make_budget(**ALWAYS).pk}
        | changes
    )


# -- Reading -------------------------------------------------------------------------------------------------------


def test_one_batch_is_told_with_its_people_counted_its_steps_and_what_became_of_it(people):
    made = approved(gets=customers(3), control=customers(1), held=customers(2))
    issued(made)
    told = caller(people.analyst).get("api_batch", number=made.number).json()
    assert (told["candidates"], told["control"], told["recipients"]) == (6, 1, 3)
    assert [(one["reason"], one["customers"]) for one in told["held_back"]] == [("cap", 2)]
    assert told["fates"] == {"issued": 3, "used": 0, "open": 3, "expired": 0, "void": 0, "discount": 0}
    assert [one["verb"] for one in told["steps"]] == ["finish", "issue"]


def test_the_list_goes_on_where_a_page_ended_and_shows_one_state_alone(people, batch):
    second = make_batch(by=people.operator, budget=batch.budget)
    mine = caller(people.analyst)
    first = mine.get("api_batches", {"limit": 1}).json()
    assert [one["number"] for one in first["batches"]] == [second.number]
    rest = mine.get("api_batches", {"limit": 1, "after": first["next_after"]}).json()
    assert ([one["number"] for one in rest["batches"]], rest["next_after"]) == ([batch.number], None)
    assert [one["state"] for one in mine.get("api_batches", {"state": "draft"}).json()["batches"]] == ["draft"]
    assert rest["batches"][0]["makers"] == ["operator"]


def test_a_long_page_asks_no_more_than_a_short_one(people, batch, django_assert_num_queries):
    mine = caller(people.analyst)
    with CaptureQueriesContext(connection) as short:
        mine.get("api_batches")
    for _one in range(8):
        make_batch(by=people.operator, budget=batch.budget)
    ApiToken.objects.update(last_used_at=None)
    with django_assert_num_queries(len(short)):
        assert len(mine.get("api_batches").json()["batches"]) == 9


@pytest.mark.parametrize("query", [{"state": "nonsense"}, {"after": "x"}, {"stat": "draft"}])
def test_a_word_that_means_nothing_is_refused(query, people):
    assert caller(people.analyst).get("api_batches", query).status_code == 400


def test_another_communitys_batch_does_not_exist(people, batch):
    mine = caller(people.jinling_analyst)
    assert mine.get("api_batch", number=batch.number).status_code == 404
    assert mine.get("api_batches").json()["batches"] == []


# -- Drafting ------------------------------------------------------------------------------------------------------


def test_a_draft_reads_its_audience_and_is_handed_in_and_approved(people):
    make_people(n=20, community=people.cuiping)
    answer = send(caller(people.operator), "api_batches", draft(people))
    told = answer.json()
    assert (answer.status_code, told["state"], told["candidates"]) == (201, "draft", 20)
    assert (told["holdout_share"], told["control"], told["makers"]) == (0.1, 2, ["operator"])
    made = Batch.objects.get()
    assert step(people.operator, "submit", made).json()["state"] == "submitted"
    assert step(people.manager, "approve", made, comment="好").json()["state"] == "approved"
    assert Notice.objects.filter(recipient=people.operator).count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holdout": 0}, "no_holdout_reason"),
        ({"holdout": 60}, "holdout"),
        ({"audience": "lifecycle=nonsense"}, "audience"),
        ({"message": "来"}, "message"),
        ({"message_channel": "bird", "message": "来"}, "message_channel"),
        ({"coupon": "nosuch"}, "coupon"),
        ({"budget": 10**15}, "budget"),
        ({"open": True}, "quantity"),
        ({"send_at": "soon"}, "send_at"),
    ],
)
def test_what_cannot_be_a_batch_is_said_by_its_word(changes, field, people):
    answer = send(caller(people.operator), "api_batches", draft(people, **changes))
    assert (answer.status_code, field in answer.json()["fields"]) == (400, True)
    assert not Batch.objects.exists()


def test_who_drafts_for_one_community_reaches_its_people_alone(people):
    make_people(n=5, community=people.cuiping)
    make_people(n=4, community=people.jinling)
    Assignment.objects.create(staff=people.newcomer, role="operator", community=people.jinling)
    body = draft(people, holdout=0, no_holdout_reason="少")
    assert send(caller(people.newcomer), "api_batches", body).json()["recipients"] == 4


def test_a_draft_sent_again_with_its_key_is_the_same_batch_and_another_body_is_a_conflict(people):
    make_people(n=5)
    mine, body = caller(people.operator), draft(people)
    first = send(mine, "api_batches", body)
    again = send(mine, "api_batches", body)
    assert (again.status_code, again.json()) == (201, first.json())
    other = send(mine, "api_batches", body | {"name": "改名"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert other.json()["detail"] == "This key was sent with another body before."
    assert Batch.objects.count() == 1
    for more in (send(mine, "api_batches", body, key="two"), send(caller(people.manager), "api_batches", body)):
        assert more.status_code == 201
    assert Batch.objects.count() == 3


def test_a_draft_told_again_stands_although_it_could_not_be_drafted_any_more(people):
    mine, body = caller(people.operator), draft(people)
    first = send(mine, "api_batches", body).json()
    Coupon.objects.update(retired_at=timezone.now())
    assert send(mine, "api_batches", body).json()["number"] == first["number"]
    assert send(mine, "api_batches", body, key="two").status_code == 400


@pytest.mark.parametrize("key", ["", "k" * 81])
def test_a_draft_without_a_key_of_its_own_is_refused(key, people):
    answer = send(caller(people.operator), "api_batches", draft(people), key=key)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["Idempotency-Key"])


# -- Steps ---------------------------------------------------------------------------------------------------------


def test_every_step_of_an_approver_leads_where_it_leads_on_the_page(people, batch):
    for verb, state in (
        ("approve", "approved"), ("pause", "paused"), ("resume", "approved"), ("revoke", "revoked"),
    ):  # fmt: skip
        answer = step(people.manager, verb, batch, comment="好")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert BatchStep.objects.filter(batch=batch, by=people.manager).count() == 4


@pytest.mark.parametrize(("verb", "state"), [("request_changes", "changes"), ("reject", "rejected")])
def test_what_is_refused_says_why(verb, state, people, batch):
    bare = step(people.manager, verb, batch, comment=" ")
    assert (bare.status_code, list(bare.json()["fields"])) == (400, ["comment"])
    answer = step(people.manager, verb, batch, comment="少一点")
    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert answer.json()["steps"][0]["comment"] == "少一点"


def test_who_comes_second_hears_who_was_first(people, batch):
    step(people.manager, "reject", batch, comment="不行")
    lost = step(people.manager2, "approve", batch)
    assert (lost.status_code, lost.json()["code"]) == (409, "conflict")
    assert lost.json()["detail"].startswith(f"manager rejected {batch.number} before you, on ")
    assert lost.json()["detail"].endswith(" Its state now: rejected.")


@pytest.mark.parametrize("verb", ["approve", "revoke"])
def test_another_revision_than_the_one_looked_at_is_a_conflict(verb, people, batch):
    if verb == "revoke":
        actions.approve(batch.pk, batch.revision, people.manager, "好", timezone.now())
    stale = step(people.manager2, verb, batch, revision=batch.revision + 1, comment="错")
    assert stale.status_code == 409
    before = batch.state if verb == "approve" else "approved"
    assert Batch.objects.get().state == before


def test_a_step_without_a_revision_is_refused(people, batch):
    answer = send(caller(people.manager), "api_batch_approve", {}, number=batch.number)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["revision"])


def test_reading_the_audience_again_makes_a_revision_to_look_at(people, batch):
    answer = step(people.operator, "freeze", batch)
    assert answer.json()["revision"] == batch.revision + 1
    assert step(people.manager, "approve", batch).status_code == 409


def test_what_no_longer_holds_is_said_with_its_reasons(people):
    make_people(n=20, community=people.cuiping)
    poor = make_budget(amount=100, **ALWAYS)
    batch = make_batch(by=people.operator, at=timezone.now(), submitted=True, budget=poor)
    answer = step(people.manager, "approve", batch, comment="好")
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert poor.name in answer.json()["detail"]


def test_an_audience_that_was_not_read_is_not_handed_in(people, batch):
    actions.edit(batch.pk, batch.revision, people.operator, at=timezone.now(), audience="lifecycle=active")
    batch.refresh_from_db()
    answer = step(people.operator, "submit", batch)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_frozen")


def test_while_somebody_is_at_it_the_answer_says_when_to_come_again(people, batch, monkeypatch):
    def busy(*_asked):
        raise actions.Busy

    monkeypatch.setattr(batch_api_steps.deeds, "take", busy)
    answer = step(people.manager, "approve", batch)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "3")


def test_a_step_needs_its_own_scope_and_reaches_where_its_right_does(people, batch):
    body = {"revision": batch.revision}
    drafter = caller(people.manager, "draft:coupons", "read:coupons")
    assert send(drafter, "api_batch_approve", body, number=batch.number).json()["code"] == "scope_missing"
    assert step(people.operator, "approve", batch).json()["code"] == "role_missing"
    Assignment.objects.create(staff=people.analyst, role="operations_manager", community=people.jinling)
    assert step(people.analyst, "approve", batch).status_code == 404
    own = make_batch(
        by=people.operator, at=timezone.now(), submitted=True, budget=batch.budget, audience="",
        scope=Scope(communities=frozenset({people.jinling.pk})),
    )  # fmt: skip
    assert step(people.analyst, "reject", own, comment="不行").status_code == 200


# -- Four eyes -----------------------------------------------------------------------------------------------------


@pytest.fixture
def own(people) -> Batch:
    """Made and handed in by a manager who is a superuser besides: every right there is."""
    people.manager.is_superuser = people.manager.is_staff = True
    people.manager.save()
    make_people(n=20, community=people.cuiping)
    return make_batch(by=people.manager, at=timezone.now(), submitted=True, budget=make_budget(**ALWAYS))


def test_nobody_approves_their_own_over_the_api(people, own):
    answer = step(people.manager, "approve", own, comment="好")
    assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")
    assert "Nobody approves what they made" in answer.json()["detail"]
    assert Batch.objects.get().state == "submitted"
    assert step(people.manager2, "approve", own, comment="好").json()["state"] == "approved"


def test_nobody_approves_their_own_on_the_page(people, own, as_):
    sent = {"verb": "approve", "revision": own.revision, "comment": "好"}
    assert as_("manager").post(reverse("approval", args=[own.pk]), sent).status_code == 403
    assert Batch.objects.get().state == "submitted"


def test_who_edited_anothers_batch_does_not_approve_it_either(people, batch):
    edited = actions.edit(batch.pk, batch.revision, people.manager, at=timezone.now(), name="改名")
    actions.submit(batch.pk, edited.revision, people.operator, timezone.now())
    assert step(people.manager, "approve", edited, comment="好").json()["code"] == "four_eyes"


@pytest.mark.parametrize("model", ["batch", "hand", "batchstep", "batchmember", "hold"])
def test_the_back_room_does_not_open_batches_at_all(model, people, own, as_):
    room = as_("manager")
    assert room.get("/admin/coupons/").status_code == 200
    for path in (
        f"/admin/coupons/{model}/",
        f"/admin/coupons/{model}/add/",
        f"/admin/coupons/{model}/{own.pk}/change/",
    ):
        assert room.get(path).status_code == 404
        assert room.post(path, {"state": "approved"}).status_code == 404
    assert Batch.objects.get().state == "submitted"
