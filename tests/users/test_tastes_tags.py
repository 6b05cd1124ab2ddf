"""Taste tags: the rule as a table, the SQL held to it, and what people set by hand left alone."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.policies import queries as policy_queries
from communities.policies.rules import Policies
from tests import factories
from tests.histories import DAYS, START, World, home_of, quickly, worlds, written
from users.customers.models import Customer, Tag, Tagging
from users.orders.models import Category, Order, OrderLine
from users.purchases import actions as purchases
from users.purchases import rules as purchase_rules
from users.tastes import actions, rules
from users.tastes.rules import LineFacts

D = dt.date(2018, 5, 7)


def line(days_ago: int, amount: int, taste: int | None = None) -> LineFacts:
    return LineFacts(D - dt.timedelta(days=days_ago), amount, taste)


@pytest.mark.parametrize(
    ("lines", "purchases", "tastes"),
    [
        ([line(3, 40, 1), line(2, 60)], 2, {1: (0.4, 3)}),
        ([line(3, 39, 1), line(2, 61)], 2, {}),
        ([line(3, 40, 1), line(2, 60)], 1, {}),  # too few purchases
        ([line(3, 50, 1), line(2, 50, 2)], 2, {1: (0.5, 3), 2: (0.5, 2)}),
        ([line(3, 80, 1), line(2, -50, 1), line(2, 60)], 2, {}),  # a refund lowers the share
        ([line(3, 80, 1), line(2, -80)], 2, {}),  # nothing left to share
        ([line(400, 90, 1), line(2, 10, 2)], 2, {2: (1.0, 2)}),  # outside the window
        ([line(0, 90, 1), line(2, 10, 2)], 2, {2: (1.0, 2)}),  # of the day itself
        ([], 2, {}),
    ],
)
def test_a_taste_takes_its_share_of_the_money(
    lines: list[LineFacts], purchases: int, tastes: dict[int, tuple[float, int]]
) -> None:
    found = rules.tastes_of(lines, purchases, D, Policies())
    assert {tag: (one.share, (D - one.last_day).days) for tag, one in found.items()} == tastes


thresholds = st.fixed_dictionaries(
    {},
    optional={
        "merge_days": st.integers(1, 3),
        "rfm_window_days": st.sampled_from([7, 365]),
        "tag_min_share": st.sampled_from([0.01, 0.1, 0.4, 0.5, 1]),
        "tag_min_purchases": st.integers(1, 3),
    },
)
baskets = st.lists(st.tuples(st.integers(-1, 3), st.sampled_from([0, 100, 200, 300, -100])), max_size=40)


@dataclass
class Goods:
    categories: list[Category]

    def taste_of(self, n: int) -> int | None:
        return None if n < 0 or self.categories[n].is_service else self.categories[n].taste_id


def write_lines(world: World, drawn: list[tuple[int, int]]) -> dict[int, list[LineFacts]]:
    """The drawn lines handed round to the orders; the last category is a service."""
    goods = Goods([Category.objects.create(name=f"类{n}", is_service=n == 3) for n in range(4)])
    actions.make_taste_tags()
    goods.categories = list(Category.objects.order_by("id"))
    orders = list(Order.objects.order_by("id"))
    found: dict[int, list[LineFacts]] = {person.id: [] for person in world.people}
    for n, (kind, amount) in enumerate(drawn if orders else []):
        order = orders[n % len(orders)]
        category = None if kind < 0 else goods.categories[kind]
        OrderLine.objects.create(order=order, category=category, amount=amount)
        if order.counted:
            found[order.customer_id].append(LineFacts(order.day, amount, goods.taste_of(kind)))
    return found


@pytest.mark.django_db
@quickly
@given(worlds(thresholds), baskets, st.integers(1, DAYS + 10))
def test_tags_are_what_the_rules_say(world: World, drawn: list[tuple[int, int]], day: int) -> None:
    as_of = START + dt.timedelta(days=day)
    with written(world):
        lines, policies = write_lines(world, drawn), world.policies()
        purchases.rebuild()
        actions.recompute(as_of, policy_queries.current_version())
        wanted: dict[tuple[int, int], Any] = {}
        for person in world.people:
            mine = policies[home_of(person)]
            begin = rules.begin_of_window(as_of, mine)
            days = purchase_rules.customer_days(person.orders, mine)
            many = sum(one.starts_purchase and begin <= one.day < as_of for one in days)
            for tag, taste in rules.tastes_of(lines[person.id], many, as_of, mine).items():
                wanted[person.id, tag] = (taste.share, taste.last_day)
        rows = Tagging.objects.values_list("customer_id", "tag_id", "share", "last_day")
        assert {row[:2]: row[2:] for row in rows} == wanted
        assert actions.recompute(as_of, policy_queries.current_version()).written == 0


@pytest.fixture
def meat_eater(db: None) -> Customer:
    customer = factories.make_customer()
    for day in ("2018-05-01", "2018-05-03"):
        factories.make_order(customer=customer, at=day, category="肉品")
    purchases.rebuild()
    return customer


def tags_of(customer: Customer) -> dict[str, str]:
    return dict(Tagging.objects.filter(customer=customer).values_list("tag__name", "hand"))


def test_a_tag_is_called_after_its_category(meat_eater: Customer) -> None:
    actions.recompute(D, 0)
    assert tags_of(meat_eater) == {"肉品用户": "auto"}
    assert Category.objects.get().taste.is_taste


@pytest.mark.parametrize("hand", ["set", "removed"])
def test_what_was_set_or_removed_by_hand_survives(meat_eater: Customer, hand: str) -> None:
    actions.recompute(D, 0)
    Tagging.objects.filter(customer=meat_eater).update(hand=hand)
    assert actions.recompute(D, 0).written == 0
    assert tags_of(meat_eater) == {"肉品用户": hand}
    Order.objects.update(day=dt.date(2016, 1, 1))
    actions.recompute(D, 0)
    assert tags_of(meat_eater) == {"肉品用户": hand}


def test_a_taste_that_is_gone_loses_its_tag_and_other_tags_stay(meat_eater: Customer) -> None:
    actions.recompute(D, 0)
    Tagging.objects.create(customer=meat_eater, tag=Tag.objects.create(name="热心"), hand="set")
    factories.make_order(customer=meat_eater, at="2018-05-04", category="水果", net=100000)
    actions.recompute(D, 0)
    assert tags_of(meat_eater) == {"水果用户": "auto", "热心": "set"}


def test_services_make_no_taste(db: None) -> None:
    customer = factories.make_customer()
    for day in ("2018-05-01", "2018-05-03"):
        factories.make_order(customer=customer, at=day, category="家政", is_service=True)
    purchases.rebuild()
    actions.recompute(D, 0)
    assert tags_of(customer) == {}
    assert not Tag.objects.exists()


def test_a_category_that_became_a_service_makes_no_taste_any_more(meat_eater: Customer) -> None:
    actions.recompute(D, 0)
    Category.objects.update(is_service=True)
    actions.recompute(D, 0)
    assert tags_of(meat_eater) == {}


@pytest.mark.parametrize(("other", "tagged"), [(3000, True), (3001, False)])
def test_four_tenths_are_enough_and_a_fen_less_is_not(meat_eater: Customer, other: int, tagged: bool) -> None:
    factories.make_order(customer=meat_eater, at="2018-05-04", category="水果", net=other)
    actions.recompute(D, 0)
    assert ("肉品用户" in tags_of(meat_eater)) is tagged


def test_a_long_category_still_gets_a_tag(db: None) -> None:
    Category.objects.create(name="长" * 80)
    assert actions.make_taste_tags() == 1
    assert Tag.objects.get().name.endswith("用户")
