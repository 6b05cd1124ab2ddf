"""What must be true of the numbers, as data: words for people, and one statement that finds whatever breaks it.

A statement returns one row an offender. Columns named customer_id, import_id or job_id lead to a page; `kept` is what
the table says, `counted` what a recount says. Phones are never among them.
"""

from opsdesk.case_invariants import CASE_INVARIANTS
from opsdesk.coupon_invariants import COUPON_INVARIANTS
from opsdesk.field_invariants import FIELD_INVARIANTS
from opsdesk.grant_invariants import GRANT_INVARIANTS
from opsdesk.invariant import Invariant
from opsdesk.lib.differing import Table
from opsdesk.lib.words import N_
from users.purchases import actions as roll_ups
from users.purchases import queries as purchases
from users.purchases import rollups_sql

CLASSES, ROLL_UPS, ORDERS, RUNS = N_("Customers and classes"), N_("Roll-ups"), N_("Orders"), N_("Imports and runs")


CUSTOMERS, ROWS, DAYS, WEEKS, ORDER_ROWS = N_("customers"), N_("rows"), N_("days"), N_("weeks"), N_("orders")
FILES, VERSIONS, JOBS, NAMES = N_("imports"), N_("versions"), N_("jobs"), N_("names")

# Whoever the run could know: registered or ordering before as_of, told by an import that it had seen.
_KNOWN = """
SELECT c.id FROM users_customer c
  JOIN users_snapshotday d ON d.as_of = %(as_of)s AND COALESCE(c.first_import_id, 0) <= COALESCE(d.last_import_id, 0)
 WHERE (c.registered_at AT TIME ZONE 'Asia/Shanghai')::date < %(as_of)s
    OR EXISTS (SELECT FROM users_order o
                WHERE o.customer_id = c.id AND o.day < %(as_of)s AND o.state <> 'waiting'
                  AND o.first_import_id <= COALESCE(d.last_import_id, 0))
"""
_SNAPSHOT = "SELECT * FROM users_lifecyclesnapshot WHERE as_of = %(as_of)s"

ONE_CLASS = f"""
SELECT COALESCE(k.id, s.customer_id) AS customer_id, s.lifecycle AS kept
  FROM ({_KNOWN}) k FULL JOIN ({_SNAPSHOT}) s ON s.customer_id = k.id
 WHERE k.id IS NULL OR s.customer_id IS NULL
"""

CLASS_COUNTS = f"""
SELECT community_id, lifecycle, k.customers AS kept, c.n AS counted
  FROM (SELECT community_id, lifecycle, count(*)::int AS n, count(*) FILTER (WHERE recalled)::int AS recalled
          FROM ({_SNAPSHOT}) s GROUP BY 1, 2) c
  FULL JOIN (SELECT * FROM users_lifecyclecount WHERE as_of = %(as_of)s) k USING (community_id, lifecycle)
 WHERE (k.customers, k.recalled) IS DISTINCT FROM (c.n, c.recalled)
 UNION ALL
SELECT NULL, 'total', d.customers, (SELECT count(*)::int FROM ({_SNAPSHOT}) s)
  FROM users_snapshotday d
 WHERE d.as_of = %(as_of)s AND d.customers <> (SELECT count(*) FROM ({_SNAPSHOT}) s)
"""

STANDINGS = f"""
SELECT COALESCE(s.customer_id, t.customer_id) AS customer_id, t.lifecycle AS kept, s.lifecycle AS counted
  FROM ({_SNAPSHOT}) s FULL JOIN users_standing t ON t.customer_id = s.customer_id
 WHERE (t.lifecycle, COALESCE(t.community_id, 0), t.purchases, t.net, t.last_order)
       IS DISTINCT FROM (s.lifecycle, s.community_id, s.purchases, s.net, s.last_order)
"""

_SCORES = "SELECT * FROM users_rfmscore WHERE as_of = %(rfm_as_of)s"

RFM_COUNTS = f"""
SELECT community_id, rfm_class, k.customers AS kept, c.n AS counted
  FROM (SELECT community_id, rfm_class, count(*)::int AS n, sum(monetary)::bigint AS monetary
          FROM ({_SCORES}) s GROUP BY 1, 2) c
  FULL JOIN (SELECT * FROM users_rfmcount WHERE as_of = %(rfm_as_of)s) k USING (community_id, rfm_class)
 WHERE (k.customers, k.monetary) IS DISTINCT FROM (c.n, c.monetary)
 UNION ALL
SELECT NULL, 'total', d.customers, (SELECT count(*)::int FROM ({_SCORES}) s)
  FROM users_rfmday d
 WHERE d.as_of = %(rfm_as_of)s AND d.customers <> (SELECT count(*) FROM ({_SCORES}) s)
"""

