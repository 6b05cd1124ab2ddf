"""A batch from draft to approval and back: what is frozen, who may say yes, what is held, what is given back."""

import datetime as dt

import pytest

from communities.models import StaffAct
from communities.policies import actions as policies
from communities.scoping import Scope
from coupons.batches import actions, rules
from coupons.batches.actions import CommentNeeded, Conflict, FourEyes, NotFrozen
from coupons.batches.approving import Refused, Stale
from coupons.batches.models import Batch, BatchMember, BatchStep, Hand, Hold
from coupons.budgets.models import Budget
from coupons.grants.models import Grant
from coupons.strategies.models import Strategy, StrategyVersion
from opsdesk.lib.runs.models import Job
from tests.coupons.worlds import NOON, make_batch, make_budget, make_coupon, make_people
from tests.factories import make_customer
from users.contact.models import ContactPause, ContactWish, Touch

pytestmark = pytest.mark.django_db


def fates(batch: Batch) -> dict[int, tuple[str, str]]:
    return {one.customer_id: (one.fate, one.reason) for one in BatchMember.objects.filter(batch=batch)}


def set_policy(people, **values: int) -> None:
    for key, fen in values.items():
        policies.change(key, fen, by=people.data_admin)


def no_grants(_batch_id, _by, _reason, _at) -> int:
    return 0


# -- Draft and freeze ----------------------------------------------------------------------------------------------


def test_numbers_follow_one_another_and_name_the_batch(people):
    first, second = make_batch(by=people.operator), make_batch(by=people.operator, budget=Budget.objects.first())
    assert first.number == f"B-{first.pk:04d}"
    assert second.pk == first.pk + 1


def test_candidates_are_held_back_control_and_recipients(people):
    make_people(n=30, community=people.cuiping)
    make_people(n=20, community=people.jinling)
    make_people(n=5, community=people.jinling, lifecycle="active")
    batch = make_batch(by=people.operator)
    assert (batch.candidates, batch.control, batch.recipients, batch.held_back) == (50, 5, 45, {})
    assert batch.most_cost == 45 * 1200
    assert rules.adds_up(batch.candidates, batch.held_back, batch.control, batch.recipients)


def test_the_control_is_what_the_rule_holds_out(people):
    members = [
        *((one, ("silent", "lost", people.cuiping.pk)) for one in make_people(n=33, community=people.cuiping)),
        *((one, ("silent", "rescue", people.jinling.pk)) for one in
          make_people(n=27, community=people.jinling, rfm_class="rescue")),
    ]  # fmt: skip
    batch = make_batch(by=people.operator)
    expected = rules.held_out([(one.pk, stratum) for one, stratum in members], 0.10, batch.number)
    assert {one for one, (fate, _reason) in fates(batch).items() if fate == "control"} == expected


def test_freezing_again_holds_out_the_same_people(people):
    make_people(n=40, community=people.cuiping)
    batch = make_batch(by=people.operator)
    before = fates(batch)
    again = actions.freeze(batch.pk, at=NOON, by=people.operator)
    assert (fates(batch), again.revision) == (before, batch.revision + 1)


def test_of_one_version_the_same_people_are_held_out_in_every_batch(people):
    make_people(n=40, community=people.cuiping)
    strategy = Strategy.objects.create(name="召回")
    version = StrategyVersion.objects.create(strategy=strategy, number=1, audience="lifecycle=silent", goal="召回")
    one, other = (
        make_batch(by=people.operator, strategy_version=version, due_on=dt.date(2018, 5, day)) for day in (7, 8)
    )
    assert one.pk != other.pk
    assert fates(one) == fates(other)


def test_a_due_day_of_a_strategy_is_drafted_once(people):
    version = StrategyVersion.objects.create(
        strategy=Strategy.objects.create(name="召回"), number=1, audience="", goal=""
    )
    fields = {
        "name": "召回", "coupon": make_coupon(), "budget": make_budget(), "scope": Scope(everywhere=True), "by": None,
        "strategy_version": version, "due_on": dt.date(2018, 5, 7), "origin": Batch.Origin.STRATEGY,
    }  # fmt: skip
    assert actions.draft(**fields).pk == actions.draft(**fields).pk


