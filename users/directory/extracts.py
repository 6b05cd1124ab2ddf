"""The four tables of `manage.py export`: read by a cursor on the server, in order of customer, in bounded memory.

Money is yuan with two decimals, days are ISO dates, a community is its name (empty: unassigned). Phones and names are
masked unless `Shown` says otherwise. Everybody known as of the date is in them; in `rfm` everybody with a score.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from opsdesk.lib import money, names, phones, sql
from users.lifecycle import queries as lifecycle
from users.lifecycle import rules
from users.purchases import queries as purchases
from users.rfm import queries as rfm

Places = Sequence[int] | None
Row = list[Any]


@dataclass(frozen=True)
class Shown:
    """How much of a person is told."""

    in_clear: bool = False

    def phone(self, phone: str) -> str:
        return phone if self.in_clear else phones.mask(phone)

    def name(self, name: str) -> str:
        return name if self.in_clear else names.mask(name)


@dataclass(frozen=True)
class Extract:
    head: tuple[str, ...]
    rows: Callable[[date, Places, Shown], Iterator[Row]]


def segments(as_of: date, places: Places, shown: Shown) -> Iterator[Row]:
    for row in lifecycle.segments_rows(as_of, places):
        yield [
            row.customer_id, shown.phone(row.phone), row.community, row.lifecycle,
            row.first_purchase, row.last_order, row.purchases, money.yuan(row.net),
        ]  # fmt: skip


def rfm_scores(as_of: date, places: Places, shown: Shown) -> Iterator[Row]:
    for row in rfm.rfm_rows(as_of, places):
        yield [
            row.customer_id, shown.phone(row.phone), row.community, row.r_days, row.frequency,
            money.yuan(row.monetary), row.r_score, row.f_score, row.m_score, row.rfm_class,
        ]  # fmt: skip


# One row a customer whose class differs from the Monday before, or who was not known then (snapshot_class).
_MOVED = """
SELECT s.customer_id, c.phone, COALESCE(p.name, ''), s.community_id, s.before, s.lifecycle, s.recalled, s.by_policy,
       (c.registered_at AT TIME ZONE 'Asia/Shanghai')::date, s.first_purchase, s.last_order, s.purchases, s.net
  FROM users_lifecyclesnapshot s
  JOIN users_customer c ON c.id = s.customer_id
  LEFT JOIN communities_community p ON p.id = s.community_id
 WHERE s.as_of = %(as_of)s AND s.before <> s.lifecycle
   AND (%(places)s::int[] IS NULL OR s.community_id = ANY(%(places)s))
 ORDER BY s.customer_id
"""


def transitions(as_of: date, places: Places, shown: Shown) -> Iterator[Row]:
    """From the class of the Monday before to the class as of the date, why, and whether a setting was the cause."""
    day = lifecycle.snapshot_day(as_of)
    policies = purchases.policies_by_place(day.policy_version if day else None)
    for customer, phone, community, place, before, now, recalled, by_policy, *facts in sql.stream(
        _MOVED, as_of=as_of, places=_listed(places)
    ):
        why = rules.why(rules.Facts(*facts), as_of, policies[place])
        cause = "policy" if by_policy else "behaviour" if before else "new"
        yield [customer, shown.phone(phone), community, before or "none", now, int(recalled), cause, str(why)]


# One row a customer known as of the date (snapshot_class); tags are those in force today.
_CUSTOMERS = """
SELECT c.id, c.phone, c.name, COALESCE(p.name, ''), COALESCE(t.name, ''), c.address, c.building, c.unit, c.room,
       c.channel, c.registered_at AT TIME ZONE 'Asia/Shanghai',
       (SELECT string_agg(g.name, ' ' ORDER BY g.name) FROM users_tagging k JOIN users_tag g ON g.id = k.tag_id
         WHERE k.customer_id = c.id AND k.hand <> 'removed')
  FROM users_lifecyclesnapshot s
  JOIN users_customer c ON c.id = s.customer_id
  LEFT JOIN communities_community p ON p.id = c.community_id
  LEFT JOIN communities_servicestation t ON t.id = c.station_id
 WHERE s.as_of = %(as_of)s AND (%(places)s::int[] IS NULL OR s.community_id = ANY(%(places)s))
 ORDER BY c.id
"""


def customers(as_of: date, places: Places, shown: Shown) -> Iterator[Row]:
    for number, phone, name, *place, registered_at, tags in sql.stream(_CUSTOMERS, as_of=as_of, places=_listed(places)):
        registered = registered_at.isoformat(" ", "seconds") if registered_at else ""
        yield [number, shown.phone(phone), shown.name(name), *place, registered, tags or ""]


EXTRACTS: dict[str, Extract] = {
    "segments": Extract(
        ("customer_id", "phone", "community", "lifecycle", "first_purchase", "last_order", "purchases", "net"), segments
    ),
    "rfm": Extract(
        (
            "customer_id", "phone", "community", "r_days", "frequency", "monetary",
            "r_score", "f_score", "m_score", "rfm_class",
        ),
        rfm_scores,
    ),
    "transitions": Extract(
        ("customer_id", "phone", "community", "from", "to", "recalled", "cause", "why"), transitions
    ),
    "customers": Extract(
        (
            "id", "phone", "name", "community", "station", "address", "building", "unit", "room",
            "channel", "registered_at", "tags",
        ),
        customers,
    ),
}  # fmt: skip


def _listed(places: Places) -> list[int] | None:
    return None if places is None else list(places)
