"""How many carry each tag, and the lists that cleaning makes."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from communities.policies import queries as policies
from communities.scoping import Scope
from users.customers.models import Customer, Tag, Tagging
from users.directory import queries
from users.directory.filters import Filters
from users.directory.models import Marking
from users.orders.models import Order
from users.purchases.rules import is_service_order

PROXIES_SHOWN = 50


class ProxyBuyer(NamedTuple):
    customer: Customer
    addresses: int
    orders: int


def with_counts(scope: Scope, community: str = "") -> list[tuple[Tag, int]]:
    """Every tag with how many customers in reach carry it; tastes first. Index tagging_of_a_tag."""
    reach = scope.condition("customer__community_id", "customer__station_id")
    inside = Q(customer__community__code=community) if community else Q()
    carried = Tagging.objects.filter(reach & inside).exclude(hand=Tagging.Hand.REMOVED)
    counts = dict(carried.order_by().values_list("tag").annotate(n=Count("id")))
    return [(tag, counts.get(tag.pk, 0)) for tag in Tag.objects.order_by("-is_taste", "name")]


def cleaned_out(scope: Scope, community: str = "") -> tuple[int, int]:
    """How many service customers and proxy buyers there are in reach."""
    people = queries.people(scope, Filters(community=community))
    found = people.aggregate(
        service=Count("id", filter=Q(standing__is_service=True)), proxy=Count("id", filter=Q(standing__is_proxy=True))
    )
    return found["service"], found["proxy"]


def proxy_buyers(scope: Scope, community: str = "") -> list[ProxyBuyer]:
    """Those with the most orders, with the doors they ordered to within the RFM window (purchases.rules.is_proxy)."""
    found = queries.people(scope, Filters(community=community, proxy=True))
    people = list(queries.rows(found).order_by("-purchases", "id")[:PROXIES_SHOWN])
    doors, orders = _doors(people)
    shown = [ProxyBuyer(one, len(doors.get(one.pk, ())), orders.get(one.pk, 0)) for one in people]
    return sorted(shown, key=lambda one: (-one.addresses, -one.orders))


def _doors(people: list[Any]) -> tuple[dict[int, set[str]], dict[int, int]]:
    """Doors and orders by customer: counted orders in the window, service orders left out (order_of_a_customer)."""
    rules = policies.for_every_community()
    homes = {one.pk: one for one in people}
    doors: dict[int, set[str]] = {}
    orders: dict[int, int] = {}
    bought = Order.objects.filter(customer_id__in=homes, counted=True)
    for customer_id, day, key, service in bought.values_list("customer_id", "day", "address_key", "service_amount"):
        home = homes[customer_id]
        policy = rules.get(home.community_id, rules[None])
        start = home.counted_as_of - timedelta(days=policy.rfm_window_days)
        if start <= day < home.counted_as_of and not is_service_order(service, policy.service_order_min_amount):
            orders[customer_id] = orders.get(customer_id, 0) + 1
            doors.setdefault(customer_id, set()).update({key} - {""})
    return doors, orders


def own_marking(marking_id: int, staff_id: int) -> Marking | None:
    return Marking.objects.filter(pk=marking_id, by=staff_id).select_related("tag").first()


def by_hand() -> QuerySet[Tag]:
    return Tag.objects.filter(is_taste=False)
