"""What acquiring customers cost: the statements in force, and those that were."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet

from opsdesk.lib import sql
from users.acquisition import spend_rules as rules
from users.acquisition import spend_sums as sums
from users.acquisition.models import Spend
from users.acquisition.spend_rules import Key

COMPANY = rules.COMPANY

# The statement in force of each week, place and channel: the newest one (index spend_in_force).
_TOLD = """
SELECT DISTINCT ON (week, COALESCE(community_id, 0), channel) week, COALESCE(community_id, 0), channel, fen
  FROM users_spend
 WHERE week >= %(since)s AND week <= %(until)s AND COALESCE(community_id, 0) = ANY(%(ids)s)
 ORDER BY week, COALESCE(community_id, 0), channel, id DESC
"""

# One row a statement of some places, newest first (key), with what it replaced.
_CHANGES = """
SELECT s.id, s.week, COALESCE(s.community_id, 0), s.channel, s.fen, s.way, s.sheet, s.by_id, m.name, s.at,
       (SELECT b.fen FROM users_spend b
         WHERE b.week = s.week AND b.channel = s.channel AND b.community_id IS NOT DISTINCT FROM s.community_id
           AND b.id < s.id ORDER BY b.id DESC LIMIT 1),
       NOT EXISTS (SELECT FROM users_spend n
         WHERE n.week = s.week AND n.channel = s.channel AND n.community_id IS NOT DISTINCT FROM s.community_id
           AND n.id > s.id)
  FROM users_spend s LEFT JOIN communities_staffmember m ON m.id = s.by_id
 WHERE COALESCE(s.community_id, 0) = ANY(%(ids)s)
 ORDER BY s.id DESC LIMIT %(most)s
"""
_COLUMNS = ("id", "week", "place", "channel", "fen", "way", "sheet", "by_id", "by", "at", "before", "in_force")


def told(places: Collection[int], since: date, until: date) -> dict[Key, int]:
    """Fen by week, place and channel as they stand; place 0 is the whole company. What was cleared is left out."""
    found = sql.rows(_TOLD, since=since, until=until, ids=list(places))
    return {(week, place, channel): fen for week, place, channel, fen in found if fen is not None}


def weekly(places: Collection[int], since: date, until: date) -> dict[date, int]:
    """Fen of all channels by week (0 among the places: the company's own figures go before its communities')."""
    return sums.by_week(told(places, since, until))


def changes(places: Collection[int], most: int) -> list[dict[str, Any]]:
    """The newest statements of some places: who, when, from what to what, whether it holds."""
    found = sql.rows(_CHANGES, ids=list(places), most=most)
    return [dict(zip(_COLUMNS, row, strict=True)) for row in found]


def channels(places: Collection[int]) -> list[str]:
    """Channels of which anything was ever told in these places."""
    found = sql.rows(
        "SELECT DISTINCT channel FROM users_spend WHERE COALESCE(community_id, 0) = ANY(%(ids)s) ORDER BY channel",
        ids=list(places),
    )
    return [channel for (channel,) in found]


def of_cell(week: date, channel: str, community_id: int | None) -> QuerySet[Spend]:
    """Every statement of a week, channel and place; None is the whole company."""
    statements = Spend.objects.filter(week=week, channel=channel)
    if community_id is None:
        return statements.filter(community__isnull=True)
    return statements.filter(community_id=community_id)


def standing(week: date, channel: str, community_id: int | None) -> Spend | None:
    """The statement in force, also one that cleared the figure."""
    return of_cell(week, channel, community_id).order_by("-id").first()
