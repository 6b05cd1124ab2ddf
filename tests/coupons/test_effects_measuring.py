"""What the night adds up is what the rules say of the same people, on random batches and days."""

import datetime as dt
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.batches.models import Batch, BatchMember
from coupons.effects import actions, queries
from coupons.effects.models import Measured, Outcome, SubsidyTotal, SubsidyWeek
from coupons.effects.rules import WINDOWS, Arm
from coupons.grants.models import Grant
from tests.conftest import TODAY
from tests.coupons.worlds import make_budget, make_coupon
from tests.histories import SHANGHAI, quickly
from tests.standings import buyer, run_done, was
from users.lifecycle.models import LifecycleSnapshot
from users.purchases.models import CommunityDay, CustomerDay, DaysChanged

pytestmark = pytest.mark.django_db
NOON = dt.time(12, tzinfo=SHANGHAI)


def make_batch(number: str, issued_on: dt.date, members: list[tuple[str, int, str]]) -> Batch:
    """`members`: fate, community, RFM class; customer ids count from 1."""
    batch = Batch.objects.create(
        number=number, name=number, coupon=make_coupon(), budget=make_budget(), audience="", state="issued",
        recipients=len(members), issued_at=dt.datetime.combine(issued_on, NOON),
    )  # fmt: skip
    BatchMember.objects.bulk_create(
        BatchMember(batch=batch, customer_id=place, community_id=community, rfm_class=rfm, lifecycle="silent",
                    fate=fate, reason="cap" if fate == "held" else "", draw=place)
        for place, (fate, community, rfm) in enumerate(members, start=1)
    )  # fmt: skip
    return batch


def make_day(customer: int, day: dt.date, net: int, discount: int = 0, starts: bool = True) -> CustomerDay:
    return CustomerDay.objects.create(
        community_id=1, customer_id=customer, day=day, orders=2, gross=net + discount, discount=discount, net=net,
        starts_purchase=starts, clean_orders=1, clean_net=net, starts_clean=starts,
    )  # fmt: skip


members = st.lists(
    st.tuples(st.sampled_from(["send", "send", "control", "held"]), st.integers(0, 2), st.sampled_from(["", "lost"])),
    min_size=1,
    max_size=8,
)
bought = st.dictionaries(
    st.tuples(st.integers(1, 8), st.integers(-2, 33)),
    st.tuples(st.integers(0, 9999), st.integers(0, 500), st.booleans()),
    max_size=14,
)


@quickly
@given(people=members, days=bought, reach=st.integers(1, 40))
def test_arms_are_the_sums_over_their_people(people, days, reach) -> None:
    Batch.objects.all().delete()
    CustomerDay.objects.all().delete()
    batch = make_batch("B-1", TODAY, people)
    for (customer, after), (net, discount, starts) in days.items():
        make_day(customer, TODAY + dt.timedelta(days=after), net, discount, starts)

    actions.measure(TODAY + dt.timedelta(days=reach))

    expected: dict[tuple[object, ...], Arm] = defaultdict(Arm)
    for window in WINDOWS:
        for customer, (fate, community, rfm) in enumerate(people, start=1):
            if fate != "held":
                expected[window, fate, community, rfm] += one_person(customer, days, min(window, reach))
    found = {
        (one.days, one.arm, one.community_id, one.rfm_class): Arm(
            one.people, one.buyers, one.purchases, one.purchases_sq, one.orders, one.orders_sq, one.net,
            int(one.net_sq), one.profit, int(one.profit_sq),
        )
        for one in Outcome.objects.filter(batch=batch)
    }  # fmt: skip
    assert found == expected


def one_person(customer: int, days: dict[tuple[int, int], tuple[int, int, bool]], length: int) -> Arm:
    mine = [told for (who, after), told in days.items() if who == customer and 0 <= after < length]
    purchases, orders, net = sum(starts for _n, _d, starts in mine), 2 * len(mine), sum(net for net, _d, _s in mine)
    profit = sum(int((net + discount) * 0.25 + 0.5) - discount for net, discount, _s in mine)
    squares = purchases**2, orders**2, net**2, profit**2
    return Arm(
        1, int(purchases > 0), purchases, squares[0], orders, squares[1], net, squares[2], profit, squares[3]
    )  # fmt: skip


def test_a_batch_is_measured_again_only_while_there_is_news() -> None:
    batch = make_batch("B-1", TODAY, [("send", 1, ""), ("control", 1, "")])
    assert actions.measure(TODAY + dt.timedelta(days=10)).batches == 1
    assert actions.measure(TODAY + dt.timedelta(days=10)).batches == 0
    assert actions.measure(TODAY + dt.timedelta(days=45)).batches == 1
    assert actions.measure(TODAY + dt.timedelta(days=60)).batches == 0

    make_day(1, TODAY + dt.timedelta(days=3), 5000)
    DaysChanged.objects.create(first_day=TODAY + dt.timedelta(days=3), rows=1)
    assert actions.measure(TODAY + dt.timedelta(days=61)).batches == 1
    assert queries.effect_of_batch(batch, TODAY + dt.timedelta(days=61)).treated.net == 5000

    DaysChanged.objects.create(first_day=TODAY + dt.timedelta(days=30), rows=1)
    assert actions.measure(TODAY + dt.timedelta(days=62)).batches == 0
    assert Measured.objects.get().as_of == TODAY + dt.timedelta(days=61)


