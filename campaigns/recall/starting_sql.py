"""The statements of a start: rows as arrays in, one statement a table."""

CANDIDATE = (
    "customers", "communities", "stations", "lifecycles", "classes", "fates", "reasons", "channels", "worths", "draws",
)  # fmt: skip
CANDIDATES = """
INSERT INTO campaigns_candidate (drive_id, customer_id, community_id, station_id, lifecycle, rfm_class, fate, reason,
                                 channel, worth, draw)
SELECT %(drive)s, c.* FROM unnest(
    %(customers)s::bigint[], %(communities)s::int[], %(stations)s::int[], %(lifecycles)s::text[], %(classes)s::text[],
    %(fates)s::text[], %(reasons)s::text[], %(channels)s::text[], %(worths)s::bigint[], %(draws)s::int[]) AS c
"""

TASK = (
    "customers", "communities", "stations", "buildings", "units", "rooms", "floors", "places", "channels", "offers",
    "assignees", "worths", "lifecycles", "classes",
)  # fmt: skip
TASKS = """
INSERT INTO campaigns_task (drive_id, customer_id, community_id, station_id, building, unit, room, floor, place,
                            channel, offer_id, assignee_id, worth, lifecycle, rfm_class, state, closed_by, outcome,
                            visits, conflict)
SELECT %(drive)s, t.*, 'open', '', '', 0, FALSE FROM unnest(
    %(customers)s::bigint[], %(communities)s::int[], %(stations)s::int[], %(buildings)s::text[], %(units)s::text[],
    %(rooms)s::text[], %(floors)s::smallint[], %(places)s::int[], %(channels)s::text[], %(offers)s::bigint[],
    %(assignees)s::bigint[], %(worths)s::bigint[], %(lifecycles)s::text[], %(classes)s::text[]) AS t
"""

# Written a moment ago: a planner that takes them for a handful joins each of them with all of them.
LOOK = "ANALYZE campaigns_candidate, campaigns_task"

# For contact.actions.touch_all. Whom no channel reaches has a touch of the drive's first one.
_TOUCH = """
SELECT k.customer_id, k.community_id, %(at)s::timestamptz, {channel}, 'drive', %(drive)s, {state}, k.reason,
       k.lifecycle, k.rfm_class, %(as_of)s::date, %(policy_version)s, NULL::bigint, 0, %(operator)s::bigint,
       NULL::bigint
  FROM campaigns_candidate k WHERE k.drive_id = %(drive)s
"""
_WHY = "CASE k.fate WHEN 'control' THEN 'control' ELSE 'blocked' END"
UNTREATED = _TOUCH.format(channel="COALESCE(NULLIF(k.channel, ''), %(first)s)", state=_WHY) + " AND k.fate <> 'task'"
TOUCHES = _TOUCH.format(channel="k.channel", state="'waiting'") + " AND k.fate = 'task' AND k.channel = %(channel)s"

# For outbox.actions.queue_all: the texts of those tasks, with the customer's name filled in (touch_once).
TEXTS = """
SELECT t.customer_id, t.id, t.channel, 'drive:' || t.thing_id || ':' || t.customer_id, 'drive', t.thing_id,
       left(replace(said.text, '{name}', c.name), 500), %(at)s::timestamptz, %(not_after)s::timestamptz
  FROM campaigns_task k
  JOIN users_touch t ON t.customer_id = k.customer_id AND t.thing = 'drive' AND t.thing_id = k.drive_id
   AND t.channel = k.channel AND t.state = 'waiting'
  JOIN users_customer c ON c.id = k.customer_id
  JOIN unnest(%(offers)s::bigint[], %(texts)s::text[]) AS said(offer_id, text) ON said.offer_id = k.offer_id
 WHERE k.drive_id = %(drive)s AND k.channel = %(channel)s
"""
