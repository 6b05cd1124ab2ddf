"""Cohorts as set-based SQL, held to rules.py by random histories; the two levers beside them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from opsdesk.lib import sql
from users.purchases import rules as purchases
from users.purchases.models import UNASSIGNED
from users.retention import rules
from users.retention.models import WeekBudget
from users.retention.rules import Cell

Places = Sequence[int] | None
Row = tuple[str, date, int, Cell]

# One row a unit, cohort and period in which anybody of the cohort bought (or paid for what was bought before): who and
# how much. Reads customer-days of whole communities (community_customer_day); {unit}, {first}, {period} are ours alone.
_CELLS = """
WITH origin AS (
    SELECT d.customer_id, min(d.day) AS day
      FROM users_customerday d
     WHERE d.day < %(as_of)s AND (%(places)s::int[] IS NULL OR d.community_id = ANY(%(places)s))
     GROUP BY d.customer_id HAVING min(d.day) >= %(since)s),
bought AS (
    SELECT {unit} AS unit, d.customer_id, {cohort} AS cohort, {period} AS period,
           count(*) FILTER (WHERE d.starts_purchase) AS purchases, sum(d.net) AS net, sum(d.gross) AS gross
      FROM users_customerday d
      JOIN origin o ON o.customer_id = d.customer_id {join}
     WHERE d.day < %(as_of)s AND (%(places)s::int[] IS NULL OR d.community_id = ANY(%(places)s))
     GROUP BY 1, 2, 3, 4),
