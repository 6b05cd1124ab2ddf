"""The split of a fall, read: members of a cohort and of its base by how they began, and which of them came back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from campaigns.cases import split
from campaigns.cases.split import COMMUNITY, PARTED, REST, Count, Pair, Part
from communities.models import Community, ServiceStation, StaffMember
from opsdesk.lib import sql
from users.orders.models import Category, Product

NONE = "0"  # the key of those whom a dimension does not know: no station, no category
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Fall:
    """What is split: a community's cohort (its Monday) in its k-th week, against so many cohorts before it."""

    community_id: int
    cohort: date
    k: int
    base_weeks: int

    @property
    def params(self) -> dict[str, Any]:
        """For the statements below. None may stand for the community: then it is the company's."""
        return {
            "community": self.community_id, "cohort": self.cohort, "k": self.k,
            "since": self.cohort - self.base_weeks * WEEK, "until": self.cohort + WEEK,
        }  # fmt: skip


# One row a customer who began in the cohort or in one of its base: is_now, and whether a purchase of theirs starts in
# the k-th week after. Index origin_of_a_community; customer_day for each.
MEMBERS = """
SELECT o.customer_id, o.first_day >= %(cohort)s AS is_now, o.first_day, o.category_id, o.channel, o.station_id,
       o.staff_id,
       EXISTS (SELECT FROM users_customerday d
                WHERE d.customer_id = o.customer_id AND d.starts_purchase
                  AND d.day >= o.first_day - (EXTRACT(isodow FROM o.first_day)::int - 1) + 7 * %(k)s::int
                  AND d.day < o.first_day - (EXTRACT(isodow FROM o.first_day)::int - 1) + 7 * %(k)s::int + 7) AS back
  FROM users_origin o
 WHERE o.community_id = %(community)s AND o.first_day >= %(since)s AND o.first_day < %(until)s
"""
_COUNTS = """
count(*) FILTER (WHERE is_now), count(*) FILTER (WHERE is_now AND back),
       count(*) FILTER (WHERE NOT is_now), count(*) FILTER (WHERE NOT is_now AND back)
"""

# One row a dimension and part. The dimension is told by which column is not rolled up (1 where it is).
_PARTED = f"""
WITH member AS MATERIALIZED ({MEMBERS})
SELECT CASE WHEN GROUPING(station_id) = 0 THEN 'station' WHEN GROUPING(channel) = 0 THEN 'channel'
            WHEN GROUPING(category_id) = 0 THEN 'category' ELSE 'staff' END,
       COALESCE(station_id::text, NULLIF(channel, ''), category_id::text, staff_id::text, '{NONE}'), {_COUNTS}
  FROM member GROUP BY GROUPING SETS ((station_id), (channel), (category_id), (staff_id))
"""

# One row a category, and one a product, that was in anybody's first basket (order_of_a_customer, line_of_an_order):
# who had it. Each customer counts once.
_BASKETS = f"""
WITH member AS MATERIALIZED ({MEMBERS}),
had AS (
    SELECT DISTINCT m.customer_id, m.is_now, m.back, COALESCE(l.category_id, p.category_id) AS goods, l.product_id
      FROM member m
      JOIN users_order o ON o.customer_id = m.customer_id AND o.day = m.first_day AND o.counted
      JOIN users_orderline l ON l.order_id = o.id AND NOT l.is_refund
      LEFT JOIN users_product p ON p.id = l.product_id)
SELECT 'goods', goods::text, {_COUNTS}
  FROM (SELECT DISTINCT customer_id, is_now, back, goods FROM had WHERE goods IS NOT NULL) g GROUP BY goods
 UNION ALL
SELECT 'product', product_id::text, {_COUNTS}
  FROM (SELECT DISTINCT customer_id, is_now, back, product_id FROM had WHERE product_id IS NOT NULL) p
 GROUP BY product_id
"""

# One row a community: the company's number of the same weeks, from the roll-up (key community, cohort, week).
_COMMUNITIES = """
SELECT community_id::text,
       COALESCE(sum(customers) FILTER (WHERE cohort = %(cohort)s AND week = cohort), 0)::int,
       COALESCE(sum(customers) FILTER (WHERE cohort = %(cohort)s AND week = cohort + 7 * %(k)s::int), 0)::int,
       COALESCE(sum(customers) FILTER (WHERE cohort < %(cohort)s AND week = cohort), 0)::int,
       COALESCE(sum(customers) FILTER (WHERE cohort < %(cohort)s AND week = cohort + 7 * %(k)s::int), 0)::int
  FROM users_cohortcell
 WHERE cohort >= %(since)s AND cohort <= %(cohort)s
 GROUP BY 1
"""

Pairs = dict[str, dict[str, Pair]]


def pairs_of(fall: Fall) -> Pairs:
    """Everybody by every dimension; of baskets only those who had the thing."""
    found: Pairs = {dimension: {} for dimension in (*PARTED, *split.BASKETS)}
    for dimension, key, *counts in [*sql.rows(_PARTED, **fall.params), *sql.rows(_BASKETS, **fall.params)]:
        found[dimension][key] = _pair(counts)
    return found