def test_everybody_held_back_is_kept_with_the_first_reason(people):
    wishes = dict(zip(("dnc", "profiling", "consent", "incident", "cap", "limit", ""), make_people(n=7), strict=True))
    ContactWish.objects.create(customer=wishes["dnc"], do_not_contact=True, no_profiling=True)
    ContactWish.objects.create(customer=wishes["profiling"], no_profiling=True)
    ContactWish.objects.create(customer=wishes["consent"], refused=["sms"])
    wishes["incident"].community = people.jinling
    wishes["incident"].save()
    ContactPause.objects.create(community=people.jinling, reason="菜坏了", begins_at=NOON - dt.timedelta(days=1))
    Touch.objects.create(
        customer=wishes["cap"], at=NOON - dt.timedelta(days=2), channel="coupon", thing="batch", thing_id=999
    )
    coupon = make_coupon()
    had = make_batch(by=people.manager, coupon=coupon, audience=f"ids={wishes['limit'].pk}", holdout_share=0,
                     no_holdout_reason="一个人")  # fmt: skip
    Grant.objects.create(
        batch=had, coupon=coupon, customer=wishes["limit"], code="X1", reserved=1200, issued_at=NOON, valid_from=NOON,
        expires_at=NOON,
    )  # fmt: skip
    batch = make_batch(by=people.operator, coupon=coupon, message_channel="sms", message="来", holdout_share=0,
                       no_holdout_reason="少", budget=had.budget)  # fmt: skip
    assert fates(batch) == {customer.pk: ("held" if reason else "send", reason) for reason, customer in wishes.items()}
    assert batch.held_back == {reason: 1 for reason in wishes if reason}


def test_a_coupon_promised_by_an_approved_batch_counts_as_had(people):
    make_people(n=10)
    coupon, budget = make_coupon(), make_budget()
    first = make_batch(by=people.operator, coupon=coupon, budget=budget, submitted=True)
    actions.approve(first.pk, first.revision, people.manager, "好", NOON)
    second = make_batch(by=people.operator, coupon=coupon, budget=budget)
    assert second.held_back == {"limit": first.recipients}


def test_a_strategy_treats_a_customer_at_most_once_in_its_days(people):
    treated, fresh = make_people(n=2)
    strategy = Strategy.objects.create(name="召回")
    versions = [
        StrategyVersion.objects.create(strategy=strategy, number=n, audience="lifecycle=silent", goal="", every_days=30)
        for n in (1, 2)
    ]
    Touch.objects.create(
        customer=treated, at=NOON - dt.timedelta(days=20), channel="coupon", thing="batch", thing_id=999,
        state="control", strategy_version_id=versions[0].pk,
    )  # fmt: skip
    batch = make_batch(by=people.operator, strategy_version=versions[1], holdout_share=0, no_holdout_reason="少")
    assert fates(batch) == {treated.pk: ("held", "cap"), fresh.pk: ("send", "")}


def test_a_batch_drafted_at_night_is_not_held_back_for_quiet_hours(people):
    make_people(n=3)
    night = NOON.replace(hour=23)
    assert make_batch(by=people.operator, at=night, message_channel="sms", message="来").held_back == {}


def test_a_makers_reach_bounds_the_audience(people):
    make_people(n=3, community=people.cuiping)
    mine = make_people(n=4, community=people.jinling)
    batch = make_batch(by=people.operator, scope=Scope(communities=frozenset({people.jinling.pk})))
    assert set(fates(batch)) == {one.pk for one in mine}


def test_a_scope_that_says_nothing_reaches_nobody(people):
    make_people(n=3)
    assert make_batch(by=people.operator, scope=Scope()).candidates == 0