numbered AS (SELECT unit, customer_id, cohort, {k} AS k, purchases, net, gross FROM bought),
told AS (
    SELECT unit, cohort, k, purchases, net, gross,
           count(*) FILTER (WHERE purchases > 0) OVER past AS run,
           max(k) FILTER (WHERE purchases > 0) OVER (past ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
           max(k) FILTER (WHERE purchases > 0) OVER (PARTITION BY unit, customer_id) AS newest
      FROM numbered
    WINDOW past AS (PARTITION BY unit, customer_id ORDER BY k))
SELECT unit, cohort, k, count(*) FILTER (WHERE purchases > 0), sum(purchases)::bigint, sum(net)::bigint,
       sum(gross)::bigint, count(*) FILTER (WHERE purchases > 0 AND run = k + 1),
       count(*) FILTER (WHERE purchases > 0 AND before < k - 1), count(*) FILTER (WHERE k = newest)
  FROM told GROUP BY unit, cohort, k ORDER BY unit, cohort, k
"""
_STARTS = {
    "day": "{day}",
    "week": "({day} - (EXTRACT(isodow FROM {day})::int - 1))",
    "month": "date_trunc('month', {day})::date",
}
_STEPS = {
    "day": "(period - cohort)",
    "week": "(period - cohort) / 7",
    "month": "((EXTRACT(year FROM period) - EXTRACT(year FROM cohort)) * 12"
    " + EXTRACT(month FROM period) - EXTRACT(month FROM cohort))::int",
}
_OF_CUSTOMER = "JOIN users_customer c ON c.id = d.customer_id"
_OF_ORIGIN = "LEFT JOIN users_origin g ON g.customer_id = d.customer_id"
_UNITS = {
    "": ("''", ""),
    "community": ("d.community_id::text", ""),
    "station": ("COALESCE(c.station_id, 0)::text", _OF_CUSTOMER),
    "channel": ("c.channel", _OF_CUSTOMER),
    "category": ("COALESCE(g.category_id, 0)::text", _OF_ORIGIN),
    "staff": ("COALESCE(g.staff_id, 0)::text", _OF_ORIGIN),
}

# The same by community and week from the roll-up: of some communities by its key, of all by cohort (cohort_cells).
_OF_WEEKS = """
  FROM users_cohortcell
 WHERE cohort >= %(since)s AND week < %(as_of)s
   AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
"""
_WEEK_CELLS = f"""
SELECT community_id::text COLLATE "C", cohort, (week - cohort) / 7, customers, purchases, net, gross, every, recalled,
       last {_OF_WEEKS} AND (%(upto)s::int IS NULL OR week <= cohort + 7 * %(upto)s::int)
 ORDER BY 1, 2, 3
"""

# One row a cohort and week, everybody together.
_WEEK_TOTALS = f"""
SELECT cohort, (week - cohort) / 7, sum(customers)::int, sum(purchases)::int, sum(net)::bigint, sum(gross)::bigint,
       sum(every)::int, sum(recalled)::int, sum(last)::int {_OF_WEEKS}
 GROUP BY cohort, week
"""

# One row a community: the people of these cohorts.
_WEEK_SIZES = f"""
SELECT community_id::text, sum(customers) FILTER (WHERE week = cohort AND cohort <= %(until)s)::int {_OF_WEEKS}
 GROUP BY community_id ORDER BY 1
"""


def cells(as_of: date, places: Places, *, grain: str, breakdown: str = "", since: date = date.min) -> list[Row]:
    """(unit, cohort, k, cell) of cohorts from `since` (a period's first day) on, by days before as_of. The unit is the
    id of a community, station, first category or customer-service person (0: none), a channel, or empty without a
    breakdown."""
    unit, join = _UNITS[breakdown]
    starts = _STARTS[grain]
    text = _CELLS.format(
        unit=unit, join=join, cohort=starts.format(day="o.day"), period=starts.format(day="d.day"), k=_STEPS[grain]
    )
    found = sql.rows(text, as_of=as_of, places=_listed(places), since=since)
    return [(name, cohort, k, Cell._make(numbers)) for name, cohort, k, *numbers in found]


def week_cells(as_of: date, places: Places, since: date = date.min, upto: int | None = None) -> list[Row]:
    """`cells` by community and week from the roll-up, many times faster; right for weeks that were over before as_of.
    `last` looks ahead: right only where nothing was bought since as_of (`is_newest`). `upto`: the last k told."""
    found = sql.rows(_WEEK_CELLS, as_of=as_of, places=_listed(places), since=since, upto=upto)
    return [(place, cohort, k, Cell._make(numbers)) for place, cohort, k, *numbers in found]


def week_totals(as_of: date, places: Places, since: date) -> dict[date, dict[int, Cell]]:
    """`week_cells` of all these communities put together, by cohort and k."""
    found: dict[date, dict[int, Cell]] = {}
    for cohort, k, *numbers in sql.rows(_WEEK_TOTALS, as_of=as_of, places=_listed(places), since=since):
        found.setdefault(cohort, {})[k] = Cell._make(numbers)
    return found


def week_sizes(as_of: date, places: Places, since: date, until: date) -> dict[str, int]:
    """People by community, of the cohorts from `since` to `until`; communities that only have later ones have 0."""
    found = sql.rows(_WEEK_SIZES, as_of=as_of, places=_listed(places), since=since, until=until)
    return {place: n or 0 for place, n in found}


def is_newest(as_of: date) -> bool:
    """Whether nothing was bought on that day or later, anywhere."""
    return not sql.value("SELECT EXISTS (SELECT FROM users_communityday WHERE day >= %(as_of)s)", as_of=as_of)


# The first and last day with a counted order before a date, anywhere or in some communities (key community_id, day).
_SPAN = """
SELECT min(day), max(day) FROM users_communityday
 WHERE day < %(as_of)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
"""


def span(as_of: date, places: Places = None) -> tuple[date, date] | None:
    [(first, last)] = sql.rows(_SPAN, as_of=as_of, places=_listed(places))
    return None if first is None else (first, last)


# One row a period: what coupons took off, and what it was taken off, from days (days_of_everybody, or key community_id,
# day); of weeks and months from their roll-up (primary key) until the one that as_of lies in.
_DISCOUNTS_OF_DAYS = """
SELECT day, sum(discount)::bigint, sum(gross)::bigint FROM users_communityday
 WHERE day >= %(since)s AND day < %(as_of)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY 1
"""
_DISCOUNTS = """
SELECT start, sum(discount)::bigint, sum(gross)::bigint FROM users_communityperiod
 WHERE grain = %(grain)s AND start >= %(since)s AND start < %(open)s
   AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY 1
UNION ALL
SELECT %(open)s, sum(discount)::bigint, sum(gross)::bigint FROM users_communityday
 WHERE day >= %(open)s AND day < %(as_of)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
"""


def discount_rates(as_of: date, places: Places, grain: str, since: date) -> dict[date, float]:
    """Coupon discount over gross by period, from the one that begins on `since`; periods without gross are left out."""
    text = _DISCOUNTS_OF_DAYS if grain == "day" else _DISCOUNTS
    opened = max(since, rules.start_of(as_of, grain))
    asked = {"as_of": as_of, "since": since, "grain": grain, "open": opened}
    found = sql.rows(text, places=_listed(places), **asked)
    return {period: discount / gross for period, discount, gross in found if gross}


# The statement in force of each place and week: the newest one (index week_budget_in_force).
_BUDGETS = """
SELECT DISTINCT ON (week, COALESCE(community_id, 0)) week, COALESCE(community_id, 0), fen
  FROM users_weekbudget
 WHERE week >= %(since)s AND COALESCE(community_id, 0) = ANY(%(ids)s)
 ORDER BY week, COALESCE(community_id, 0), id DESC
"""


def budgets(places: Iterable[int], since: date) -> dict[tuple[date, int], int]:
    """Fen by week and place as they stand; 0 stands for the whole company. What was cleared is left out."""
    found = sql.rows(_BUDGETS, since=since, ids=list(places))
    return {(week, place): fen for week, place, fen in found if fen is not None}


def week_budget(week: date, community_id: int | None) -> WeekBudget | None:
    """The statement in force, also one that cleared the figure."""
    return of_week(week, community_id).order_by("-id").first()


def of_week(week: date, community_id: int | None) -> QuerySet[WeekBudget]:
    """Every statement of a week and place; None is the whole company."""
    statements = WeekBudget.objects.filter(week=week)
    if community_id is None:
        return statements.filter(community__isnull=True)
    return statements.filter(community_id=community_id)


def uncensored_from(weeks: int) -> date | None:
    """The first day whose new customers are not flagged as possibly older; None before any order."""
    first = sql.value("SELECT min(day) FROM users_communityday")
    return purchases.uncensored_from(first, weeks) if first else None


def in_reach(places: Places, communities: Collection[int]) -> list[int]:
    """Whose budgets may be read: the company's too where nothing is out of reach."""
    return [UNASSIGNED, *communities] if places is None else list(places)


def cohort_counts(as_of: date, places: Places, grain: str, breakdown: str = "") -> list[tuple[str, date, int, int]]:
    """(unit, cohort, k, customers) for every period of every cohort that had begun by then, with nobody in it as 0."""
    rows = cells(as_of, places, grain=grain, breakdown=breakdown)
    ends = span(as_of, places)
    if ends is None:
        return []
    newest = rules.start_of(ends[1], grain)
    counted = {(unit, cohort, k): cell.customers for unit, cohort, k, cell in rows}
    return [
        (unit, cohort, k, counted.get((unit, cohort, k), 0))
        for unit, cohort in sorted({(unit, cohort) for unit, cohort, _k, _cell in rows})
        for k in range(rules.steps_between(cohort, newest, grain) + 1)
    ]


def _listed(places: Places) -> list[int] | None:
    return None if places is None else list(places)