def communities_of(fall: Fall) -> dict[str, Pair]:
    return {key: _pair(counts) for key, *counts in sql.rows(_COMMUNITIES, **fall.params)}


def _pair(counts: list[int]) -> Pair:
    return Pair(Count(counts[0], counts[1]), Count(counts[2], counts[3]))


def freeze(fall: Fall, as_of: date) -> dict[str, Any]:
    """The split as a case keeps it: {cohort, k, base_weeks, as_of, whole, dimensions, company, suspects}. Parts of a
    dimension add up to the whole's difference; of a basket, a thing and the rest of the people do."""
    pairs = pairs_of(fall)
    whole = split.whole_of(pairs["station"].values())
    parts = _parts(pairs, whole)
    names = _names(pairs)
    communities = communities_of(fall)
    company = split.whole_of(communities.values())
    return {
        "cohort": fall.cohort.isoformat(), "k": fall.k, "base_weeks": fall.base_weeks, "as_of": as_of.isoformat(),
        "whole": split.kept_whole(whole), "company": split.kept_whole(company),
        "dimensions": {
            COMMUNITY: _kept(split.parts_of(communities, company), _named(Community.objects.values_list("id", "name"))),
            **{dimension: _kept(parts[dimension], names[dimension]) for dimension in (*PARTED, *split.BASKETS)},
        },
        "suspects": [
            vars(one) | {"name": names[one.dimension].get(one.key, one.key)} for one in split.suspects(parts, whole)
        ],
    }  # fmt: skip


def _parts(pairs: Pairs, whole: Pair) -> dict[str, list[Part]]:
    """Of baskets the parts of those who had the thing, the largest contrast first; the rest follows from the whole."""
    found = {dimension: split.parts_of(pairs[dimension], whole) for dimension in PARTED}
    for dimension in split.BASKETS:
        had = [split.basket(pair, whole, key) for key, pair in pairs[dimension].items()]
        both = [part for parts in had for part in parts if part.key != REST]
        many = [part for part in both if part.pair.now.n >= split.FEWEST]
        found[dimension] = sorted(many, key=lambda part: (-part.excess, part.key))[: split.PRODUCTS_KEPT]
    return found


def _kept(parts: Iterable[Part], names: dict[str, str]) -> list[dict[str, Any]]:
    return [split.kept(part, names.get(part.key, "" if part.key == NONE else part.key)) for part in parts]


def _names(pairs: Pairs) -> dict[str, dict[str, str]]:
    categories = _named(Category.objects.values_list("id", "name"))
    products = Product.objects.filter(pk__in=[int(key) for key in pairs["product"]])
    return {
        "station": _named(ServiceStation.objects.values_list("id", "name")),
        "channel": {},
        "category": categories,
        "staff": {str(one.pk): str(one) for one in StaffMember.objects.filter(pk__in=_ids(pairs["staff"]))},
        "goods": categories,
        "product": _named(products.values_list("id", "name")),
    }


def _ids(keys: Iterable[str]) -> list[int]:
    return [int(key) for key in keys if key != NONE]


def _named(rows: Iterable[tuple[int, str]]) -> dict[str, str]:
    return {str(pk): name for pk, name in rows}


# -- The people of a part ----------------------------------------------------------------------------------------------

# First baskets are read order by order (order_of_a_customer, line_of_an_order): nine pages a customer. The products of
# a category are read once, not once a line.
_OF_A_PART = {
    "station": "COALESCE(m.station_id::text, '0') = %(key)s",
    "channel": "COALESCE(NULLIF(m.channel, ''), '0') = %(key)s",
    "category": "COALESCE(m.category_id::text, '0') = %(key)s",
    "staff": "COALESCE(m.staff_id::text, '0') = %(key)s",
    "goods": """EXISTS (SELECT FROM users_order o JOIN users_orderline l ON l.order_id = o.id AND NOT l.is_refund
                 WHERE o.customer_id = m.customer_id AND o.day = m.first_day AND o.counted
                   AND (l.category_id = %(number)s OR l.category_id IS NULL AND l.product_id = ANY (
                        ARRAY (SELECT id FROM users_product WHERE category_id = %(number)s))))""",
    "product": """EXISTS (SELECT FROM users_order o JOIN users_orderline l ON l.order_id = o.id AND NOT l.is_refund
                 WHERE o.customer_id = m.customer_id AND o.day = m.first_day AND o.counted
                   AND l.product_id = %(number)s)""",
    "": "TRUE",
}
_PEOPLE = f"""
SELECT m.customer_id, m.back FROM ({MEMBERS}) m WHERE m.is_now AND {{part}} ORDER BY m.back, m.customer_id
"""


def people(fall: Fall, dimension: str = "", key: str = "") -> list[tuple[int, bool]]:
    """(customer, came back) of the cohort's members in a part, those who did not come back first; a cohort is a week
    of one community, so this is a few hundred at most."""
    found = sql.rows(_PEOPLE.format(part=_OF_A_PART[dimension]), **fall.params, key=key, number=_number(key))
    return [(customer, back) for customer, back in found]


def _number(key: str) -> int:
    """A key as an id; of anything else the id that nothing has."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0
