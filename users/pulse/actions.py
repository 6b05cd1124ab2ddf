"""Keep the weekly rates: who of a Monday's new payers and silent ones bought in the seven days from it."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from opsdesk.lib import differing, sql
from opsdesk.lib.differing import Table
from users.purchases import queries as purchases

RATES = Table("users_weekrates", ("kind", "place_id", "monday"), ("fresh", "fresh_back", "silent", "woken"))

# One row a community or station and Monday that has a snapshot: one scan of the snapshots, one of the customer-days.
# A station's customers are those of today.
_FRESH = """
WITH said AS (
    SELECT s.as_of, s.customer_id, s.community_id, s.lifecycle
      FROM users_lifecyclesnapshot s JOIN users_snapshotday d ON d.as_of = s.as_of
     WHERE EXTRACT(isodow FROM s.as_of) = 1 AND s.as_of < %(as_of)s
       AND s.lifecycle IN ('new_paying', 'silent') AND s.community_id = ANY(%(ids)s)),
bought AS (
    SELECT DISTINCT customer_id, day - (EXTRACT(isodow FROM day)::int - 1) AS week
      FROM users_customerday WHERE starts_purchase AND community_id = ANY(%(ids)s)),
told AS (
    SELECT said.as_of, said.community_id, c.station_id, said.lifecycle = 'silent' AS silent,
           b.customer_id IS NOT NULL AS back
      FROM said
      JOIN users_customer c ON c.id = said.customer_id
      LEFT JOIN bought b ON b.customer_id = said.customer_id AND b.week = said.as_of)
SELECT CASE GROUPING(station_id) WHEN 1 THEN 'community' ELSE 'station' END AS kind,
       COALESCE(community_id, station_id) AS place_id, as_of AS monday,
       count(*) FILTER (WHERE NOT silent)::int AS fresh, count(*) FILTER (WHERE NOT silent AND back)::int AS fresh_back,
       count(*) FILTER (WHERE silent)::int AS silent, count(*) FILTER (WHERE silent AND back)::int AS woken
  FROM told GROUP BY GROUPING SETS ((as_of, community_id), (as_of, station_id))
HAVING GROUPING(station_id) = 1 OR station_id IS NOT NULL
"""

_WITHIN = """
t.monday < %(as_of)s AND CASE t.kind WHEN 'community' THEN t.place_id = ANY(%(ids)s) ELSE t.place_id IN (
    SELECT s.id FROM communities_servicestation s WHERE s.community_id = ANY(%(ids)s)) END
"""


@transaction.atomic
def refresh_rates(as_of: date, places: Collection[int] | None = None) -> int:
    """The rates of every Monday before as_of in these communities and their stations; how many rows differed. The last
    week may not be over: its row grows from night to night."""
    ids = purchases.listed(places)
    sql.expect_everybody()
    sql.run(f"CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS {_FRESH}", as_of=as_of, ids=ids)
    written = differing.write(RATES, "fresh", _WITHIN, as_of=as_of, ids=ids).rows
    sql.run("DROP TABLE fresh")
    return written
