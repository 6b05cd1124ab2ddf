import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from communities.policies.rules import Policies
from users.purchases import rules
from users.purchases.rules import OrderFacts

SHANGHAI = ZoneInfo("Asia/Shanghai")
D = dt.date(2018, 5, 7)


def day(offset: int) -> dt.date:
    return dt.date(2018, 4, 1) + dt.timedelta(days=offset)


def order(offset: int, **facts: object) -> OrderFacts:
    placed_at = dt.datetime.combine(day(offset), dt.time(12), tzinfo=SHANGHAI)
    return OrderFacts(placed_at, **({"paid": 1000} | facts))


@pytest.mark.parametrize(
    ("days", "merge_days", "starting"),
    [
        ([], 3, []),
        ([0], 1, [0]),
        ([0, 1, 2], 1, [0, 1, 2]),
        ([0, 1, 2], 2, [0, 2]),
        ([0, 2, 4], 3, [0, 4]),  # from the first, not chained
        ([0, 1, 2, 3, 4, 5, 6], 3, [0, 3, 6]),
        ([0, 3, 5], 3, [0, 3]),
        ([0, 30, 31], 31, [0, 31]),
    ],
)
def test_a_purchase_takes_in_what_follows_its_first_day(days: list[int], merge_days: int, starting: list[int]) -> None:
    marks = rules.starts([day(n) for n in days], merge_days)
    assert [n for n, starts in zip(days, marks, strict=True) if starts] == starting


@pytest.mark.parametrize(
    ("state", "paid", "refunded", "counts", "net"),
    [
        ("paid", 1000, 0, True, 1000),
        ("paid", 1000, 400, True, 600),
        ("paid", 1000, 1000, False, 0),
        ("paid", 1000, 1200, False, 0),
        ("paid", 0, 0, True, 0),  # paid by coupon
        ("unpaid", 1000, 0, False, 0),
        ("cancelled", 1000, 0, False, 0),
        ("refunded", 1000, 1000, False, 0),
        ("waiting", 0, 500, False, 0),
    ],
)
def test_an_order_counts_when_paid_and_kept(state: str, paid: int, refunded: int, counts: bool, net: int) -> None:
    one = order(0, state=state, paid=paid, refunded=refunded)
    assert (one.counted, one.net) == (counts, net)


@pytest.mark.parametrize(
    ("utc", "business_day"),
    [
        ("2018-05-06T15:59:59+00:00", dt.date(2018, 5, 6)),  # 23:59:59 in Shanghai
        ("2018-05-06T16:00:00+00:00", dt.date(2018, 5, 7)),  # 00:00
        ("2018-05-07T15:59:59+00:00", dt.date(2018, 5, 7)),
    ],
)
def test_a_business_day_starts_at_midnight_in_shanghai(utc: str, business_day: dt.date) -> None:
    assert rules.business_day(dt.datetime.fromisoformat(utc)) == business_day


@pytest.mark.parametrize(("clock", "later"), [("00:00", 1), ("22:59:59", 1), ("23:00", 2), ("23:59:59", 2)])
def test_the_cut_off_decides_the_day_of_delivery(clock: str, later: int) -> None:
    placed_at = dt.datetime.combine(D, dt.time.fromisoformat(clock), tzinfo=SHANGHAI)
    assert rules.delivery_day(placed_at, dt.time(23)) == D + dt.timedelta(days=later)


@pytest.mark.parametrize(
    ("orders", "known", "community"),
    [
        ([], None, None),
        ([], 3, 3),
        ([order(0)], 3, 3),  # names none: the customer's stays
        ([order(0, community_id=1), order(5, community_id=2), order(9)], None, 2),
        ([order(5, community_id=2), order(0, community_id=1)], None, 2),
        ([order(0, community_id=1), order(0, community_id=2)], None, 2),  # one moment: the one written last
        ([order(0, community_id=1), order(5, community_id=2, state="cancelled")], None, 2),
        ([order(0, community_id=1), order(5, community_id=2, state="waiting")], None, 1),
    ],
)
def test_a_customer_lives_where_the_latest_order_says(
    orders: list[OrderFacts], known: int | None, community: int | None
) -> None:
    assert rules.community_of(orders, known) == community


@pytest.mark.parametrize(
    ("amount", "threshold", "is_one"),
    [(9999, 10000, False), (10000, 10000, True), (0, 0, False), (1, 0, True), (0, 10000, False)],
)
def test_a_service_order_has_service_lines_for_enough_money(amount: int, threshold: int, is_one: bool) -> None:
    assert rules.is_service_order(amount, threshold) is is_one


def test_the_cleaning_takes_out_service_orders_then_merges() -> None:
    orders = [order(0), order(0), order(1, service_amount=20000), order(2), order(9, refunded=400)]
    found = rules.cleaned(orders, day(20), Policies(merge_days=3))
    assert (found.orders, found.service_orders, found.merged_orders, found.purchases) == (5, 1, 2, 2)
    assert (found.net, found.last_day, found.is_proxy) == (3600, day(9), False)


def test_a_proxy_buyer_is_left_out_with_every_order_that_was_left() -> None:
    orders = [order(n, address_key=key) for n, key in enumerate(["a", "b", "", "c"])]
    found = rules.cleaned([*orders, order(5, service_amount=20000)], day(20), Policies())
    assert (found.is_proxy, found.service_orders, found.proxy_orders, found.purchases) == (True, 1, 4, 0)
    assert rules.cleaned(orders[:3], day(20), Policies()).purchases == 3


def test_the_addresses_of_service_orders_do_not_make_a_proxy_buyer() -> None:
    orders = [order(0, address_key="a"), order(1, address_key="b"), order(2, address_key="c", service_amount=20000)]
    assert not rules.cleaned(orders, day(20), Policies()).is_proxy


def test_a_purchase_belongs_to_the_window_it_starts_in() -> None:
    policies = Policies(merge_days=3, rfm_window_days=10)
    orders = [order(9), order(10), order(15)]  # the window is [10, 20): day 10 belongs to the purchase of day 9
    found = rules.cleaned(orders, day(20), policies)
    assert (found.orders, found.merged_orders, found.purchases, found.net) == (2, 1, 1, 1000)
    assert rules.cleaned(orders[:2], day(20), policies).last_day is None


@pytest.mark.parametrize(
    ("first_day", "weeks", "since"),
    [
        (dt.date(2018, 5, 7), 4, dt.date(2018, 6, 4)),
        (dt.date(2018, 5, 13), 4, dt.date(2018, 6, 4)),  # a Sunday belongs to its week
        (dt.date(2018, 5, 9), 0, dt.date(2018, 5, 7)),
    ],
)
def test_the_first_weeks_are_left_censored(first_day: dt.date, weeks: int, since: dt.date) -> None:
    assert rules.uncensored_from(first_day, weeks) == since
