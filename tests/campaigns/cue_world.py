"""Deliveries for tests of cue sheets: who gets what on which day, at which door, holding which coupon."""

import datetime as dt
import itertools
from collections.abc import Sequence

from coupons.batches.models import Batch
from coupons.grants.models import Grant
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import SHANGHAI, make_customer
from users.customers.models import Customer
from users.orders.models import Category, Order, OrderLine, Product, Source
from users.purchases import actions as purchases

DAY = dt.date(2018, 5, 8)  # of delivery: the day after the one on which tests play
EVENING = dt.datetime(2018, 5, 7, 20, 50, tzinfo=SHANGHAI)
_numbers = itertools.count(1)


def goods(name: str, *, service: bool = False) -> Product:
    kind, _ = Category.objects.get_or_create(name="家政" if service else "叶菜", defaults={"is_service": service})
    return Product.objects.get_or_create(name=name, defaults={"category": kind})[0]


def delivered(
    customer: Customer, *lines: tuple[Product, int], on: dt.date = DAY, counted: bool = True, refund: bool = False
) -> Order:
    """An order of the day before, of these goods at these prices (fen), one of each."""
    source, _ = Source.objects.get_or_create(name="tests")
    ordered, net = on - dt.timedelta(days=1), sum(price for _goods, price in lines)
    order = Order.objects.create(
        source=source, number=f"D{next(_numbers)}", customer=customer, community_id=customer.community_id,
        placed_at=dt.datetime.combine(ordered, dt.time(18), SHANGHAI), day=ordered, delivery_day=on,
        state="paid" if counted else "cancelled", counted=counted, gross=net, paid=net, net=net if counted else 0,
        first_import_id=0, import_id=0,
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=one, category=one.category, amount=price, is_refund=refund)
        for one, price in lines
    )
    return order


def counted_days() -> None:
    """What an import leaves of its customers."""
    purchases.rebuild()


def neighbour(cast_place: object, door: str = "6-1-302", **fields: object) -> Customer:
    building, unit, room = door.split("-")
    place = {"community": cast_place.community, "station": cast_place}
    return make_customer(building=building, unit=unit, room=room, **(place | fields))


def baskets(people: Sequence[Customer], *lines: tuple[Product, int], on: dt.date) -> None:
    for one in people:
        delivered(one, *lines, on=on)


def coupon_of(customer: Customer, *, last_day: dt.date, share: float = 0.0, **fields: object) -> Grant:
    """An open coupon, good to the end of `last_day`; `share` of its batch is held out of reminders."""
    number, coupon = next(_numbers), make_coupon()
    reason = {} if share else {"no_holdout_reason": "tests"}
    batch = Batch.objects.create(
        number=f"B-{number}", name="批次", coupon=coupon, budget=make_budget(), recipients=1, state="issued",
        holdout_share=share, **reason,
    )  # fmt: skip
    ends = dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(), SHANGHAI)
    usual = {"issued_at": ends - dt.timedelta(days=7), "valid_from": ends - dt.timedelta(days=7), "state": "open"}
    return Grant.objects.create(
        batch=batch, coupon=coupon, customer=customer, code=f"C{number}", reserved=1200, expires_at=ends,
        **(usual | fields),
    )  # fmt: skip
