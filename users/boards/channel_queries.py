"""New payers by how they came and by what they bought first, and what became of them: set-based, a few statements a
page. No order is read."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from opsdesk.lib import sql
from users.purchases import queries as purchases

Places = Sequence[int] | None

# One row a unit of each view, cohort and week since (0-4): who bought in it, and for how much net. Views: channel,
# first category, channel within community. Reads origins of the weeks asked for (origin_of_a_community) and their
# days (customer_day).
_CELLS = """
WITH born AS MATERIALIZED (
    SELECT customer_id, community_id, channel, COALESCE(category_id, 0) AS category_id,
           first_day - (EXTRACT(isodow FROM first_day)::int - 1) AS cohort
      FROM users_origin
     WHERE first_day >= %(since)s AND first_day < %(until)s
       AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))),
bought AS (
    SELECT b.customer_id, b.community_id, b.channel, b.category_id, b.cohort, (d.day - b.cohort) / 7 AS k,
           bool_or(d.starts_purchase)::int AS here, sum(d.net) AS net
      FROM born b
      JOIN users_customerday d ON d.customer_id = b.customer_id AND d.day < b.cohort + 35 AND d.day < %(until)s
     GROUP BY 1, 2, 3, 4, 5, 6)
SELECT CASE WHEN GROUPING(category_id) = 0 THEN 'category' WHEN GROUPING(community_id) = 0 THEN 'community'
            ELSE 'channel' END,
       COALESCE(channel, ''), COALESCE(category_id, 0), COALESCE(community_id, 0), cohort, k,
       sum(here)::int, sum(net)::bigint
  FROM bought
 GROUP BY GROUPING SETS ((channel, cohort, k), (category_id, cohort, k), (community_id, channel, cohort, k))
"""

# One row a channel: registered in these weeks, of them with a window to activate that is over, and activated.
_REGISTERED = """
SELECT channel, sum(customers)::int, COALESCE(sum(customers) FILTER (WHERE stages & 16 = 0), 0)::int,
       COALESCE(sum(customers) FILTER (WHERE stages & 16 = 0 AND stages & 1 = 1), 0)::int
  FROM users_funnelcell
 WHERE week >= %(since)s AND week < %(until)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY channel
"""

# The same as of an earlier date, from the customers themselves: whose window was over by then had bought in it by then,
# so that only which windows are over differs from what the last night wrote (stage_of_a_week).
_REGISTERED_THEN = """
WITH policy AS (SELECT * FROM unnest(%(ids)s::int[], %(days)s::int[]) AS p(community_id, days)),
known AS (
    SELECT s.channel, s.stages & 1 = 1 AS activated,
           (c.registered_at AT TIME ZONE 'Asia/Shanghai')::date + p.days <= %(as_of)s AS is_over
      FROM users_stage s JOIN users_customer c ON c.id = s.customer_id JOIN policy p ON p.community_id = s.community_id
     WHERE s.week >= %(since)s AND s.week < %(until)s
       AND (%(places)s::int[] IS NULL OR s.community_id = ANY(%(places)s)))
SELECT channel, count(*)::int, (count(*) FILTER (WHERE is_over))::int,
       (count(*) FILTER (WHERE is_over AND activated))::int
  FROM known GROUP BY channel
"""


class Cell(NamedTuple):
    """A cohort in its k-th week: of which view and unit; customers who bought, net in fen."""

    view: str
    channel: str
    category_id: int
    community_id: int
    cohort: date
    k: int
    customers: int
    net: int


class Registered(NamedTuple):
    """`whole`: those of them whose time to activate is over."""

    customers: int
    whole: int
    activated: int


def cells(since: date, until: date, places: Places) -> list[Cell]:
    """Cohorts that begin in [since, until), by what was bought before `until`; both are Mondays."""
    found = sql.rows(_CELLS, since=since, until=until, places=None if places is None else list(places))
    return [Cell(*row) for row in found]


def registered(since: date, until: date, places: Places) -> dict[str, Registered]:
    """By channel, as the last night saw it."""
    found = sql.rows(_REGISTERED, since=since, until=until, places=None if places is None else list(places))
    return {channel: Registered(*numbers) for channel, *numbers in found}


def registered_as_of(as_of: date, since: date, until: date, places: Places) -> dict[str, Registered]:
    """By channel, as an earlier night saw it: whose time to activate was not over then is not among the whole."""
    policies = purchases.policies_by_place()
    found = sql.rows(
        _REGISTERED_THEN, as_of=as_of, since=since, until=until, places=None if places is None else list(places),
        ids=list(policies), days=[one.activation_days for one in policies.values()],
    )  # fmt: skip
    return {channel: Registered(*numbers) for channel, *numbers in found}


def category_names() -> dict[int, str]:
    return dict(sql.rows("SELECT id, name FROM users_category"))
