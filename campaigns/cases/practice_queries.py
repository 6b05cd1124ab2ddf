"""Process numbers of stations week by week, and how cohorts came back: what best-practice cards are made of."""

from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet

from campaigns.cases import lesson_queries, rules
from campaigns.cases.models import Case, Lesson, Receipt
from campaigns.cases.practice_rules import RETENTION, Count, Share
from campaigns.drives.outcomes import OUTCOMES
from opsdesk.lib import sql
from users.purchases.models import UNASSIGNED
from users.purchases.rules import SHANGHAI
from users.retention.models import RetentionAlert

OPENED = [code for code, outcome in OUTCOMES.items() if outcome.opened]

# One row a week, place and process number (a key of practice_rules.MEASURES). Cues, doors and reminders lie in their
# own week, a coupon in the one in which it ended. A door counts once a week and drive. Indexes cue_sheet_once_a_day,
# cue_once_a_sheet, tick_of_a_cue, reminder_of_a_station.
_NUMBERS = """
WITH cue AS MATERIALIZED (
    SELECT s.day, s.community_id, s.station_id, c.id, c.ticks
      FROM campaigns_cuesheet s JOIN campaigns_cue c ON c.sheet_id = s.id AND NOT c.gone
     WHERE s.day >= %(since)s AND s.day < %(until)s),
door AS (
    SELECT day, community_id, station_id, task_id, bool_or(outcome = ANY(%(opened)s)) AS opened,
           bool_or(outcome = 'ordered') AS ordered
      FROM (SELECT date_trunc('week', day)::date AS day, community_id, station_id, task_id, outcome
              FROM campaigns_visit
             WHERE live AND channel = 'door' AND day >= %(since)s AND day < %(until)s) told
     GROUP BY 1, 2, 3, 4),
found (day, community_id, station_id, key, part) AS (
    SELECT cue.day, cue.community_id, cue.station_id, asked.key, asked.part
      FROM cue CROSS JOIN LATERAL (VALUES ('told', 'told' = ANY(ticks)), ('wechat', 'wechat' = ANY(ticks)),
                                          ('group', 'group' = ANY(ticks))) AS asked (key, part)
    UNION ALL
    SELECT cue.day, cue.community_id, cue.station_id, 'on_time',
           (first.at AT TIME ZONE 'Asia/Shanghai')::date <= cue.day
      FROM cue CROSS JOIN LATERAL (SELECT min(COALESCE(t.device_at, t.received_at)) AS at FROM campaigns_tick t
                                    WHERE t.cue_id = cue.id AND t.what = 'delivered' AND t."on") first
     WHERE 'delivered' = ANY(cue.ticks)
    UNION ALL
    SELECT r.day, r.community_id, r.station_id, 'reminded', COALESCE(r.done_at < g.expires_at, FALSE)
      FROM coupons_reminder r JOIN coupons_grant g ON g.id = r.grant_id
     WHERE r.fate = 'send' AND r.day >= %(since)s AND r.day < %(until)s
    UNION ALL
    SELECT (g.ended_at AT TIME ZONE 'Asia/Shanghai')::date, g.community_id, g.station_id, 'used', g.state = 'used'
      FROM coupons_grant g
     WHERE g.state IN ('used', 'expired') AND g.ended_at >= %(begins)s AND g.ended_at < %(ends)s
    UNION ALL
    SELECT door.day, door.community_id, door.station_id, asked.key, asked.part
      FROM door CROSS JOIN LATERAL (VALUES ('opened', door.opened), ('ordered', door.ordered)) AS asked (key, part))
SELECT date_trunc('week', day)::date, community_id, station_id, key, count(*) FILTER (WHERE part), count(*)
  FROM found WHERE community_id <> %(nowhere)s GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

# One row a community and cohort whose k-th week is over: how many came, how many came back in it (the key of
# CohortCell).
_CAME_BACK = """
SELECT c.cohort, c.community_id, COALESCE(b.customers, 0), c.customers
  FROM users_cohortcell c
  LEFT JOIN users_cohortcell b
         ON b.community_id = c.community_id AND b.cohort = c.cohort AND b.week = c.cohort + 7 * %(k)s::int
 WHERE c.week = c.cohort AND c.cohort >= %(since)s AND c.cohort + 7 * (%(k)s::int + 1) <= %(as_of)s
   AND c.community_id <> %(nowhere)s
 ORDER BY 1, 2
"""


def numbers(since: date, until: date) -> list[Count]:
    """Process numbers of all places over [since, until), both Mondays."""
    found = sql.rows(
        _NUMBERS, since=since, until=until, begins=_midnight(since), ends=_midnight(until), opened=OPENED,
        nowhere=UNASSIGNED,
    )  # fmt: skip
    return [
        Count(week, (community, station), key, Share(part, whole))
        for week, community, station, key, part, whole in found
    ]


def came_back(since: date, as_of: date, k: int = 1) -> list[Count]:
    """The same of cohorts from a Monday on: who bought again in the k-th week, where that week is over."""
    rows = sql.rows(_CAME_BACK, since=since, as_of=as_of, k=k, nowhere=UNASSIGNED)
    return [Count(cohort, (community, None), RETENTION, Share(back, came)) for cohort, community, back, came in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


# -- Cards -------------------------------------------------------------------------------------------------------------


def case_to_join(alert: RetentionAlert) -> Case | None:
    """The open card of its community, else the one that another alert of the same cohort opened."""
    there = Case.objects.filter(community=alert.community_id, kind="practice").select_related("community")
    still_open = there.exclude(state__in=rules.FINISHED).first()
    return still_open or there.filter(alerts__alert__cohort=alert.cohort).first()


def alerts(case: Case) -> list[RetentionAlert]:
    found = RetentionAlert.objects.filter(in_case__case=case).select_related("community")
    return list(found.order_by("cohort", "k"))


def shared() -> QuerySet[Case]:
    """Open cards of which something was shared."""
    return Case.objects.filter(kind="practice", lessons__isnull=False).exclude(state__in=rules.FINISHED).distinct()


def first_lesson(case: Case) -> Lesson | None:
    return Lesson.objects.filter(case=case).order_by("id").first()


def readers(lesson: Lesson, as_of: date) -> set[int]:
    """Communities in which everybody who was told had read it before this day."""
    rows: list[Any] = list(
        Receipt.objects.filter(lesson_queries.COUNTED, lesson=lesson, station__isnull=False).values_list(
            "station__community_id", "read_at"
        )
    )
    late = {place for place, at in rows if at is None or at >= _midnight(as_of)}
    return {place for place, _at in rows} - late
