"""What the numbers say to each step of the checklist: shares of that week beside the usual ones. Frozen with a case."""

from typing import Any

from campaigns.cases.split_queries import MEMBERS, Fall
from campaigns.cuesheets.rules import TICKS
from opsdesk.lib import sql
from opsdesk.lib.words import N_

# Facts by their key. Each is (part, whole) in that week and in the weeks it is compared with.
FACTS = {
    "cancelled": N_("Orders cancelled"),
    "unpaid": N_("Orders not paid"),
    "refunded": N_("Orders refunded, in whole or in part"),
    "first_refunded": N_("First orders of its new payers refunded"),
    "same_door": N_("New payers who share a door with another new payer"),
    "channel": N_("New payers by %(name)s"),
    "had": N_("First bought %(name)s: came back"),
    **{f"cue_{tick}": N_("Cues ticked: %(name)s") for tick in TICKS},
}
SHOWN = 5  # channels, categories

# One row now and one before: orders of the community's customers in the weeks of the cohorts (order_of_a_customer).
_ORDERS = """
SELECT o.day >= %(cohort)s, count(*), count(*) FILTER (WHERE o.state = 'cancelled'),
       count(*) FILTER (WHERE o.state = 'unpaid'), count(*) FILTER (WHERE o.refunded > 0)
  FROM users_customer c JOIN users_order o ON o.customer_id = c.id
 WHERE c.community_id = %(community)s AND o.day >= %(since)s AND o.day < %(until)s AND o.state <> 'waiting'
 GROUP BY 1
"""

# One row now and one before: members, those whose first order was refunded, those who share their door with another
# member of the same week.
_MEMBERS = f"""
WITH member AS MATERIALIZED ({MEMBERS}),
door AS (
    SELECT m.*, c.building, c.unit, c.room, o.refunded,
           count(*) OVER (PARTITION BY date_trunc('week', m.first_day), c.building, c.unit, c.room) AS there
      FROM member m JOIN users_customer c ON c.id = m.customer_id
      LEFT JOIN LATERAL (SELECT max(refunded) AS refunded FROM users_order
                          WHERE customer_id = m.customer_id AND day = m.first_day) o ON TRUE)
SELECT is_now, count(*), count(*) FILTER (WHERE refunded > 0), count(*) FILTER (WHERE there > 1 AND room <> '')
  FROM door GROUP BY 1
"""

# One row a tick and one for all cues ('' ), now and before: deliveries of the community from the cohort's Monday to
# the end of the week in which it did not come back (cue_sheet_once_a_day).
_CUES = """
SELECT s.day >= %(cohort)s AS is_now, COALESCE(t.tick, ''), count(*)
  FROM campaigns_cuesheet s JOIN campaigns_cue q ON q.sheet_id = s.id AND NOT q.gone
 CROSS JOIN LATERAL (SELECT '' AS tick UNION ALL SELECT unnest(q.ticks)) t
 WHERE s.community_id = %(community)s AND s.day >= %(since)s AND s.day < %(until)s::date + 7 * %(k)s::int
 GROUP BY 1, 2
"""

Fact = dict[str, Any]


def freeze(fall: Fall, split: dict[str, Any]) -> dict[str, list[Fact]]:
    """Facts by step; a step without data has none, and callbacks are told as they come."""
    return {
        "path": _path(fall),
        "acquisition": [*_channels(split), *_of_members(fall, 2, "same_door")],
        "goods": [*_of_members(fall, 1, "first_refunded"), *_goods(split)],
        "station": _cues(fall),
    }


def fact(key: str, now: tuple[int, int], base: tuple[int, int], name: str = "") -> Fact:
    return {"key": key, "now": list(now), "base": list(base), "name": name}


def _path(fall: Fall) -> list[Fact]:
    rows = {is_now: counts for is_now, *counts in sql.rows(_ORDERS, **fall.params)}
    now, base = rows.get(True, [0] * 4), rows.get(False, [0] * 4)
    keys = ("cancelled", "unpaid", "refunded")
    return [fact(key, (now[n], now[0]), (base[n], base[0])) for n, key in enumerate(keys, start=1)]


def _of_members(fall: Fall, column: int, key: str) -> list[Fact]:
    rows = {is_now: counts for is_now, *counts in sql.rows(_MEMBERS, **fall.params)}
    now, base = rows.get(True, [0] * 3), rows.get(False, [0] * 3)
    return [fact(key, (now[column], now[0]), (base[column], base[0]))]


def _channels(split: dict[str, Any]) -> list[Fact]:
    """The mix: what share of its people came by each channel."""
    whole = split["whole"]
    parts = sorted(split["dimensions"]["channel"], key=lambda part: -part["n"])[:SHOWN]
    return [fact("channel", (part["n"], whole["n"]), (part["base_n"], whole["base_n"]), part["name"]) for part in parts]


def _goods(split: dict[str, Any]) -> list[Fact]:
    parts = split["dimensions"]["goods"][:SHOWN]
    return [fact("had", (one["back"], one["n"]), (one["base_back"], one["base_n"]), one["name"]) for one in parts]


def _cues(fall: Fall) -> list[Fact]:
    found = {(is_now, tick): n for is_now, tick, n in sql.rows(_CUES, **fall.params)}
    if not found:
        return []
    return [
        fact(
            f"cue_{tick}",
            (found.get((True, tick), 0), found.get((True, ""), 0)),
            (found.get((False, tick), 0), found.get((False, ""), 0)),
            label,
        )
        for tick, label in TICKS.items()
    ]