RFM_STANDINGS = f"""
SELECT COALESCE(s.customer_id, t.customer_id) AS customer_id, t.rfm_class AS kept, s.rfm_class AS counted
  FROM ({_SCORES}) s FULL JOIN (SELECT * FROM users_standing WHERE rfm_class <> '') t ON t.customer_id = s.customer_id
 WHERE t.rfm_class IS DISTINCT FROM s.rfm_class
"""

# {days}: the definition in force, {columns}: what is compared of a day.
CUSTOMER_DAYS = """
WITH fresh AS ({days})
SELECT COALESCE(t.community_id, f.community_id) AS community_id, COALESCE(t.customer_id, f.customer_id) AS customer_id,
       COALESCE(t.day, f.day) AS day, t.net AS kept, f.net AS counted
  FROM fresh f
  FULL JOIN users_customerday t
         ON t.community_id = f.community_id AND t.customer_id = f.customer_id AND t.day = f.day
 WHERE ({kept}) IS DISTINCT FROM ({counted})
"""


def _recount(table: Table, fresh: str, told: str, within: str = "true") -> str:
    """Rows of a roll-up that a recount of all places does not give, and the other way round."""
    here, there = (", ".join(f"{side}.{name}" for name in table.values) for side in ("t", "c"))
    keys = ", ".join(table.key)
    return f"""
WITH c AS ({fresh.replace("%(ids)s", _EVERYWHERE)}), t AS (SELECT * FROM {table.name} t WHERE {within})
SELECT {keys}, t.{told} AS kept, c.{told} AS counted FROM c FULL JOIN t USING ({keys})
 WHERE ({here}) IS DISTINCT FROM ({there})
"""


_EVERYWHERE = "ARRAY(SELECT 0 UNION SELECT id FROM communities_community)"
COMMUNITY_DAYS = _recount(roll_ups.COMMUNITY_DAYS, rollups_sql.COMMUNITY_DAYS, "net")
COMMUNITY_PERIODS = _recount(roll_ups.COMMUNITY_PERIODS, rollups_sql.COMMUNITY_PERIODS, "net")
STATION_DAYS = _recount(roll_ups.STATION_DAYS, rollups_sql.STATION_DAYS, "net")
COHORT_CELLS = _recount(roll_ups.COHORT_CELLS, rollups_sql.COHORT_CELLS, "customers")
FLOW_WEEKS = _recount(roll_ups.FLOW_WEEKS, rollups_sql.FLOW_WEEKS, "active")

# Buyers of a week by cohort cells, by the flows, and by the week before with what came and went:
# active(t) = active(t-1) + fresh + recalled - lost.
GROWTH = """
WITH bought AS (SELECT community_id, week, sum(customers)::int AS n FROM users_cohortcell GROUP BY 1, 2),
told AS (
    SELECT f.*, COALESCE(b.n, 0) AS n, COALESCE(p.n, 0) AS before
      FROM users_flowweek f
      LEFT JOIN bought b ON b.community_id = f.community_id AND b.week = f.week
      LEFT JOIN bought p ON p.community_id = f.community_id AND p.week = f.week - 7)
SELECT community_id, week, n AS kept, before + fresh + recalled - lost AS counted
  FROM told
 WHERE n <> before + fresh + recalled - lost OR n <> active OR active <> fresh + retained + recalled
"""

ORPHANS = """
SELECT 'order' AS what, o.id AS number, o.customer_id AS customer_id FROM users_order o
 WHERE NOT EXISTS (SELECT FROM users_customer c WHERE c.id = o.customer_id)
 UNION ALL
SELECT 'line', l.id, NULL FROM users_orderline l WHERE NOT EXISTS (SELECT FROM users_order o WHERE o.id = l.order_id)
 UNION ALL
SELECT 'day', NULL, d.customer_id FROM users_customerday d
 WHERE NOT EXISTS (SELECT FROM users_customer c WHERE c.id = d.customer_id)
 UNION ALL
SELECT 'standing', NULL, s.customer_id FROM users_standing s
 WHERE NOT EXISTS (SELECT FROM users_customer c WHERE c.id = s.customer_id)
"""

