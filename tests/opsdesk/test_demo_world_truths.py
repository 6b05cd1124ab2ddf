"""The planted truths of the demo world, found again in the text of its export files with nothing but Python."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from opsdesk.demo import exports, places, truths, world

UNTIL = date(2026, 3, 2)
WEEKS = 16
COUNTS = {"已付款", "待配送", "已完成", "部分退款"}
PLACES = {plot.name: plot.code for plot in places.PLOTS}


class Found(NamedTuple):
    """One order as the latest files leave it: its rows of goods, and the rows that give money back."""

    goods: list[dict[str, str]]
    back: list[dict[str, str]]

    @property
    def phone(self) -> str:
        return self.goods[0]["手机号"]

    @property
    def placed_at(self) -> datetime:
        return datetime.fromisoformat(self.goods[0]["下单时间"])

    @property
    def day(self) -> date:
        return self.placed_at.date()

    @property
    def paid(self) -> int:
        return sum(fen(row["实付金额"]) for row in self.goods)

    @property
    def refunded(self) -> int:
        return sum(fen(row["退款金额"]) for row in self.goods) - sum(fen(row["实付金额"]) for row in self.back)

    @property
    def counts(self) -> bool:
        in_full = self.paid and self.refunded >= self.paid
        return self.goods[0]["订单状态"] in COUNTS and not in_full

    def of(self, category: str) -> list[dict[str, str]]:
        return [row for row in self.goods if row["商品分类"] == category]


def fen(text: str) -> int:
    return int(text.replace(".", ""))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@pytest.fixture(scope="module")
def city() -> world.World:
    return world.build(until=UNTIL, customers=3_000, weeks=WEEKS)


@pytest.fixture(scope="module")
def told(city) -> truths.Truths:
    return truths.truths(city)


@pytest.fixture(scope="module")
def files(city, told, tmp_path_factory) -> dict[str, list[dict[str, str]]]:
    """The rows that are not to be refused, odd cells read as they are meant."""
    refused = {one.name: {row.line for row in one.refused} for one in told.files}
    folder = tmp_path_factory.mktemp("exports")
    return {path.name: list(good_rows(path, refused[path.name])) for path in exports.write_exports(city, folder)}


def good_rows(path: Path, refused: set[int]):
    with path.open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))
    top = 1 if len(rows[0]) > 1 else 2
    for line, row in enumerate(rows[top:], start=top + 1):
        if line not in refused:
            yield plain(dict(zip(rows[top - 1], row, strict=True)))


def plain(row: dict[str, str]) -> dict[str, str]:
    narrow = str.maketrans("０１２３４５６７８９．", "0123456789.")
    row["手机号"] = re.sub(r"^\+86 |-|\.0$", "", row["手机号"].translate(narrow))
    if "下单时间" in row:
        row["下单时间"] = re.sub(r"[年月/]", "-", row["下单时间"]).replace("日", "")
        row["实付金额"] = row["实付金额"].translate(narrow).lstrip("￥")
    return row


@pytest.fixture(scope="module")
def orders(files) -> dict[str, Found]:
    """A later file replaces an order's rows, unless it brings nothing but the row of a refund."""
    latest: dict[str, Found] = {}
    for rows in list(files.values())[1:]:
        here: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            here[row["订单编号"]].append(row)
        for number, mine in here.items():
            goods = [row for row in mine if not row["实付金额"].startswith("-")]
            back = [row for row in mine if row["实付金额"].startswith("-")]
            latest[number] = Found(goods or latest[number].goods, back)
    return latest


@pytest.fixture(scope="module")
def bought(orders) -> dict[str, list[Found]]:
    """Counted orders by phone, oldest first."""
    people: dict[str, list[Found]] = defaultdict(list)
    for order in sorted(orders.values(), key=lambda order: order.placed_at):
        if order.counts:
            people[order.phone].append(order)
    return people


@pytest.fixture(scope="module")
def homes(orders) -> dict[str, str]:
    found = {}
    for order in sorted(orders.values(), key=lambda order: order.placed_at):
        if order.goods[0]["小区"]:
            found[order.phone] = PLACES[order.goods[0]["小区"]]
    return found


@pytest.fixture(scope="module")
def cohorts(bought, homes) -> dict[tuple[str, date], list[bool]]:
    """Community and week of the first purchase -> for each customer, whether the week after brought another."""
    found: dict[tuple[str, date], list[bool]] = defaultdict(list)
    for phone, mine in bought.items():
        first = monday(mine[0].day)
        again = any(monday(order.day) == first + timedelta(weeks=1) for order in mine)
        found[homes.get(phone, ""), first].append(again)
    return found


def rate(cells: list[list[bool]]) -> float:
    people = [again for cell in cells for again in cell]
    return sum(people) / len(people)


def week(back: int) -> date:
    return UNTIL - timedelta(weeks=back)


