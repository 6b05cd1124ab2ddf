"""What must be true of field work, as the statements of invariants.py: one row an offender."""

from opsdesk.invariant import Invariant
from opsdesk.lib.words import N_

FIELD = N_("Field work")

# The drive's row keeps the sums; the people stand in candidates, and everybody with that fate has one task.
DRIVE_SUMS = """
SELECT d.id AS drive_id, d.number, concat_ws(' / ', d.candidates, d.control, d.tasks_made) AS kept,
       concat_ws(' / ', c.people, c.control, c.going) AS counted
  FROM campaigns_drive d
 CROSS JOIN LATERAL (SELECT count(*)::int AS people, count(*) FILTER (WHERE fate = 'control')::int AS control,
                            count(*) FILTER (WHERE fate = 'task')::int AS going,
                            count(*) FILTER (WHERE fate = 'held')::int AS held
                       FROM campaigns_candidate WHERE drive_id = d.id) c
 WHERE d.state <> 'draft'
   AND ((d.candidates, d.control, d.tasks_made) <> (c.people, c.control, c.going)
        OR c.held <> (SELECT COALESCE(sum(value::int), 0) FROM jsonb_each_text(d.held_back))
        OR EXISTS (SELECT FROM campaigns_candidate p WHERE p.drive_id = d.id AND (p.fate = 'task') <>
                   EXISTS (SELECT FROM campaigns_task t WHERE t.drive_id = d.id AND t.customer_id = p.customer_id)))
"""

# A task shows its newest live event and how many there are.
TASK_EVENTS = """
SELECT t.id AS task_id, t.drive_id, concat_ws(' / ', t.outcome, t.visits) AS kept,
       concat_ws(' / ', COALESCE(v.outcome, ''), v.n) AS counted
  FROM campaigns_task t
 CROSS JOIN LATERAL (SELECT count(*)::int AS n, (array_agg(outcome ORDER BY at DESC, id DESC))[1] AS outcome
                       FROM campaigns_visit WHERE task_id = t.id AND live) v
 WHERE (t.outcome, t.visits) <> (COALESCE(v.outcome, ''), v.n)
"""

# An event counts until another one corrects it or takes it back.
LIVE_EVENTS = """
SELECT v.id AS visit_id, v.task_id, v.live AS kept, NOT v.undoes AND c.id IS NULL AS counted
  FROM campaigns_visit v LEFT JOIN campaigns_visit c ON c.corrects_id = v.id
 WHERE v.live <> (NOT v.undoes AND c.id IS NULL)
"""

# What a cue shows as ticked is the last word about each tick.
CUE_TICKS = """
WITH last AS (
    SELECT DISTINCT ON (cue_id, what) cue_id, what, "on" FROM campaigns_tick ORDER BY cue_id, what, id DESC),
counted AS (SELECT cue_id, array_agg(what::text ORDER BY what) AS ticks FROM last WHERE "on" GROUP BY cue_id)
SELECT q.id AS cue_id, q.sheet_id, array_to_string(q.ticks, ' ') AS kept, array_to_string(n.ticks, ' ') AS counted
  FROM campaigns_cue q LEFT JOIN counted n ON n.cue_id = q.id
 WHERE (q.ticks <> '{}' OR n.cue_id IS NOT NULL)
   AND ARRAY(SELECT unnest(q.ticks)::text ORDER BY 1) <> COALESCE(n.ticks, '{}')
"""

_EVENTS = N_("events")

FIELD_INVARIANTS = (
    Invariant(
        "drive_sums", FIELD, N_("Candidates = held back + held out + tasks, for every drive"),
        N_("Somebody on a frozen list got lost. Look at the drive's history."),
        N_("drives"), "SELECT count(*) FROM campaigns_drive", DRIVE_SUMS,
    ),
    Invariant(
        "task_events", FIELD, N_("A task shows its newest outcome that counts"),
        N_("A list says something else than the door's history. Correct the outcome once more: it is settled anew."),
        N_("tasks"), "SELECT count(*) FROM campaigns_task", TASK_EVENTS,
    ),
    Invariant(
        "live_events", FIELD, N_("An outcome counts until it is corrected or taken back"),
        N_("The visit table counts an outcome twice or not at all."),
        _EVENTS, "SELECT count(*) FROM campaigns_visit", LIVE_EVENTS,
    ),
    Invariant(
        "cue_ticks", FIELD, N_("A cue shows the last word about each tick"),
        N_("A cue sheet says something else than its history. Tick it once more."),
        _EVENTS, "SELECT count(*) FROM campaigns_tick", CUE_TICKS,
    ),
)  # fmt: skip