# -- Steps ---------------------------------------------------------------------------------------------------------


def test_every_step_stands_in_the_history_and_in_the_log(people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    actions.request_changes(batch.pk, batch.revision, people.manager, "写清楚", NOON)
    batch = actions.edit(batch.pk, batch.revision, people.operator, at=NOON, name="召回二")
    batch = actions.submit(batch.pk, batch.revision, people.operator, NOON)
    actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    told = [(one.verb, one.before, one.after, one.revision) for one in batch.steps.all()]
    assert told == [
        ("draft", "", "draft", 1), ("freeze", "draft", "draft", 1), ("submit", "draft", "submitted", 1),
        ("request_changes", "submitted", "changes", 1), ("edit", "changes", "draft", 2),
        ("submit", "draft", "submitted", 2), ("approve", "submitted", "approved", 2),
    ]  # fmt: skip
    logged = (
        StaffAct.objects.filter(thing="batch", thing_id=str(batch.pk)).order_by("id").values_list("verb", flat=True)
    )
    assert list(logged) == [verb for verb, *_rest in told]


def test_editing_what_the_audience_rests_on_asks_for_freezing_again(people):
    make_people(n=5)
    batch = make_batch(by=people.operator)
    edited = actions.edit(batch.pk, batch.revision, people.operator, at=NOON, audience="lifecycle=active")
    with pytest.raises(NotFrozen):
        actions.submit(batch.pk, edited.revision, people.operator, NOON)


def test_an_edit_of_something_submitted_takes_it_off_the_approvers_table(people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    actions.edit(batch.pk, batch.revision, people.operator, at=NOON, message="改了")
    with pytest.raises(Conflict) as lost:
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert (lost.value.step.verb, lost.value.step.by) == ("edit", people.operator)


@pytest.mark.parametrize("verb", ["request_changes", "reject"])
def test_sending_back_and_rejecting_say_why(verb, people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    with pytest.raises(CommentNeeded):
        getattr(actions, verb)(batch.pk, batch.revision, people.manager, "  ", NOON)


def test_pausing_and_resuming_leave_the_money_where_it_is(people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    actions.pause(batch.pk, people.manager, NOON)
    batch.refresh_from_db()
    assert (batch.state, batch.budget.__class__.objects.get().reserved) == ("paused", batch.most_cost)
    actions.resume(batch.pk, people.manager, NOON)
    batch.refresh_from_db()
    assert batch.state == "approved"


def test_revoking_gives_back_whatever_is_held(people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    Hold.objects.update(reserved=batch.most_cost - 1200, spent=700)  # one was used meanwhile
    Budget.objects.update(reserved=batch.most_cost - 1200, spent=700)
    revoked = actions.revoke(batch.pk, people.manager, "发错了", NOON, no_grants)
    assert (revoked.state, Budget.objects.get().reserved, Budget.objects.get().spent) == ("revoked", 0, 700)
    assert Hold.objects.get().reserved == 0
    assert batch.steps.last().detail["released"] == batch.most_cost - 1200


# -- Four eyes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("superuser", [False, True])
def test_nobody_approves_what_they_drafted_edited_or_submitted(superuser, people):
    make_people(n=5)
    for one in (people.operator, people.manager, people.manager2):
        one.is_superuser = one.is_staff = superuser
        one.save()
    batch = make_batch(by=people.operator)
    batch = actions.edit(batch.pk, batch.revision, people.manager, at=NOON, name="改名")
    batch = actions.submit(batch.pk, batch.revision, people.manager2, NOON)
    for maker in (people.operator, people.manager, people.manager2):
        with pytest.raises(FourEyes):
            actions.approve(batch.pk, batch.revision, maker, "好", NOON)
    batch.refresh_from_db()
    assert (batch.state, BatchStep.objects.filter(verb="approve").count()) == ("submitted", 0)


def test_whoever_wrote_the_strategy_does_not_approve_its_batches(people):
    make_people(n=5)
    version = StrategyVersion.objects.create(
        strategy=Strategy.objects.create(name="召回"), number=1, audience="", goal="", made_by=people.manager
    )
    batch = make_batch(by=None, strategy_version=version, submitted=True)
    with pytest.raises(FourEyes):
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)


def test_whoever_approved_does_not_edit(people):
    make_people(n=5)
    set_policy(people, second_approver_from=0)
    batch = make_batch(by=people.operator, submitted=True)
    actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    with pytest.raises(FourEyes):
        actions.edit(batch.pk, batch.revision, people.manager, at=NOON, name="改名")


def test_the_database_knows_one_hand_a_person(people):
    batch = make_batch(by=people.operator)
    assert list(Hand.objects.filter(batch=batch).values_list("staff__username", "part")) == [("operator", "maker")]


# -- Tiers ---------------------------------------------------------------------------------------------------------


def test_over_the_limit_two_approve_and_the_first_alone_moves_nothing(people):
    make_people(n=5)
    set_policy(people, second_approver_from=4000)
    batch = make_batch(by=people.operator, submitted=True)
    first = actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert (first.state, first.approvals_needed, Budget.objects.get().reserved) == ("submitted", 2, 0)
    with pytest.raises(Conflict) as again:
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert again.value.step.by == people.manager
    second = actions.approve(batch.pk, batch.revision, people.manager2, "好", NOON)
    assert (second.state, Budget.objects.get().reserved) == ("approved", batch.most_cost)


def test_cutting_a_batch_in_two_asks_for_the_second_approver_all_the_same(people):
    make_people(n=5, community=people.cuiping)
    make_people(n=5, community=people.jinling)
    set_policy(people, second_approver_from=10000)
    budget = make_budget()
    one, other = (
        make_batch(by=people.operator, budget=budget, audience=f"community={code}", submitted=True, holdout_share=0,
                   no_holdout_reason="少")
        for code in ("cuiping", "jinling")
    )  # fmt: skip
    assert (one.approvals_needed, other.approvals_needed) == (1, 2)
    assert (
        actions.approve(one.pk, one.revision, people.manager, "好", NOON).state == "submitted"
    )  # counted again by now


# -- What no longer holds ------------------------------------------------------------------------------------------


def test_a_stale_audience_is_not_approved_and_freezing_again_is_the_way_out(people):
    gone = make_people(n=20)
    batch = make_batch(by=people.operator, submitted=True)
    for one in gone[:2]:
        ContactWish.objects.create(customer=one, do_not_contact=True)
    with pytest.raises(Stale) as stale:
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert (stale.value.drift.gone, stale.value.drift.new, stale.value.drift.frozen) == (2, 0, 20)
    fresh = actions.freeze(batch.pk, at=NOON, by=people.manager, revision=batch.revision)
    assert (fresh.state, fresh.revision) == ("submitted", batch.revision + 1)
    assert actions.approve(batch.pk, fresh.revision, people.manager, "好", NOON).state == "approved"


def test_a_little_change_is_let_through(people):
    one = make_people(n=20)[0]
    batch = make_batch(by=people.operator, submitted=True)
    ContactWish.objects.create(customer=one, do_not_contact=True)
    assert actions.approve(batch.pk, batch.revision, people.manager, "好", NOON).state == "approved"


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("coupon", {"retired_at": NOON}, "is retired"),
        ("coupon", {"valid_days": None, "valid_to": dt.date(2018, 5, 6)}, "ends before"),
        ("budget", {"closed_at": NOON}, "is closed"),
        ("budget", {"ends_on": dt.date(2018, 5, 6)}, "other days"),
        ("budget", {"amount": 1300}, "short"),
    ],
)
def test_what_no_longer_holds_is_not_approved(table, change, words, people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    thing = getattr(batch, table)
    type(thing).objects.filter(pk=thing.pk).update(**change)
    with pytest.raises(Refused, match=words):
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert not Hand.objects.filter(part="approver").exists()


def test_approval_reserves_of_its_budget_and_of_every_place_that_covers_recipients(people):
    make_people(n=3, community=people.cuiping, station=people.cuiping_station)
    make_people(n=2, community=people.jinling)
    budget = make_budget()
    limits = [
        make_budget(community=people.cuiping, name="翠"), make_budget(station=people.cuiping_station, name="站"),
        make_budget(community=people.jinling, name="金", ends_on=dt.date(2018, 5, 1)),
    ]  # fmt: skip
    batch = make_batch(by=people.operator, budget=budget, holdout_share=0, no_holdout_reason="少", submitted=True)
    actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert list(Hold.objects.order_by("id").values_list("budget_id", "community_id", "station_id", "reserved")) == [
        (budget.pk, None, None, 6000), (limits[0].pk, people.cuiping.pk, None, 3600),
        (limits[1].pk, None, people.cuiping_station.pk, 3600),
    ]  # fmt: skip
    assert [Budget.objects.get(pk=one.pk).reserved for one in (budget, *limits)] == [6000, 3600, 3600, 0]


def test_a_place_whose_limit_is_too_small_stops_the_batch_and_nothing_is_reserved(people):
    make_people(n=3, community=people.cuiping)
    limit = make_budget(community=people.cuiping, name="翠", amount=2000)
    batch = make_batch(by=people.operator, holdout_share=0, no_holdout_reason="少", submitted=True)
    with pytest.raises(Refused, match="翠"):
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert {one.reserved for one in Budget.objects.all()} == {0}
    assert limit.reserved == 0


def test_an_approved_batch_is_queued_at_once_or_waits_for_its_time(people):
    make_people(n=5)
    batch = make_batch(by=people.operator, submitted=True)
    job = actions.approve(batch.pk, batch.revision, people.manager, "好", NOON).job
    assert (job.kind, job.slot, job.payload) == ("issue_batch", str(batch.pk), {"batch": batch.pk})
    later = make_batch(by=people.operator, submitted=True, budget=batch.budget, send_at=NOON + dt.timedelta(days=1))
    assert actions.approve(later.pk, later.revision, people.manager, "好", NOON).job is None
    assert Job.objects.count() == 1


def test_an_open_batch_has_a_quantity_and_no_members(people):
    make_customer()
    batch = make_batch(by=people.operator, origin=Batch.Origin.OPEN, audience="", quantity=30, holdout_share=0,
                       no_holdout_reason="当面发", submitted=True)  # fmt: skip
    approved = actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
    assert (approved.state, approved.recipients, approved.most_cost) == ("approved", 30, 36000)
    assert not BatchMember.objects.exists()
    assert Budget.objects.get().reserved == 36000


# -- Fair prices ---------------------------------------------------------------------------------------------------


def test_a_worse_price_for_the_loyal_needs_a_reason_that_is_kept(people):
    make_people(n=5, rfm_class="rescue")
    batch = make_batch(by=people.operator, audience="rfm=rescue", submitted=True)
    with pytest.raises(CommentNeeded):
        actions.approve(batch.pk, batch.revision, people.manager, "", NOON)
    actions.approve(batch.pk, batch.revision, people.manager, "会员日另有优惠", NOON)
    step = batch.steps.get(verb="approve")
    assert (step.comment, step.detail["fair"], step.detail["gap"]) == ("会员日另有优惠", False, 1200)


def test_a_public_coupon_that_is_nearly_as_good_makes_it_fair(people):
    make_people(n=5, rfm_class="rescue")
    make_coupon(is_public=True, amount_off=1000)
    batch = make_batch(by=people.operator, audience="rfm=rescue", submitted=True)
    actions.approve(batch.pk, batch.revision, people.manager, "", NOON)
    assert batch.steps.get(verb="approve").detail == {"basket": 4900, "gap": 200, "fair": True}
