"""What the RFM board, its tables and the export read. Everywhere: `places` are community ids in sight, 0 the
unassigned, None everybody; `as_of` must be a computed date (an RfmDay)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Sum, Window
from django.db.models.functions import Mod, RowNumber

from communities.policies.preview import Shift
from communities.policies.rules import Policies
from opsdesk.lib import sql
from users.purchases import actions as purchases
from users.purchases import queries as purchase_queries
from users.purchases.rules import monday_of
from users.rfm import rules, scoring, scoring_sql
from users.rfm.models import CleaningCount, RfmCount, RfmCut, RfmDay, RfmScore
from users.rfm.rules import COMPANY, Cuts, Scores

Places = Sequence[int] | None


class ClassRow(NamedTuple):
    """One class: how many, what they brought (fen, in the window), their share of it; how many a Monday before."""

    rfm_class: str
    customers: int
    monetary: int
    share: float
    customers_before: int | None

    @property
    def change(self) -> int | None:
        """Customers more (or fewer) than at the Monday before; None where that was not computed."""
        return None if self.customers_before is None else self.customers - self.customers_before


class RfmRow(NamedTuple):
    """One scored customer; phone in clear: the writer masks it. r in days, monetary in fen."""

    customer_id: int
    phone: str
    community: str
    r_days: int
    frequency: int
    monetary: int
    r_score: int
    f_score: int
    m_score: int
    rfm_class: str


class Cleaning(NamedTuple):
    """What each cleaning step took out. orders = service + proxy + merged orders + purchases, always."""

    orders: int = 0
    service_orders: int = 0
    service_customers: int = 0
    proxy_orders: int = 0
    proxy_customers: int = 0
    merged_orders: int = 0
    purchases: int = 0
    outside_window: int = 0


class Preview(NamedTuple):
    """What policies would make of a date: (customers, fen) by class, the cleaning, and the cut points by community."""

    classes: dict[str, tuple[int, int]]
    cleaning: Cleaning
    cuts: dict[int, Cuts]


def latest_as_of() -> date | None:
    return RfmDay.objects.order_by("-as_of").values_list("as_of", flat=True).first()


def rfm_day(as_of: date) -> RfmDay | None:
    return RfmDay.objects.filter(as_of=as_of).first()


def monday_before(as_of: date) -> date:
    return monday_of(as_of - timedelta(days=1))


def board(as_of: date, places: Places = None) -> list[ClassRow]:
    """The eight classes in their order, classes with nobody too, against the Monday before."""
    now, before = _by_class(as_of, places), monday_before(as_of)
    then = _by_class(before, places) if rfm_day(before) else None
    total = sum(monetary for _, monetary in now.values())
    return [
        ClassRow(name, *now[name], now[name][1] / total if total else 0.0, then[name][0] if then else None)
        for name in rules.CLASSES
    ]


def by_community(as_of: date, places: Places = None) -> dict[int, dict[str, tuple[int, int]]]:
    """By community and class: (customers, fen). One row a community and class, by the key."""
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for row in _in_sight(RfmCount.objects.filter(as_of=as_of), places):
        by_class = found.setdefault(row.community_id, dict.fromkeys(rules.CLASSES, (0, 0)))
        by_class[row.rfm_class] = (row.customers, row.monetary)
    return found


def members(as_of: date, rfm_class: str = "", places: Places = None) -> QuerySet[RfmScore]:
    """One row a scored customer: the community table of S16. Sort by any column; phones are not in it."""
    rows = _in_sight(RfmScore.objects.filter(as_of=as_of), places)
    return rows.filter(rfm_class=rfm_class) if rfm_class else rows


def of_customer(customer_id: int) -> QuerySet[RfmScore]:
    """One customer's scores, newest first: the key, once a computed date."""
    computed = RfmDay.objects.values("as_of")
    return RfmScore.objects.filter(customer_id=customer_id, as_of__in=computed).order_by("-as_of")


def cleaning(as_of: date, places: Places = None) -> Cleaning:
    """The cleaning steps summed over the places in sight."""
    rows = _in_sight(CleaningCount.objects.filter(as_of=as_of), places)
    sums = rows.aggregate(**{f"{name}_sum": Sum(name) for name in Cleaning._fields})
    return Cleaning(**{name: sums[f"{name}_sum"] or 0 for name in Cleaning._fields})


def cleaning_by_place(as_of: date, places: Places = None) -> dict[int, Cleaning]:
    """The same by community."""
    rows = _in_sight(CleaningCount.objects.filter(as_of=as_of), places)
    return {row.community_id: Cleaning(*(getattr(row, name) for name in Cleaning._fields)) for row in rows}


def sample(as_of: date, places: Places = None, each: int = 2) -> list[int]:
    """Customer ids, `each` of every class: the same ones all day, without favouring anybody (a fixed scramble)."""
    scramble = Mod(F("customer_id") * 7919, 104729)
    place = Window(RowNumber(), partition_by="rfm_class", order_by=[scramble.asc(), F("customer_id").asc()])
    return list(
        members(as_of, places=places)
        .annotate(place=place)
        .filter(place__lte=each)
        .values_list("customer_id", flat=True)
    )