NET = """
SELECT id AS order_id, customer_id, net AS kept, CASE WHEN counted THEN paid - refunded ELSE 0 END AS counted
  FROM users_order
 WHERE net <> CASE WHEN counted THEN paid - refunded ELSE 0 END OR (counted AND state <> 'paid')
"""

PHONES = """
SELECT id AS customer_id, length(phone) AS kept FROM users_customer
 WHERE phone !~ '^1[3-9][0-9]{9}$' OR cardinality(phone_grams) <> 8
"""

HOMES = purchases.MOVED.format(within="true").replace("AS was", "AS kept").replace("AS now", "AS counted")

# Those that were refused are also there to be downloaded, one by one.
IMPORT_ROWS = """
SELECT f.id AS import_id, f.rows AS kept, f.created + f.updated + f.unchanged + f.refused AS counted
  FROM users_importfile f
 WHERE f.state IN ('done', 'undoing', 'undone') AND f.rows <> f.created + f.updated + f.unchanged + f.refused
 UNION ALL
SELECT f.id, f.refused, r.n
  FROM users_importfile f
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM users_refusedrow WHERE file_id = f.id) r
 WHERE f.state = 'done' AND f.refused <> r.n
"""

POLICY_VERSIONS = """
SELECT id AS version, key, before::text AS kept, was::text AS counted
  FROM (SELECT id, key, before, at, lag(value) OVER each AS was, lag(at) OVER (ORDER BY id) AS earlier
          FROM communities_policychange WINDOW each AS (PARTITION BY key, community_id ORDER BY id)) v
 WHERE COALESCE(before, 'null'::jsonb) <> COALESCE(was, 'null'::jsonb) OR at < earlier
"""

DEAD_JOBS = """
SELECT id AS job_id, kind, lease_until::text AS kept FROM runs_job
 WHERE finished_at IS NULL AND state = 'running' AND lease_until < now() - interval '1 hour'
"""

ONE_NAME = """
SELECT name, string_agg(code, ' ' ORDER BY code) AS kept
  FROM (SELECT code, name FROM communities_community
         UNION SELECT code, unnest(aliases) FROM communities_community) n
 GROUP BY name HAVING count(DISTINCT code) > 1
"""

_COUNT_CUSTOMERS = "SELECT count(*) FROM users_customer"
_COUNT_ORDERS = "SELECT count(*) FROM users_order"
_COUNT_WEEKS = "SELECT count(DISTINCT week) FROM users_cohortcell"
_COUNT_DAYS = "SELECT COALESCE(sum(payers), 0) FROM users_communityday"
_COUNT_SCORES = "SELECT COALESCE(sum(customers), 0) FROM users_rfmcount WHERE as_of = %(rfm_as_of)s"
_COUNT_FILES = "SELECT count(*) FROM users_importfile WHERE state IN ('done', 'undoing', 'undone')"

