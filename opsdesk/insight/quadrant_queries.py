"""Products, channels and customers as points of the plane. Communities and stations come from values.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction

from opsdesk.lib import sql
from users.acquisition import spend_queries
from users.purchases import queries as purchases

Values = dict[str, float | None]
DAY = 86_400
LOOKED_UP = timedelta(weeks=6)  # measured: up to here one by one is faster
MOST_POINTS = 2000  # of customers drawn; all are counted

# One row a product: buyers, customer-days with it, fen of its lines, buyers on two days or more. From the customer-days
# of the weeks (community_customer_day) to their orders (order_of_a_customer) and lines (line_of_an_order).
_PRODUCTS = """
WITH bought AS (
    SELECT l.product_id, d.customer_id, count(DISTINCT d.day) AS days, sum(l.amount) AS amount
      FROM users_customerday d
      JOIN users_order o ON o.customer_id = d.customer_id AND o.day = d.day AND o.counted
      JOIN users_orderline l ON l.order_id = o.id AND NOT l.is_refund AND l.product_id IS NOT NULL
     WHERE d.community_id = ANY(%(places)s) AND d.day >= %(start)s AND d.day < %(end)s
     GROUP BY 1, 2),
sold AS (
    SELECT product_id, count(*)::int AS buyers, sum(days)::int AS days, sum(amount)::bigint AS amount,
           count(*) FILTER (WHERE days > 1)::int AS again
      FROM bought GROUP BY 1)
SELECT s.product_id, p.name, s.buyers, s.days, s.amount, s.again
  FROM sold s JOIN users_product p ON p.id = s.product_id ORDER BY s.amount DESC, s.product_id
"""


def products(places: Sequence[int], start: date, end: date) -> list[tuple[str, str, Values]]:
    """(id, name, values), largest sales first. Lines are read once after a change of orders, then remembered."""
    places = sorted(places)
    key = f"quadrant-products-{purchases.newest_change()}-{start}-{end}-{hash(tuple(places))}"
    found = cache.get_or_set(key, lambda: _sold(places, start, end), timeout=DAY)
    return [
        (str(product), name, {
            "buyers": buyers, "product_purchases": days, "sales": amount, "repeat_buyers": again / buyers,
        })
        for product, name, buyers, days, amount, again in found or []
    ]  # fmt: skip


@transaction.atomic
def _sold(places: Sequence[int], start: date, end: date) -> list[tuple[Any, ...]]:
    """Many weeks are nearly everybody's orders: joining all beats looking each of them up."""
    if end - start > LOOKED_UP:
        sql.expect_everybody()
    return sql.rows(_PRODUCTS, places=places, start=start, end=end)


# One row a channel: who began in the weeks (origin_of_a_community).
_CAME = """
SELECT channel, count(*)::int FROM users_origin
 WHERE community_id = ANY(%(places)s) AND first_day >= %(start)s AND first_day < %(end)s GROUP BY 1
"""

# One row a channel: who began in the weeks one earlier, and who of them bought in the next week (customer_day).
_BACK = """
SELECT o.channel, count(*)::int,
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM users_customerday d
            WHERE d.customer_id = o.customer_id AND d.starts_purchase
              AND d.day >= o.week + 7 AND d.day < o.week + 14))::int
  FROM (SELECT channel, customer_id, first_day - (EXTRACT(isodow FROM first_day)::int - 1) AS week FROM users_origin
         WHERE community_id = ANY(%(places)s) AND first_day >= %(start)s AND first_day < %(end)s) o
 GROUP BY 1
"""


def channels(places: Sequence[int], start: date, end: date) -> list[tuple[str, str, Values]]:
    """(channel, channel, values) of every channel by which anybody began, or on which anything was spent."""
    came = dict(sql.rows(_CAME, places=list(places), start=start, end=end))
    week = timedelta(days=7)
    rows = sql.rows(_BACK, places=list(places), start=start - week, end=end - week)
    back = {channel: part / whole for channel, whole, part in rows if whole}
    spent = _spent(places, start, end)
    return [
        (channel, channel, {
            "new_payers": came.get(channel, 0), "spend": spent.get(channel), "channel_retention": back.get(channel),
            "cost_per_new": _each(spent.get(channel), came.get(channel, 0)),
        })
        for channel in sorted({*came, *spent})
    ]  # fmt: skip