def test_a_night_of_an_older_date_changes_nothing() -> None:
    make_batch("B-1", TODAY, [("send", 1, ""), ("control", 1, "")])
    make_day(1, TODAY, 900, 100)
    told_day(TODAY, 1000, 900, 100)
    actions.measure(TODAY + dt.timedelta(days=10))
    run_done(TODAY + dt.timedelta(days=10))
    assert actions.measure(TODAY - dt.timedelta(days=10)) == actions.Counted(0, 0, 0)
    assert SubsidyWeek.objects.get().gross == 1000
    assert Measured.objects.get().as_of == TODAY + dt.timedelta(days=10)


def test_several_batches_are_compared_each_within_itself() -> None:
    first = make_batch("B-1", TODAY, [("send", 1, "")] * 40 + [("control", 1, "")] * 40)
    second = make_batch("B-2", TODAY, [("send", 1, "")] * 40)
    for customer in range(1, 21):
        make_day(customer, TODAY, 1000)
    actions.measure(TODAY + dt.timedelta(days=7))
    both = queries.effect_of([first, second], TODAY + dt.timedelta(days=7), days=7)
    assert (both.treated.people, both.control.people) == (80, 40)
    assert both.differences["purchases"].each.at == pytest.approx(0.5)
    assert queries.effect_of_batch(second, TODAY + dt.timedelta(days=7)).verdict == "no_control"


# -- The subsidy ledger ----------------------------------------------------------------------------------------------


def use(batch: Batch, customer: int, at: dt.date, discount: int) -> Grant:
    moment = dt.datetime.combine(at, NOON)
    return Grant.objects.create(
        batch=batch, coupon=batch.coupon, customer_id=customer, code=f"{batch.pk}-{customer}", reserved=discount,
        community_id=1, issued_at=moment, valid_from=moment, expires_at=moment, state="used", used_at=moment,
        discount=discount,
    )  # fmt: skip


def told_day(day: dt.date, gross: int, net: int, discount: int) -> None:
    CommunityDay.objects.create(
        community_id=1, day=day, orders=1, purchases=1, gross=gross, discount=discount, net=net, payers=1, new_payers=0
    )


def test_a_week_holds_its_money_by_the_class_of_its_monday() -> None:
    batch = make_batch("B-1", TODAY, [("send", 1, "")])
    LifecycleSnapshot.objects.create(as_of=TODAY, customer_id=1, community_id=1, lifecycle="silent")
    make_day(1, TODAY, 900, 100)
    make_day(1, TODAY + dt.timedelta(days=2), 500)
    make_day(2, TODAY, 400, 50)
    told_day(TODAY, 1450, 1300, 150)
    told_day(TODAY + dt.timedelta(days=2), 500, 500, 0)
    use(batch, 1, TODAY, 100)

    actions.measure(TODAY + dt.timedelta(days=7))

    silent, unknown = queries.subsidies("lifecycle", TODAY, TODAY, [1])[::-1]
    assert (silent.key, silent.payers, silent.payer_days, silent.gross, silent.net) == ("silent", 1, 2, 1500, 1400)
    assert (silent.discount, silent.uses, silent.cost) == (100, 1, 100)
    assert (unknown.key, unknown.payers, unknown.gross, unknown.cost) == ("", 1, 450, 0)
    assert silent.rate == pytest.approx(100 / 1500)
    assert silent.arppu == 1400
    assert queries.subsidies("week", TODAY, TODAY, [2]) == []
    [one] = queries.batch_costs(TODAY, TODAY + dt.timedelta(days=7), [1])
    assert (one.batch_id, one.uses, one.cost) == (batch.pk, 1, 100)


def test_a_week_is_summed_again_only_when_its_money_changed() -> None:
    batch = make_batch("B-1", TODAY, [("send", 1, "")])
    make_day(1, TODAY, 900, 100)
    told_day(TODAY, 1000, 900, 100)
    after = TODAY + dt.timedelta(days=14)
    assert actions.measure(after).weeks == 1
    assert actions.measure(after).weeks == 0
    use(batch, 1, TODAY, 100)
    assert SubsidyTotal.objects.get().cost == 0
    assert actions.measure(after).weeks == 1
    assert SubsidyWeek.objects.get().cost == 100
    assert SubsidyTotal.objects.values_list("gross", "cost").get() == (900 + 100, 100)
    assert actions.measure(after).weeks == 0


def test_a_use_whose_order_is_not_imported_yet_is_counted_as_cost() -> None:
    batch = make_batch("B-1", TODAY, [("send", 1, "")])
    told_day(TODAY, 0, 0, 0)
    use(batch, 1, TODAY, 100)
    actions.measure(TODAY + dt.timedelta(days=7))
    row = SubsidyWeek.objects.get()
    assert (row.payers, row.uses, row.cost, row.community_id) == (0, 1, 100, 1)


# -- The weeks of the scoreboard -------------------------------------------------------------------------------------


def test_a_week_tells_who_came_back_and_who_woke() -> None:
    newcomer = buyer(standing={"first_purchase": TODAY - dt.timedelta(days=1)})
    make_day(newcomer.pk, TODAY + dt.timedelta(days=1), 500)
    silent = buyer()
    was(silent, "silent", TODAY)
    was(buyer(), "silent", TODAY)
    make_day(silent.pk, TODAY + dt.timedelta(days=6), 500)
    make_day(silent.pk, TODAY + dt.timedelta(days=7), 500)

    [before, this] = queries.week_figures(TODAY - dt.timedelta(weeks=1), TODAY, [0])

    assert (before.fresh, before.back, before.silent) == (0, 0, 0)
    assert (this.fresh, this.back) == (7, 1)  # new on a Sunday: asked on each day of the week after
    assert (this.silent, this.woken) == (2, 1)


def test_no_batch_at_all_tells_nothing() -> None:
    assert not queries.effect_of([], TODAY).is_told
