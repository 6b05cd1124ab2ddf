"""Uploads are let go after a while: the file on disk and its staging tables. What the import said of itself stays.

Nothing reads them then: a written import is taken back from the database, and one that nobody decided about for so long
is cancelled. An import without its upload has no `stored_as`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib.limits import UPLOAD_DAYS
from opsdesk.lib.runs.models import Job
from users.imports import staging, storage
from users.imports.models import ImportFile

State = ImportFile.State
UNDECIDED = (State.UPLOADED, State.CHECKING, State.READY)
NOT_DECIDED = "not_decided"  # refusal code of an import that waited too long


@dataclass(frozen=True)
class Cleared:
    """Imports looked at, uploads let go, and how many bytes that freed."""

    looked: int = 0
    uploads: int = 0
    bytes: int = 0


def clear(as_of: date, days: int = UPLOAD_DAYS) -> Cleared:
    """Let go of every upload more than `days` older than the date. Twice is once; a file at work is left alone."""
    before = timezone.make_aware(datetime.combine(as_of - timedelta(days=days), time()))
    looked = ImportFile.objects.exclude(stored_as="").count()
    freed = [size for file in _old(before) if (size := _let_go(file.pk, days)) is not None]
    strays = list(_strays(before))
    for name in strays:
        storage.remove(name)
    return Cleared(looked, len(freed) + len(strays), sum(freed))


def let_go(file: ImportFile, by: StaffMember) -> bool:
    """Let go of one upload because somebody asks for it; False while it is at work or waits for a decision."""
    if file.state in UNDECIDED or _let_go(file.pk) is None:
        return False
    write_log(staff=by, verb="let_go", thing="import", thing_id=file.pk, detail={"file": file.name})
    return True


def may_let_go(file: ImportFile) -> bool:
    at_work = file.state in (State.COMMITTING, State.UNDOING) or (file.job is not None and file.job.is_open)
    return bool(file.stored_as) and file.state not in UNDECIDED and not at_work


def _old(before: datetime) -> QuerySet[ImportFile]:
    """Of a written import the day of writing counts: until then its rows may still be asked for."""
    last = Greatest(F("uploaded_at"), F("committed_at"), output_field=DateTimeField())
    return _at_rest().annotate(last=last).filter(last__lt=before)


def _at_rest() -> QuerySet[ImportFile]:
    open_job = Q(job__state__in=Job.OPEN) | Q(state__in=(State.COMMITTING, State.UNDOING))
    return ImportFile.objects.exclude(stored_as="").exclude(open_job).order_by("pk")


def _let_go(file_id: int, days: int = UPLOAD_DAYS) -> int | None:
    """Bytes freed, None when somebody set it to work meanwhile. First the row, then the disk: a crash between the two
    leaves a stray, which the next night finds."""
    with transaction.atomic():
        file = _at_rest().select_for_update(of=("self",)).filter(pk=file_id).first()
        if file is None:
            return None
        name, file.stored_as = file.stored_as, ""
        if file.state in UNDECIDED:
            file.state, file.refusal = State.CANCELLED, {"code": NOT_DECIDED, "params": {"days": days}}
        file.save(update_fields=["stored_as", "state", "refusal"])
        staging.drop(file.pk)
    storage.remove(name)
    return file.size


def _strays(before: datetime) -> Iterator[str]:
    """Old files of uploads that broke off before their import was made, or whose import is let go."""
    known = set(ImportFile.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    for name, changed in storage.everything():
        if name not in known and changed < before.timestamp():
            yield name
