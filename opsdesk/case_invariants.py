"""What must be true of incidents and best-practice cards, as the statements of invariants.py: one row an offender."""

from opsdesk.invariant import Invariant
from opsdesk.lib.words import N_

CASES = N_("Incidents and best practices")

# A case's split shares the whole difference out over the parts of each dimension: `kept` the whole, `counted` the sum.
# The company's number is shared out over communities; baskets are parts of pairs and add up with the rest only.
SPLITS = """
SELECT c.id AS case_id, c.number, d.key AS dimension, w.difference AS kept, s.total AS counted
  FROM campaigns_case c
 CROSS JOIN LATERAL jsonb_each(c.split -> 'dimensions') d
 CROSS JOIN LATERAL (SELECT (c.split -> CASE WHEN d.key = 'community' THEN 'company' ELSE 'whole' END
                             ->> 'difference')::float AS difference) w
 CROSS JOIN LATERAL (SELECT COALESCE(sum((p ->> 'rate')::float + (p ->> 'mix')::float), 0) AS total
                       FROM jsonb_array_elements(d.value) p) s
 WHERE c.split ? 'dimensions' AND d.key NOT IN ('goods', 'product') AND abs(w.difference - s.total) > 1e-9
"""

# An incident calls back customers of its own cohort alone, in its community then.
CALLS = """
SELECT b.customer_id, c.number, b.community_id AS kept, c.community_id AS counted
  FROM campaigns_callback b JOIN campaigns_case c ON c.id = b.case_id
 WHERE b.community_id <> c.community_id OR c.kind <> 'incident'
"""

# A case stands on alerts of its own community: falls open incidents, rises open cards.
ALERTS = """
SELECT c.id AS case_id, c.number, c.kind AS kept, r.direction AS counted
  FROM campaigns_casealert a JOIN campaigns_case c ON c.id = a.case_id JOIN users_retentionalert r ON r.id = a.alert_id
 WHERE r.community_id <> c.community_id OR (c.kind = 'incident') <> (r.direction = 'fall')
"""

CASE_INVARIANTS = (
    Invariant(
        "case_splits", CASES, N_("The parts of a split add up to the fall"),
        N_("Who carries a fall is told wrongly on that case. Open a new one from the alert."),
        N_("cases"), "SELECT count(*) FROM campaigns_case", SPLITS,
    ),
    Invariant(
        "case_calls", CASES, N_("Callbacks of an incident are for customers of its community"),
        N_("Somebody is called about a trouble that was not theirs. Leave the call out."),
        N_("callbacks"), "SELECT count(*) FROM campaigns_callback", CALLS,
    ),
    Invariant(
        "case_alerts", CASES, N_("A case stands on alerts of its own community and direction"),
        N_("An alert stands in the wrong case. Look at the case's history."),
        N_("alerts"), "SELECT count(*) FROM campaigns_casealert", ALERTS,
    ),
)  # fmt: skip
