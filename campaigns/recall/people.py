"""Who a drive is for, read as of a moment: every candidate with the gate's word by channel, their door, their taste."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from campaigns.drives.models import Drive, Offer, Worker
from campaigns.recall.rules import STAFFED, Crew, Person
from campaigns.visits import rules as visits
from communities.policies import queries as policies
from communities.policies.rules import Policies
from coupons.batches import audience
from coupons.batches import rules as batches
from opsdesk.lib import sql
from users.contact import queries as contact
from users.directory import filters as directory

# The audience, looked at once: five gates read it, and a planner that takes it for a handful loops over everybody.
AUDIENCE = """
DROP TABLE IF EXISTS pg_temp.recall_people;
CREATE TEMPORARY TABLE recall_people ON COMMIT DROP AS SELECT a.id AS customer_id FROM ({ids}) AS a(id);
ANALYZE recall_people
"""
# One row a candidate, the words of the gates in the order of the channels. Gates are told beneath each other and
# gathered: joined side by side, each guessed at one row, they are looped over once for everybody. Indexes
# users_customer_pkey, users_standing_pkey, candidate_customer, tagging_once.
PEOPLE = """
WITH told AS ({gates}),
gates AS (SELECT customer_id, array_agg(reason ORDER BY turn) AS reasons FROM told GROUP BY customer_id),
busy AS (
    SELECT DISTINCT k.customer_id FROM recall_people p JOIN campaigns_candidate k USING (customer_id)
      JOIN campaigns_drive d ON d.id = k.drive_id AND d.state = 'running' AND d.id <> %(drive)s
     WHERE k.fate IN ('task', 'control')),
taste AS (
    SELECT DISTINCT ON (t.customer_id) t.customer_id, t.tag_id
      FROM recall_people p JOIN users_tagging t USING (customer_id)
      LEFT JOIN users_contactwish w ON w.customer_id = t.customer_id
     WHERE t.tag_id = ANY(%(tastes)s) AND t.hand <> 'removed' AND NOT COALESCE(w.no_profiling, FALSE)
     ORDER BY t.customer_id, COALESCE(t.share, 1) DESC, t.tag_id)
SELECT p.customer_id, COALESCE(c.community_id, 0), COALESCE(c.station_id, 0), COALESCE(s.lifecycle, ''),
       COALESCE(s.rfm_class, ''), c.building, c.unit, c.room, taste.tag_id, COALESCE(s.net, 0),
       COALESCE(s.purchases, 0), COALESCE(s.is_proxy, FALSE), busy.customer_id IS NOT NULL,
       COALESCE(gates.reasons, '{}')
  FROM recall_people p JOIN users_customer c ON c.id = p.customer_id
  LEFT JOIN gates ON gates.customer_id = p.customer_id
  LEFT JOIN users_standing s ON s.customer_id = p.customer_id
  LEFT JOIN busy ON busy.customer_id = p.customer_id
  LEFT JOIN taste ON taste.customer_id = p.customer_id
 ORDER BY p.customer_id
"""
_GATE = "SELECT {turn} AS turn, customer_id, reason FROM ({gate}) AS gate_{channel}"
_NO_GATE = "SELECT 0 AS turn, NULL::bigint AS customer_id, '' AS reason WHERE FALSE"  # of a draft without channels
_ALWAYS = ("dnc", "profiling")  # the gate's words that no channel changes


def read(drive: Drive, at: datetime) -> list[Person]:
    """The candidates of now, by id. In a transaction; writes nothing that outlives it."""
    sql.expect_much()
    wanted = directory.from_text(drive.audience)
    ids, params = audience.people_sql(audience.scope_of(drive.scope), wanted)
    sql.run(AUDIENCE.replace("{ids}", ids), **params)
    gates, asked = _gates(drive, reached_at(drive, at), batches.is_by_class(wanted.chosen) or drive.best_channel)
    offers = Offer.objects.filter(drive=drive).exclude(taste=None)
    asked |= {"drive": drive.pk, "tastes": list(offers.values_list("taste", flat=True))}
    return [_person(drive.channels, row) for row in sql.rows(PEOPLE.replace("{gates}", gates), **asked)]


def _gates(drive: Drive, at: datetime, by_class: bool) -> tuple[str, dict[str, Any]]:
    """A SELECT a channel, each gate's parameters under its channel's name."""
    told, asked = [], dict[str, Any]()
    for turn, channel in enumerate(drive.channels):
        people = "SELECT customer_id FROM recall_people"
        gate, params = contact.gate(people, {}, channel=channel, at=at, by_class=by_class)
        told.append(_GATE.format(turn=turn, gate=gate.replace("%(gate_", f"%({channel}_gate_"), channel=channel))
        asked |= {f"{channel}_{name}": value for name, value in params.items()}
    return "\n UNION ALL\n".join(told) or _NO_GATE, asked


def _person(channels: list[str], row: tuple[Any, ...]) -> Person:
    customer, community, station, lifecycle, rfm_class, building, unit, room, taste = row[:9]
    net, purchases, proxy, busy, reasons = row[9:]
    gate = dict(zip(channels, reasons, strict=True))
    always = next((word for word in gate.values() if word in _ALWAYS), "")
    return Person(
        customer=customer, community=community, station=station, lifecycle=lifecycle, rfm_class=rfm_class,
        door=(building, unit, room), gate=gate, reason=always or ("proxy" if proxy else "busy" if busy else ""),
        taste=taste, net=net, purchases=purchases,
    )  # fmt: skip


def reached_at(drive: Drive, at: datetime) -> datetime:
    """When its people are reached at the earliest: from its first day, outside quiet hours."""
    limits = contact.limits(policies.for_company())
    first = datetime.combine(drive.begins_on, time(), timezone.get_current_timezone())
    return batches.awake(timezone.localtime(max(at, first)), limits.quiet_from, limits.quiet_to)


def crews(drive: Drive) -> dict[int, Crew]:
    """Who works for the drive, by station (worker_once_a_station)."""
    values = policies.for_every_community()
    found: dict[int, list[Worker]] = {}
    for worker in Worker.objects.filter(drive=drive).select_related("station").order_by("station", "id"):
        found.setdefault(worker.station_id, []).append(worker)
    return {
        station: crew_of(workers, values.get(workers[0].station.community_id, values[None]))
        for station, workers in found.items()
    }


def crew_of(workers: Iterable[Worker], values: Policies) -> Crew:
    workers = list(workers)
    return Crew(
        minutes={one.staff_id: one.shifts * one.shift_minutes for one in workers},
        doors_an_hour={one.staff_id: one.doors_an_hour for one in workers},
        task_minutes=task_minutes(values),
    )


def task_minutes(values: Policies) -> dict[str, int]:
    """What one task of the channels without a walk takes."""
    return {channel: int(visits.minutes_of(channel, values)) for channel in STAFFED - {"door"}}


def draw_of(drive: Drive, customer: int) -> int:
    return batches.draw(drive.number, customer)
