"""A random world as the night leaves it, and what a place did in a span counted one customer-day at a time."""

import datetime as dt

from communities.models import ServiceStation
from tests.histories import World
from users.customers.models import Customer
from users.pulse.rules import Span, Sums
from users.purchases import actions as purchases
from users.purchases import rules as purchase_rules
from users.purchases.models import UNASSIGNED, CustomerDay

WEEK = dt.timedelta(days=7)


def starts(grain: str, day: dt.date) -> dt.date:
    return {"day": day, "week": purchase_rules.monday_of(day), "month": day.replace(day=1)}[grain]


def settle(world: World) -> dict[int, int]:
    """The night's roll-ups; every other customer of a community has a station of it. customer -> station."""
    purchases.rebuild()
    stations = {
        place: ServiceStation.objects.create(name=f"s{place}", community_id=place) for place in world.ids.values()
    }
    everyone = Customer.objects.unscoped("tests share customers out")
    for customer in everyone.filter(community_id__isnull=False).order_by("id"):
        if customer.id % 2:
            everyone.filter(id=customer.id).update(station=stations[customer.community_id])
    purchases.refresh_rollups([*world.ids.values(), UNASSIGNED])
    return {one.id: one.station_id for one in everyone.filter(station_id__isnull=False)}


def counted(days: list[CustomerDay], grain: str, span: Span) -> Sums:
    inside = [one for one in days if span.start <= one.day < span.end]
    firsts: dict[int, dt.date] = {}
    for one in days:
        firsts[one.customer_id] = min(one.day, firsts.get(one.customer_id, one.day))
    every = [span.start + dt.timedelta(days=n) for n in range((span.end - span.start).days)]
    fresh = [(who, day) for day in every for who, first in firsts.items() if first < day <= first + WEEK]
    paid = {(one.customer_id, one.day) for one in inside}
    return Sums(
        *(sum(getattr(one, name) for one in inside) for name in ("gross", "discount", "net", "orders")),
        purchases=sum(one.starts_purchase for one in inside),
        payers=len({(one.customer_id, starts(grain, one.day)) for one in inside}),
        payer_days=len(inside),
        new_payers=sum(span.start <= first < span.end for first in firsts.values()),
        fresh=len(fresh),
        fresh_back=sum(pair in paid for pair in fresh),
    )
