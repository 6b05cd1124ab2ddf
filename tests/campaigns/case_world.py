"""A fall for tests: four ordinary cohorts in Cuiping and a bad one, in which leaf buyers did not come back."""

import datetime as dt
import itertools
from typing import Any

from campaigns.cases import opening
from campaigns.cases.models import Case
from communities.models import Community
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import SHANGHAI
from users.customers.models import Customer
from users.orders.models import Category, Order, OrderLine, Product, Source
from users.purchases import actions as purchases
from users.retention.models import RetentionAlert

BAD = dt.date(2018, 4, 16)  # a Monday; its second week is over on TODAY
BASE_WEEKS = 4
WEEK = dt.timedelta(days=7)
LEAF, MEAT = "叶菜", "肉品"
_phones = itertools.count(13900000000)
_numbers = itertools.count(1)


def grow(place: Community, monday: dt.date, goods: str, n: int, back: int, **fields: Any) -> list[Customer]:
    """So many new payers of a week whose first basket held these goods, the first `back` of whom came back in the
    next week. Rows of orders only: `count` makes the roll-ups."""
    made = _people(place, n, **fields)
    orders = [_order(one, monday + dt.timedelta(days=turn % 7)) for turn, one in enumerate(made)]
    Order.objects.bulk_create(orders)
    kind, _ = Category.objects.get_or_create(name=goods)
    product, _ = Product.objects.get_or_create(name=f"{goods}一份", defaults={"category": kind})
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product, category=kind, amount=order.net) for order in orders
    )
    Order.objects.bulk_create(_order(one, monday + WEEK + dt.timedelta(days=1)) for one in made[:back])
    return made


def _people(place: Community, n: int, **fields: Any) -> list[Customer]:
    phones = [str(next(_phones)) for _one in range(n)]
    rows = [
        Customer(
            phone=phone, phone_grams=[int(phone[i : i + 4]) for i in range(8)], name="王小明", community=place, **fields
        )
        for phone in phones
    ]
    made: list[Customer] = Customer.objects.unscoped("tests make customers").bulk_create(rows)
    return made


def _order(customer: Customer, day: dt.date) -> Order:
    source, _ = Source.objects.get_or_create(name="tests")
    return Order(
        source=source, number=f"C{next(_numbers)}", customer=customer, community_id=customer.community_id, day=day,
        placed_at=dt.datetime.combine(day, dt.time(12), SHANGHAI), state="paid", counted=True, gross=1000, paid=1000,
        net=1000, channel=customer.channel, first_import_id=0, import_id=0,
    )  # fmt: skip


def count() -> None:
    """Days, roll-ups, stations and origins, as the night makes them."""
    purchases.rebuild()
    purchases.assign_stations()
    purchases.refresh_origins()


def fallen(cast: Cast) -> RetentionAlert:
    """The alert of the bad week: 5 of 30 came back, where 16 of 40 used to; of leaf buyers 1 of 20."""
    for back in range(1, BASE_WEEKS + 1):
        for goods in (LEAF, MEAT):
            grow(cast.cuiping, BAD - back * WEEK, goods, 5, 2, channel="地推")
            grow(cast.jinling, BAD - back * WEEK, goods, 3, 1)
    grow(cast.cuiping, BAD, LEAF, 20, 1, channel="地推")
    grow(cast.cuiping, BAD, MEAT, 10, 4, channel="地推")
    grow(cast.jinling, BAD, MEAT, 6, 2)
    count()
    return make_alert(cast.cuiping)


def make_alert(place: Community, cohort: dt.date = BAD, k: int = 1, **fields: Any) -> RetentionAlert:
    usual: dict[str, Any] = {
        "direction": "fall", "customers": 30, "returned": 5, "base_customers": 40, "base_returned": 16,
        "base_weeks": BASE_WEEKS, "p": 0.001, "q": 0.002,
    }  # fmt: skip
    return RetentionAlert.objects.create(community=place, cohort=cohort, k=k, **usual | fields)


def make_case(cast: Cast) -> Case:
    case, _is_new = opening.open_for(fallen(cast), TODAY)
    return case