def _spent(places: Sequence[int], start: date, end: date) -> dict[str, int]:
    """Fen by channel: of a week and channel the company's own figure, where it is in sight, else its communities'."""
    told = spend_queries.told(places, start, end - timedelta(days=7))
    whole = {(week, channel) for week, place, channel in told if place == spend_queries.COMPANY}
    found: dict[str, int] = {}
    for (week, place, channel), fen in told.items():
        if place == spend_queries.COMPANY or (week, channel) not in whole:
            found[channel] = found.get(channel, 0) + fen
    return found


def _each(fen: int | None, people: int) -> float | None:
    return fen / people if fen is not None and people else None


# -- Customers: too many to bring here; the database finds medians, counts corners and picks whom to draw ------------

_EXPRESSIONS = {
    "recency": "(%(as_of)s::date - s.last_order)",
    "purchases": "s.purchases",
    "net_ever": "s.net",
    "rfm_frequency": "s.frequency",
    "rfm_monetary": "s.monetary",
}
_RFM = ("rfm_frequency", "rfm_monetary")
# One row a customer who ever bought, from their standing; those outside the RFM window only where no axis needs it.
_TOLD = """
SELECT s.customer_id AS id, ({across})::bigint AS across, ({up})::bigint AS up, ({size})::bigint AS size
  FROM users_standing s {join} WHERE s.purchases > 0 AND s.last_order IS NOT NULL AND {known}
"""
_MEDIANS = """
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY across), percentile_disc(0.5) WITHIN GROUP (ORDER BY up)
  FROM ({told}) t
"""
_COUNTS = """
SELECT CASE WHEN across >= %(across_cut)s THEN 'high_' ELSE 'low_' END
       || CASE WHEN up >= %(up_cut)s THEN 'high' ELSE 'low' END, count(*)::int
  FROM ({told}) t GROUP BY 1
"""
_DRAWN = "SELECT id, across, up, size FROM ({told}) t ORDER BY hashint8(id), id LIMIT %(most)s"


@dataclass(frozen=True)
class Customers:
    """The medians are of everybody; so are the counts. `points`: (id, across, up, size) of at most MOST_POINTS, picked
    by a hash of the customer, so that a page shows the same ones tomorrow."""

    across_cut: int
    up_cut: int
    counts: dict[str, int]
    points: list[tuple[int, int, int, int | None]]


def customers(
    places: Sequence[int] | None, as_of: date, keys: tuple[str, str, str], cuts: tuple[int | None, int | None]
) -> Customers:
    """`places` None: everybody. A cut of None is the median."""
    text = _told(keys, places is not None)
    params = {"as_of": as_of, "places": None if places is None else list(places)}
    across, up = cuts
    if across is None or up is None:
        [(middle_across, middle_up)] = sql.rows(_MEDIANS.format(told=text), **params)
        across = middle_across or 0 if across is None else across
        up = middle_up or 0 if up is None else up
    counts = dict(sql.rows(_COUNTS.format(told=text), **params, across_cut=across, up_cut=up))
    points = sql.rows(_DRAWN.format(told=text), **params, most=MOST_POINTS)
    return Customers(across, up, counts, [(row[0], row[1], row[2], row[3]) for row in points])


def _told(keys: tuple[str, str, str], within_places: bool) -> str:
    across, up, size = (_EXPRESSIONS[key] for key in keys)
    join = "JOIN users_customer c ON c.id = s.customer_id AND COALESCE(c.community_id, 0) = ANY(%(places)s)"
    known = "s.frequency IS NOT NULL" if {keys[0], keys[1]} & set(_RFM) else "true"
    return _TOLD.format(across=across, up=up, size=size, join=join if within_places else "", known=known)