def ordinary(cohorts, code: str | None = None) -> list[list[bool]]:
    """Cohorts after the first four weeks and outside the stories, whose week after is over."""
    stories = {("cuiping", week(6)), *(("yueyahu", week(back)) for back in range(1, 6))}
    return [
        cell
        for (place, first), cell in cohorts.items()
        if week(WEEKS - 4) <= first <= week(2) and (place, first) not in stories and code in (None, place)
    ]


def test_totals_are_those_of_the_files(orders, bought, files, told):
    counted = [order for mine in bought.values() for order in mine]
    registered = next(iter(files.values()))
    assert told.totals == truths.Totals(
        customers=len({row["手机号"] for row in registered}),
        with_orders=len({order.phone for order in orders.values()}),
        paying=len(bought),
        orders=len(orders),
        counted=len(counted),
        lines=sum(len(order.goods) for order in orders.values()),
        refund_lines=sum(len(order.back) for order in orders.values()),
        gross=sum(fen(row["原价金额"]) for order in counted for row in order.goods),
        discount=sum(fen(row["优惠金额"]) for order in counted for row in order.goods),
        net=sum(order.paid - order.refunded for order in counted),
    )


def test_every_cohort_is_as_told(cohorts, told):
    over = {key: cell for key, cell in cohorts.items() if key[1] <= week(2)}
    assert {(one.community, one.monday): (one.size, one.returned) for one in told.cohorts} == {
        key: (len(cell), sum(cell)) for key, cell in over.items()
    }


def test_about_a_third_of_new_payers_come_back_in_the_week_after(cohorts):
    assert 0.28 <= rate(ordinary(cohorts)) <= 0.40


def test_spoiled_vegetables_leave_a_third_of_the_return_in_one_community_and_week(cohorts, told):
    bad = cohorts["cuiping", week(6)]
    assert len(bad) >= 30
    assert 0.07 <= rate([bad]) <= 0.14
    assert rate(ordinary(cohorts, "cuiping")) >= 0.27
    assert told.bad_week.cohort[2:] == (len(bad), sum(bad))


def test_only_who_bought_leaf_vegetables_stays_away(bought, homes, told):
    cohort = [
        mine for phone, mine in bought.items() if homes.get(phone) == "cuiping" and monday(mine[0].day) == week(6)
    ]
    eaters = [mine for mine in cohort if mine[0].of("叶菜")]
    back = [mine for mine in cohort if any(monday(order.day) == week(5) for order in mine)]
    returned = sum(mine in eaters for mine in back)
    assert (told.bad_week.leaf_buyers, told.bad_week.leaf_returned) == (len(eaters), returned)
    assert returned / len(eaters) <= 0.13
    assert (len(back) - returned) / (len(cohort) - len(eaters)) >= 0.28


def test_the_star_station_wins_three_of_four_new_payers_back(cohorts, told):
    star = [cohorts["yueyahu", week(back)] for back in (5, 4, 3, 2)]
    assert rate(star) >= 0.75
    assert rate(ordinary(cohorts, "yueyahu")) <= 0.50
    assert [(one.size, one.returned) for one in told.star] == [(len(cell), sum(cell)) for cell in star]


def test_retention_decays_with_the_weeks(bought):
    firsts = {phone: monday(mine[0].day) for phone, mine in bought.items()}
    cohort = [phone for phone, first in firsts.items() if week(WEEKS - 4) <= first <= week(9)]
    curve = [
        sum(any(monday(order.day) == firsts[phone] + timedelta(weeks=k) for order in bought[phone]) for phone in cohort)
        for k in (1, 4, 8)
    ]
    assert curve[0] > curve[1] > curve[2] > 0
    assert curve[2] < 0.75 * curve[0]


def test_service_orders_are_those_of_a_hundred_yuan_and_more(bought, told):
    amounts = {
        mine.goods[0]["订单编号"]: sum(fen(row["实付金额"]) for row in mine.of("家政"))
        for orders in bought.values()
        for mine in orders
        if mine.of("家政")
    }
    assert told.service_orders == {number: found for number, found in amounts.items() if found >= 10_000}
    assert told.near_service_orders == {number: found for number, found in amounts.items() if found < 10_000}
    assert 10_000 in told.service_orders.values()


def test_proxy_buyers_are_those_of_three_doors_and_more(bought, told):
    doors = {phone: {door(order) for order in mine} - {""} for phone, mine in bought.items()}
    assert told.proxies == {phone: len(found) for phone, found in doors.items() if len(found) > 2}
    assert 0.002 <= len(told.proxies) / told.totals.customers <= 0.004


def door(order: Found) -> str:
    """The community with the last three numbers of an address, however they are written."""
    address = order.goods[0]["收货地址"]
    numbers = re.findall(r"\d+", address)[-3:]
    return "-".join([order.goods[0]["小区"], *numbers]) if address else ""