INVARIANTS = (
    Invariant(
        "one_class", CLASSES, N_("Every customer has exactly one class"),
        N_("Somebody is on no board, or on a board without being a customer any more. The next run mends it."),
        CUSTOMERS, _COUNT_CUSTOMERS, ONE_CLASS,
    ),
    Invariant(
        "class_counts", CLASSES, N_("Class counts add up to the customers"),
        N_("A board shows another number than its list. Run now, then look whether it stays."),
        CUSTOMERS, f"SELECT count(*) FROM ({_SNAPSHOT}) s", CLASS_COUNTS,
    ),
    Invariant(
        "standings", CLASSES, N_("Lists show the class of the last run"),
        N_("A list says something else than the board. The next run mends it."),
        CUSTOMERS, "SELECT count(*) FROM users_standing", STANDINGS,
    ),
    Invariant(
        "rfm_counts", CLASSES, N_("RFM counts add up to the scored customers"),
        N_("The RFM board shows another number than its list. Run now, then look whether it stays."),
        CUSTOMERS, _COUNT_SCORES, RFM_COUNTS,
    ),
    Invariant(
        "rfm_standings", CLASSES, N_("Lists show the RFM class of the last run"),
        N_("A list says something else than the RFM board. The next run mends it."),
        CUSTOMERS, _COUNT_SCORES, RFM_STANDINGS,
    ),
    Invariant(
        "homes", CLASSES, N_("A customer belongs to the community of the latest order that names one"),
        N_("Somebody is counted in a community they left. The next run mends it."),
        CUSTOMERS, _COUNT_CUSTOMERS, HOMES,
    ),
    Invariant(
        "customer_days", ROLL_UPS, N_("Customer days equal a recount from the orders"),
        N_("Every number that reads purchases may be off for these customers. Run now: the night recounts in full."),
        ROWS, _COUNT_DAYS, CUSTOMER_DAYS,
    ),
    Invariant(
        "community_days", ROLL_UPS, N_("Community days equal a recount from customer days"),
        N_("Money and payers of these days are off. Run now."),
        DAYS, "SELECT count(*) FROM users_communityday", COMMUNITY_DAYS,
    ),
    Invariant(
        "community_periods", ROLL_UPS, N_("Weeks and months of communities equal the sums of their days"),
        N_("The dashboard shows other money or payers than its days. Run now."),
        ROWS, "SELECT count(*) FROM users_communityperiod", COMMUNITY_PERIODS,
    ),
    Invariant(
        "cohort_cells", ROLL_UPS, N_("Cohort cells equal a recount from customer days"),
        N_("Retention of these cohorts is off. Run now."),
        ROWS, "SELECT count(*) FROM users_cohortcell", COHORT_CELLS,
    ),
    Invariant(
        "station_days", ROLL_UPS, N_("Station days equal a recount from customer days"),
        N_("Money and payers of these stations are off. Run now."),
        DAYS, "SELECT count(*) FROM users_stationday", STATION_DAYS,
    ),
    Invariant(
        "flow_weeks", ROLL_UPS, N_("Weeks of growth equal a recount from customer days"),
        N_("New, retained, recalled or lost are off in these weeks. Run now."),
        WEEKS, "SELECT count(*) FROM users_flowweek", FLOW_WEEKS,
    ),
    Invariant(
        "growth", ROLL_UPS, N_("Buyers of a week = the week before + new + recalled − lost"),
        N_("The growth flows of these weeks do not explain the change. Run now."),
        WEEKS, _COUNT_WEEKS, GROWTH,
    ),
    Invariant(
        "orphans", ORDERS, N_("No order, line or day without its owner"),
        N_("Rows point to something that is gone. Take back and repeat the import that wrote them."),
        ORDER_ROWS, _COUNT_ORDERS, ORPHANS,
    ),
    Invariant(
        "net", ORDERS, N_("Net is paid − refunds on counted orders, and 0 on all others"),
        N_("Money is wrong on these orders. Import the export that holds them once more."),
        ORDER_ROWS, _COUNT_ORDERS, NET,
    ),
    Invariant(
        "phones", ORDERS, N_("Every customer has a valid phone that search can find"),
        N_("These customers cannot be reached or found. Look at the import that wrote them."),
        CUSTOMERS, _COUNT_CUSTOMERS, PHONES,
    ),
    Invariant(
        "import_rows", RUNS, N_("Rows of an import = created + updated + unchanged + refused"),
        N_("Rows of a file got lost on the way. Take the import back and repeat it."),
        FILES, _COUNT_FILES, IMPORT_ROWS,
    ),
    Invariant(
        "policy_versions", RUNS, N_("Policy versions follow one another"),
        N_("A threshold's history has a gap: the table was changed by hand."),
        VERSIONS, "SELECT count(*) FROM communities_policychange", POLICY_VERSIONS,
    ),
    Invariant(
        "dead_jobs", RUNS, N_("No job is held by a worker that died over an hour ago"),
        N_("No worker is taking jobs. Look whether the worker process runs."),
        JOBS, "SELECT count(*) FROM runs_job", DEAD_JOBS,
    ),
    Invariant(
        "one_name", RUNS, N_("An export's name means one community"),
        N_("An import cannot tell which community is meant. Take the name off one of them."),
        NAMES, "SELECT COALESCE(sum(1 + cardinality(aliases)), 0) FROM communities_community", ONE_NAME,
    ),
    *COUPON_INVARIANTS,
    *GRANT_INVARIANTS,
    *FIELD_INVARIANTS,
    *CASE_INVARIANTS,
)  # fmt: skip

BY_NAME = {one.name: one for one in INVARIANTS}