def cut_of(as_of: date, place: int) -> RfmCut | None:
    """The cut points in use in a community (0: unassigned, COMPANY: the company), and where they came from."""
    return RfmCut.objects.filter(as_of=as_of, community_id=place).first()


def cuts_in_use(as_of: date, places: Places = None) -> dict[int, RfmCut]:
    """By community; the company's is among them whatever is in sight."""
    rows = RfmCut.objects.filter(as_of=as_of)
    if places is not None:
        rows = rows.filter(community_id__in=[COMPANY, *places])
    return {row.community_id: row for row in rows}


# One row a scored customer, in order of customer (the key).
_RFM = """
SELECT s.customer_id, c.phone, COALESCE(p.name, ''), s.as_of - s.last_day, s.frequency, s.monetary,
       s.r_score, s.f_score, s.m_score, s.rfm_class
  FROM users_rfmscore s
  JOIN users_customer c ON c.id = s.customer_id
  LEFT JOIN communities_community p ON p.id = s.community_id
 WHERE s.as_of = %(as_of)s AND (%(places)s::int[] IS NULL OR s.community_id = ANY(%(places)s))
 ORDER BY s.customer_id
"""


def rfm_rows(as_of: date, places: Places = None) -> Iterator[RfmRow]:
    """For the export: streamed, in bounded memory."""
    listed = None if places is None else list(places)
    return (RfmRow(*row) for row in sql.stream(_RFM, as_of=as_of, places=listed))


_PREVIEW = """
SELECT rfm_class, count(*), sum(monetary)::bigint FROM rfm_classed
 WHERE %(place)s::int IS NULL OR community_id = %(place)s GROUP BY rfm_class
"""
_PREVIEW_CLEANING = """
SELECT orders, service_orders, service_customers, proxy_orders, proxy_customers, merged_orders, purchases,
       outside_window FROM {cleaning} c WHERE %(place)s::int IS NULL OR community_id = %(place)s
"""


def preview(as_of: date, policies: Policies, place: int | None = None) -> Preview:
    """As if these policies were in force in one community, or (None) for the whole company; nothing is kept.

    The same steps as the night's, with cut points counted anew also where they are frozen.
    """
    supposed = purchase_queries.policies_supposed(policies, place)
    with purchases.days_under(supposed) as days, scoring.scored(as_of, supposed, days) as scored:
        found = {row[0]: (row[1], row[2]) for row in sql.rows(_PREVIEW, place=place)}
        cleaning = _PREVIEW_CLEANING.format(cleaning=scoring_sql.CLEANING)
        steps = [Cleaning(*row) for row in sql.rows(cleaning, place=place, as_of=as_of)]
    classes = {name: found.get(name, (0, 0)) for name in rules.CLASSES}
    return Preview(classes, Cleaning(*(sum(column) for column in zip(Cleaning(), *steps, strict=True))), scored.cuts)


# One row a community and pair of classes; "" is no score. Customers by the key of both.
_SHIFTS = """
SELECT COALESCE(s.community_id, k.community_id), COALESCE(k.rfm_class, ''), COALESCE(s.rfm_class, ''), count(*)
  FROM rfm_classed s
  FULL JOIN (SELECT * FROM users_rfmscore WHERE as_of = %(as_of)s) k ON k.customer_id = s.customer_id
 WHERE s.rfm_class IS DISTINCT FROM k.rfm_class
 GROUP BY 1, 2, 3
"""


def shifts(as_of: date, supposed: Mapping[int, Policies]) -> list[Shift]:
    """Who would stand in another class under these policies by place, the unassigned's at 0; frozen cut points are
    those in use. Nothing is kept."""
    in_use = RfmCut.objects.filter(as_of__lte=as_of).order_by("community_id", "-as_of").distinct("community_id")
    frozen = {row.community_id: as_cuts(row) for row in in_use}
    with purchases.days_under(supposed) as days, scoring.scored(as_of, supposed, days, frozen):
        return [Shift("rfm", *row) for row in sql.rows(_SHIFTS, as_of=as_of)]


def as_cuts(row: RfmCut) -> Cuts:
    """A kept row as the rules know it."""
    r, f, m = (tuple(getattr(row, name)) for name in rules.DIMENSIONS)
    return Cuts(row.origin, r, f, m, Scores(row.r_sum, row.f_sum, row.m_sum), row.mean_of)


def as_row(as_of: date, place: int, cuts: Cuts, customers: int) -> RfmCut:
    points = {name: list(getattr(cuts, name)) for name in rules.DIMENSIONS}
    sums = {f"{name}_sum": total for name, total in zip(rules.DIMENSIONS, cuts.sums, strict=True)}
    return RfmCut(
        as_of=as_of,
        community_id=place,
        origin=cuts.origin,
        mean_of=cuts.mean_of,
        customers=customers,
        **points,
        **sums,
    )


def _by_class(as_of: date, places: Places) -> dict[str, tuple[int, int]]:
    each = by_community(as_of, places).values()
    return {name: (sum(row[name][0] for row in each), sum(row[name][1] for row in each)) for name in rules.CLASSES}


def _in_sight(rows: QuerySet[Any], places: Places) -> QuerySet[Any]:
    return rows.filter(Q() if places is None else Q(community_id__in=places))