def test_two_counted_orders_in_a_day_are_where_told_and_nowhere_else(bought, told):
    days = Counter((phone, order.day) for phone, mine in bought.items() for order in mine)
    assert told.doubles == sorted(key for key, many in days.items() if many > 1)
    assert len(told.doubles) == 12


def test_refunds_show_in_all_the_ways_a_shop_knows(orders, told):
    ways = Counter(refund.how for refund in told.refunds)
    assert set(ways) == {"status", "column", "column_full", "negative", "alone"}
    for refund in told.refunds:
        order = orders[refund.number]
        by_status = order.goods[0]["订单状态"] == "已退款"
        assert by_status if refund.how == "status" else order.refunded == refund.fen
    assert any(refund.late for refund in told.refunds)


def test_a_late_refund_is_not_in_the_first_file_that_holds_the_order(files, told):
    late = {refund.number for refund in told.refunds if refund.late}
    first: dict[str, list[dict[str, str]]] = {}
    for rows in list(files.values())[1:]:
        here: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            here[row["订单编号"]].append(row)
        first = {**here, **first}
    shown = {row["订单状态"] for number in late for row in first[number]}
    assert shown <= {"已完成", "待配送", "已付款"}


def test_cancelled_and_unpaid_orders_do_not_count(orders, told):
    states = {number: order.goods[0]["订单状态"] for number, order in orders.items()}
    assert {states[number] for number in told.cancelled} == {"已取消"}
    assert {states[number] for number in told.unpaid} == {"已关闭", "待付款"}


def test_movers_order_from_one_community_and_then_another(bought, told):
    for phone, before, after, day in told.movers:
        named = [(order.day < day, PLACES[order.goods[0]["小区"]]) for order in bought[phone] if order.goods[0]["小区"]]
        assert set(named) == {(True, before), (False, after)}
    assert len(told.movers) == 15


def test_late_starters_registered_long_before_they_bought(bought, told):
    waited = {
        phone: (mine[0].day - datetime.fromisoformat(mine[0].goods[0]["注册时间"]).date()).days
        for phone, mine in bought.items()
        if mine[0].day >= week(WEEKS - 4)
    }
    assert sorted(told.late_starters) == sorted(phone for phone, days in waited.items() if days >= 60)
    assert told.late_starters


def test_one_customer_has_forty_one_purchases(bought, told):
    days = {order.day for order in bought[told.marathon]}
    assert len(days) == len(bought[told.marathon]) == 41


def test_one_customer_bought_on_both_sides_of_a_midnight_between_two_weeks(bought, told):
    phone, last_second, first_second = told.midnight
    moments = [order.placed_at for order in bought[phone]]
    assert {last_second, first_second} <= set(moments)
    assert first_second - last_second == timedelta(seconds=1)
    assert (last_second.weekday(), first_second.weekday()) == (6, 0)


def test_paid_after_midnight_is_unpaid_in_one_file_and_paid_in_the_next(files, told):
    for number in told.paid_after_midnight:
        states = [{row["订单状态"] for row in rows if row.get("订单编号") == number} for rows in files.values()]
        assert [state for state in states if state] == [{"待付款"}, {"已完成"}]
    assert len(told.paid_after_midnight) == 4


def test_who_collects_goods_never_names_a_community(orders, told):
    of_theirs = [order for order in orders.values() if order.phone in told.nowhere]
    assert {(row["小区"], row["收货地址"]) for order in of_theirs for row in order.goods} == {("", "")}


def test_a_coupon_may_pay_for_everything(orders, told):
    assert told.free_orders
    assert {(orders[number].paid, orders[number].goods[0]["优惠券码"]) for number in told.free_orders} == {(0, "MD-0")}


def test_identical_lines_of_one_order_are_told(orders, told):
    doubled = [number for number, order in orders.items() if len({str(row) for row in order.goods}) < len(order.goods)]
    assert sorted(doubled) == sorted(told.twin_lines)
    assert told.twin_lines


def test_one_community_writes_addresses_in_a_way_of_its_own(orders, told):
    found: dict[str, set[str]] = defaultdict(set)
    for order in orders.values():
        if "弄" in order.goods[0]["收货地址"]:
            found[order.phone].add(order.goods[0]["收货地址"])
    assert told.unread_addresses == found
    assert found


def test_lifecycle_classes_are_those_of_the_definition(files, bought, told):
    registered = [row["手机号"] for row in next(iter(files.values()))]
    classes = Counter(lifecycle([order.day for order in bought.get(phone, [])]) for phone in registered)
    assert told.lifecycle == classes
    assert classes["prospect"] == round(0.18 * len(registered))


def lifecycle(days: list[date]) -> str:
    if not days:
        return "prospect"
    if days[0] >= UNTIL - timedelta(days=7):
        return "new_paying"
    return "active" if len(set(days)) > 1 and days[-1] >= UNTIL - timedelta(days=14) else "silent"
