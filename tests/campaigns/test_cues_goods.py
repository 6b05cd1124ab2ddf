"""The SQL that recommends goods is held to campaigns/cuesheets/rules.py on random baskets."""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from campaigns.cuesheets import queries, rules
from campaigns.cuesheets.rules import Sale
from communities.models import Community
from communities.policies import queries as policies
from tests.factories import make_customer
from users.orders.models import Category, Order, OrderLine, Product, Source

pytestmark = pytest.mark.django_db

DAY = dt.date(2018, 5, 8)
SERVICE = 7
quickly = settings(max_examples=25, deadline=None, phases=[Phase.generate])


@dataclass(frozen=True)
class Line:
    product: int
    amount: int
    quantity: int
    refund: bool


@dataclass(frozen=True)
class Bought:
    customer: int
    days_before: int  # 0: delivered on the day itself
    elsewhere: bool  # the order names the other community
    counted: bool
    lines: list[Line] = field(default_factory=list)


def baskets(dice: random.Random) -> list[Bought]:
    """Few goods and few prices, so that they meet often and tie; 7 is a service, 0 stands for goods without a product,
    5 and 6 ran out a week ago. Dense on purpose: what shrinks to a handful of baskets recommends nothing."""
    return [_bought(dice) for _ in range(dice.choice([5, 30, 60, 60]))]


def _bought(dice: random.Random) -> Bought:
    days_before = dice.choice([0, 1, 1, 2, 3, 7, 8, 13, 14, 15, 28])
    sold = [1, 1, 2, 2, 3, 4, 7, 0] if days_before < 8 else [1, 2, 3, 4, 5, 5, 6, 7, 0]
    lines = [
        Line(
            product=dice.choice(sold),
            amount=dice.choice([500, 500, 500, 900, 1500, 1501, 0, -500]),
            quantity=dice.choice([1000, 1000, 1000, 2000, 1500, 333]),
            refund=dice.random() < 0.05,
        )
        for _ in range(dice.randint(1, 4))
    ]
    return Bought(dice.randrange(7), days_before, dice.random() < 0.1, dice.random() < 0.9, lines)


def expected(
    bought: list[Bought], products: dict[int, int | None], homes: list[int | None], values: dict[int, tuple[int, int]]
) -> dict[int, list[tuple[int, int]]]:
    """As rules.recommend defines them, a door at a time. `values` by community: weeks, price_most."""
    sales, given_ = defaultdict(list), defaultdict(set)
    for one in bought:
        if not one.counted:
            continue
        home = homes[one.customer]
        there = other_of(home, values) if one.elsewhere else home
        for line in one.lines:
            product = products[line.product]
            if line.refund:
                continue
            if one.days_before == 0 and line.product != SERVICE:
                given_[one.customer].add(product)
            if product and line.quantity > 0 and line.amount > 0:
                basket = one.customer * 100 + one.days_before
                day = DAY - dt.timedelta(days=one.days_before)
                sales[there].append(Sale(basket, day, product, line.amount, line.quantity))
    found = {}
    for customer, goods in given_.items():
        if (home := homes[customer]) is None:
            continue
        weeks, most = values[home]
        best = rules.recommend(
            sales[home], {one for one in goods if one}, DAY, weeks=weeks, price_most=most, services=[products[SERVICE]]
        )
        if best:
            found[customer] = [(one.product, one.price) for one in best]
    return found


def other_of(home: int | None, values: dict[int, tuple[int, int]]) -> int:
    return next(place for place in sorted(values) if place != home)


@quickly
@given(st.randoms(use_true_random=False), st.sampled_from([(1, 1500), (2, 1500), (4, 900)]))
def test_goods_are_recommended_as_the_rules_say(dice: random.Random, own: tuple[int, int]) -> None:
    bought = baskets(dice)
    with transaction.atomic():
        places = [Community.objects.create(code=code, name=code) for code in ("here", "there")]
        homes = [*[places[0]] * 5, places[1], None]
        people = [make_customer(community=home) for home in homes]
        products = make_products()
        write(bought, people, products, places)
        usual = policies.for_company()
        values = {places[0].pk: own, places[1].pk: (usual.cue_weeks, usual.cue_price_most)}
        asked = {place: replace(usual, cue_weeks=weeks, cue_price_most=most) for place, (weeks, most) in values.items()}
        found = queries.recommended(DAY, asked)
        ids = [home.pk if home else None for home in homes]
        assert by_customer(found, people) == expected(bought, products, ids, values)
        transaction.set_rollback(True)


def by_customer(found: dict, people: list) -> dict[int, list[tuple[int, int]]]:
    places = {one.pk: nth for nth, one in enumerate(people)}
    return {places[key]: [(product, price) for product, _name, price in goods] for key, goods in found.items()}


def make_products() -> dict[int, int | None]:
    food, service = (Category.objects.create(name=name, is_service=name == "家政") for name in ("菜", "家政"))
    kinds = {1: food, 2: food, 3: food, 4: None, 5: food, 6: None, SERVICE: service}
    made = {nth: Product.objects.create(name=f"货 {nth}", category=kind).pk for nth, kind in kinds.items()}
    return made | {0: None}


def write(bought: list[Bought], people: list, products: dict[int, int | None], places: list[Community]) -> None:
    source = Source.objects.create(name="twin")
    service = Category.objects.get(name="家政")
    for nth, one in enumerate(bought):
        customer, delivery = people[one.customer], DAY - dt.timedelta(days=one.days_before)
        there = other_of(customer.community_id, {place.pk: (0, 0) for place in places}) if one.elsewhere else None
        order = Order.objects.create(
            source=source, number=str(nth), customer=customer, community_id=there, day=delivery - dt.timedelta(days=1),
            placed_at=dt.datetime.combine(delivery, dt.time(), dt.UTC) - dt.timedelta(days=1), delivery_day=delivery,
            state="paid" if one.counted else "cancelled", counted=one.counted, first_import_id=0, import_id=0,
        )  # fmt: skip
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order, product_id=products[line.product], category=service if line.product == SERVICE else None,
                amount=line.amount, quantity=line.quantity, is_refund=line.refund,
            )
            for line in one.lines
        )  # fmt: skip
