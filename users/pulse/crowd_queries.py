"""How many customers there are beside how many households: what penetration is told from."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from opsdesk.lib import sql
from users.pulse.step_rules import EVERYBODY
from users.retention import rules as cohorts

# One row a number (who ever paid before a date, whom the newest snapshot until then knew, households), date and
# community told apart (`each`), or all of them together (-1); what has the same head is added up. First purchases come
# from the weeks' flows (key community_id, week) up to the date's Monday, and from the days since (days_of_everybody);
# the others from counts_of_a_day and the primary key.
_CROWDS = f"""
WITH homes AS MATERIALIZED (
    SELECT id, households FROM communities_community WHERE id = ANY(%(places)s) AND households > 0),
ends AS MATERIALIZED (
    SELECT stop, n > %(together)s AS each, date_trunc('week', stop)::date AS monday,
           (SELECT max(as_of) FROM users_snapshotday WHERE as_of <= stop) AS newest
      FROM unnest(%(ends)s::date[]) WITH ORDINALITY AS e(stop, n)),
firsts AS MATERIALIZED (
    SELECT community_id, width_bucket(week, %(mondays)s::date[]) AS bucket, sum(fresh)::int AS n
      FROM users_flowweek JOIN homes ON id = community_id WHERE week < %(last)s GROUP BY 1, 2),
steps AS (SELECT bucket, sum(n)::int AS n FROM firsts GROUP BY bucket)
SELECT 'ever', {EVERYBODY}, stop, sum(n)::int
  FROM ends JOIN steps ON bucket < width_bucket(monday, %(mondays)s::date[]) WHERE NOT each GROUP BY stop
 UNION ALL
SELECT 'ever', community_id, stop, sum(n)::int
  FROM ends JOIN firsts ON bucket < width_bucket(monday, %(mondays)s::date[]) WHERE each GROUP BY stop, community_id
 UNION ALL
SELECT 'ever', CASE WHEN each THEN community_id ELSE {EVERYBODY} END, stop, sum(new_payers)::int
  FROM ends JOIN users_communityday d ON day >= monday AND day < stop JOIN homes ON id = community_id
 WHERE monday < stop GROUP BY 2, 3
 UNION ALL
SELECT 'known', {EVERYBODY}, stop, customers
  FROM ends JOIN (SELECT as_of, sum(customers)::int AS customers
                    FROM users_lifecyclecount JOIN homes ON id = community_id
                   WHERE as_of = ANY(ARRAY(SELECT newest FROM ends WHERE NOT each)) GROUP BY as_of) known
    ON as_of = newest AND NOT each
 UNION ALL
SELECT 'known', community_id, stop, sum(customers)::int
  FROM ends JOIN users_lifecyclecount ON as_of = newest JOIN homes ON id = community_id
 WHERE each GROUP BY community_id, stop
 UNION ALL
SELECT 'homes', id, NULL, households FROM homes
"""


@dataclass(frozen=True)
class Crowds:
    """By date and place: customers who ever paid before, and all that were known; by place its households. EVERYBODY
    is all places whose households are told."""

    ever: Mapping[tuple[dt.date, int], int]
    known: Mapping[tuple[dt.date, int], int]
    homes: Mapping[int, int]

    def at(self, end: dt.date, place: int) -> tuple[int, int, int]:
        """Zeros of a place whose households are not told."""
        if place not in self.homes:
            return 0, 0, 0
        return self.ever.get((end, place), 0), self.known.get((end, place), 0), self.homes[place]


NOBODY = Crowds({}, {}, {})


def crowds(together: Collection[dt.date], apart: Collection[dt.date], places: Collection[int]) -> Crowds:
    """EVERYBODY before the dates of `together`, each place before those of `apart`."""
    ends = [*together, *apart]
    if not ends:
        return NOBODY
    mondays = sorted({cohorts.start_of(end, "week") for end in ends})
    asked = {"ends": ends, "together": len(together), "mondays": mondays, "last": mondays[-1]}
    found: dict[str, dict[tuple[dt.date, int], int]] = {"ever": {}, "known": {}}
    homes: dict[int, int] = {}
    for kind, place, end, count in sql.rows(_CROWDS, places=list(places), **asked):
        if kind == "homes":
            homes[place] = count
        else:
            found[kind][end, place] = found[kind].get((end, place), 0) + count
    return Crowds(found["ever"], found["known"], homes | {EVERYBODY: sum(homes.values())} if homes else {})
