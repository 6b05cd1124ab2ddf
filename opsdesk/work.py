"""Who does which kind of waiting work, and when the night is queued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from communities.policies.rules import Policies
from coupons.grants import issuing
from coupons.handover import calling
from opsdesk import nightly, telling, trust
from opsdesk.demo import case_story, coupon_story, field_story, planting, practice_story, world
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.actions import Handler, Hold
from opsdesk.lib.runs.models import Job
from users.imports import actions as imports
from users.lifecycle import queries as lifecycle
from users.lifecycle import rules as lifecycle_rules
from users.outbox import actions as outbox
from users.outbox import sending
from users.purchases import queries as purchases

NIGHTLY, RECOMPUTE, PLANT = "nightly", "recompute", "plant_demo"
_CHANGING = (imports.COMMIT, imports.UNDO)  # kinds of work after which the numbers are old


def compute(hold: Hold) -> Mapping[str, Any]:
    """A night, or a recompute that somebody asked for by hand (and that a worker takes over when it died)."""
    payload = hold.job.payload
    places = payload.get("places")
    night = nightly.night_of(
        date.fromisoformat(payload["as_of"]),
        None if places is None else tuple(places),
        tidy=hold.job.kind == NIGHTLY,
    )
    return nightly.run(night, hold)


@dataclass(frozen=True)
class Classes:
    """Lifecycle classes as the next night will give them: what the check of an import shows as its effect."""

    as_of: date
    policies: Mapping[int, Policies]

    def class_of(self, first: date | None, last: date | None, community_id: int | None) -> str:
        return lifecycle_rules.class_from_days(first, last, self.as_of, self.policies[community_id or 0])


def check(hold: Hold) -> Mapping[str, Any]:
    return imports.check_file(hold, Classes(timezone.localdate(), purchases.policies_by_place()))


def then_the_night(handler: Handler) -> Handler:
    """The handler, and after it the night of today once more: the numbers are old now."""

    def handle(hold: Hold) -> Mapping[str, Any] | None:
        result = handler(hold)
        queue_nightly(timezone.localdate(), again=True)
        return result

    return handle


def plant(hold: Hold) -> None:
    """Sample data by a worker, who says file by file how far it is. Batches are for classes, so a night comes before
    the coupons; the last one follows by itself."""
    city = world.build(until=date.fromisoformat(hold.job.payload["until"]))

    def tell(text: str) -> None:
        hold.beat(note=text[:200])

    planting.plant(city, tell)
    nightly.run(nightly.night_of(city.until), hold)
    coupon_story.plant(city, tell)
    field_story.plant(city, tell)
    practice_story.plant(city, tell)
    case_story.plant(city, tell)
    queue_nightly(city.until)


HANDLERS: dict[str, Handler] = {
    imports.CHECK: telling.of_import(check),
    imports.COMMIT: telling.of_import(then_the_night(imports.commit_file)),
    imports.UNDO: telling.of_import(then_the_night(imports.undo_file)),
    NIGHTLY: telling.of_night(compute),
    RECOMPUTE: telling.of_night(compute),
    trust.KIND: trust.handle,
    PLANT: plant,
    outbox.SEND: sending.send,
    issuing.KIND: issuing.issue,
    calling.KIND: calling.call,
}


def queue_nightly(as_of: date, again: bool = False, by: Any = None) -> Job | None:
    """Queue the night of a date, unless it is done and nothing was imported since; `again`: in any case.

    While one runs that may have passed the news already, another is queued behind it.
    """
    if not again and _is_done(as_of):
        return None
    slot = as_of.isoformat()
    job = runs.queue(NIGHTLY, slot=slot, payload={"as_of": slot}, by=by)
    if again and job.state == Job.State.RUNNING:
        job = runs.queue(NIGHTLY, slot=f"{slot} again", payload={"as_of": slot}, by=by)
    return job


def _is_done(as_of: date) -> bool:
    nights = Job.objects.filter(kind=NIGHTLY, payload__as_of=as_of.isoformat(), state=Job.State.DONE)
    last, day = nights.order_by("-id").first(), lifecycle.snapshot_day(as_of)
    if last is None or day is None or purchases.newest_change() > day.last_change_id:
        return False
    return not Job.objects.filter(kind__in=_CHANGING, state=Job.State.DONE, finished_at__gt=last.started_at).exists()
