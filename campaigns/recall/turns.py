"""One change of a drive at a time: from the state and the revision that were seen, with a line in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from campaigns.drives.models import Drive
from communities.actions import write_log
from communities.models import StaffMember
from coupons.batches import steps
from coupons.batches.steps import Busy
from opsdesk.lib import sql

THING = "drive"
_TURN = 0x52EC  # advisory lock: one drive starts at a time, so that no customer gets into two

__all__ = ["Busy", "Changed", "begin", "in_turn", "log", "no_other_starts"]

in_turn = steps.in_turn


class Changed(Exception):
    """Somebody was first: `drive` as it is now."""

    def __init__(self, drive: Drive) -> None:
        super().__init__(f"{drive.number} is {drive.state}, revision {drive.revision}")
        self.drive = drive


def begin(drive: Drive, *states: str, revision: int | None = None) -> Drive:
    """The drive with its row locked, if it is in one of these states at this revision: the conditions are asked of the
    row itself, again after any wait. Raises Changed."""
    wanted = {} if revision is None else {"revision": revision}
    locked = Drive.objects.select_for_update().filter(pk=drive.pk, state__in=states, **wanted).first()
    if locked is None:
        raise Changed(Drive.objects.get(pk=drive.pk))
    return locked


def no_other_starts() -> None:
    """For the rest of the transaction."""
    sql.value("SELECT pg_advisory_xact_lock(%(key)s)", key=_TURN)


@contextmanager
def editing(drive: Drive, revision: int | None, by: StaffMember | None, **detail: Any) -> Iterator[Drive]:
    """A draft to change: one revision higher afterwards, also in the caller's hands, and in the log."""
    with in_turn():
        locked = begin(drive, "draft", revision=revision)
        yield locked
        locked.revision += 1
        locked.save(update_fields=["revision"])
        log("edit", locked, by, **detail)
    drive.revision = locked.revision


def log(verb: str, drive: Drive, by: StaffMember | None, *, community_id: int | None = None, **detail: Any) -> None:
    said = {"number": drive.number, "revision": drive.revision} | detail
    write_log(staff=by, verb=verb, thing=THING, thing_id=drive.pk, community_id=community_id, detail=said)
