"""Everything known of one customer, read in a fixed number of queries however long they have been buying."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from communities.scoping import Scope
from users.customers.models import Standing, Tagging
from users.directory import queries
from users.directory.filters import Filters
from users.directory.models import Note
from users.orders.models import Order, OrderLine
from users.purchases.models import CustomerDay
from users.rfm import queries as rfm
from users.rfm.models import RfmCut, RfmScore

MONTHS = 12


class Bought(NamedTuple):
    """One product on one order: quantity in thousandths, amount in fen."""

    order_id: int
    product: str
    quantity: int


class Rank(NamedTuple):
    """How many of the community's scored customers stand at least as well, by dimension, and how many there are."""

    r: int
    f: int
    m: int
    of: int


class Share(NamedTuple):
    category: str
    net: int
    share: float


def person(scope: Scope, customer_id: int) -> Any | None:
    """The customer with standing, places and tags; None for one out of reach just as for one that is not there."""
    return queries.rows(queries.people(scope, Filters())).filter(pk=customer_id).first()


def orders(customer_id: int) -> list[Order]:
    """Newest first; refunds that wait for their order are none (order_of_a_customer)."""
    found = Order.objects.filter(customer_id=customer_id).exclude(state=Order.State.WAITING)
    return list(found.order_by("-day", "-placed_at", "-id"))


def days(customer_id: int) -> list[CustomerDay]:
    """Days with a counted order, oldest first (customer_day)."""
    return list(CustomerDay.objects.filter(customer_id=customer_id).order_by("day"))


def lines(order_ids: Sequence[int]) -> list[Bought]:
    """What was on these orders, refund lines left out (line_of_an_order)."""
    found = OrderLine.objects.filter(order_id__in=order_ids, is_refund=False).order_by("order_id", "id")
    return [Bought(*row) for row in found.values_list("order_id", "product__name", "quantity")]


def weekly_scores(customer_id: int) -> list[RfmScore]:
    """Scores of Mondays, oldest first (rfm_of_a_customer)."""
    return list(rfm.of_customer(customer_id).filter(as_of__iso_week_day=1).order_by("as_of"))


def cuts(scores: Sequence[tuple[date, int]]) -> dict[tuple[date, int], RfmCut]:
    """The cut points of these dates and communities."""
    wanted = RfmCut.objects.filter(
        as_of__in={day for day, _ in scores}, community_id__in={place for _, place in scores}
    )
    return {(cut.as_of, cut.community_id): cut for cut in wanted}


def rank(standing: Any) -> Rank:
    """Where somebody with a score stands among the scored of their community (standing_rfm)."""
    others = Standing.objects.filter(community_id=standing.community_id, frequency__isnull=False)
    found = others.aggregate(
        r=Count("pk", filter=Q(rfm_last_day__gte=standing.rfm_last_day)),
        f=Count("pk", filter=Q(frequency__gte=standing.frequency)),
        m=Count("pk", filter=Q(monetary__gte=standing.monetary)),
        of=Count("pk"),
    )
    return Rank(**found)


def net_by_month(customer_id: int, as_of: date) -> list[tuple[date, int]]:
    """Net (fen) of the last twelve calendar months, oldest first; the last one is as_of's own, not over."""
    months = _months(as_of)
    found = CustomerDay.objects.filter(customer_id=customer_id, day__gte=months[0], day__lt=as_of)
    sums = dict(found.annotate(month=TruncMonth("day")).order_by().values_list("month").annotate(total=Sum("net")))
    return [(month, sums.get(month, 0)) for month in months]


def _months(as_of: date) -> list[date]:
    """First days; yesterday's month is the last."""
    last = (as_of - timedelta(days=1)).replace(day=1)
    return [date(*_first_of(last.year * 12 + last.month - 1 - back)) for back in range(MONTHS - 1, -1, -1)]


def _first_of(number: int) -> tuple[int, int, int]:
    year, month = divmod(number, 12)
    return year, month + 1, 1


def categories(customer_id: int, start: date, as_of: date) -> list[Share]:
    """What the lines of counted orders went to, the most first; shares of their sum."""
    bought = OrderLine.objects.filter(
        order__customer_id=customer_id, order__counted=True, order__day__gte=start, order__day__lt=as_of
    )
    rows = list(bought.order_by().values_list("category__name").annotate(total=Sum("amount")).filter(total__gt=0))
    whole = sum(total for _name, total in rows)
    return [Share(name or "", total, total / whole) for name, total in sorted(rows, key=lambda row: -row[1])]


def hand_tags(customer_id: int) -> QuerySet[Tagging]:
    """Tags that somebody put on or took off by hand."""
    return Tagging.objects.filter(customer_id=customer_id).exclude(hand="auto").select_related("tag", "by")


def notes(customer_id: int) -> QuerySet[Note]:
    return Note.objects.filter(customer_id=customer_id).select_related("by").order_by("-at")
