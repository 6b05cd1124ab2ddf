"""What one person may send in the browser or over the API: how many imports an hour, how much kept on disk."""

import math
from datetime import datetime, timedelta

from django.db.models import Min, Sum

from communities.models import StaffMember
from opsdesk.lib import limits, rates
from users.imports.models import ImportFile


class NoRoom(Exception):
    """`kept` bytes of `most` are taken; the oldest upload goes by itself in `wait` seconds."""

    def __init__(self, kept: int, most: int, wait: int) -> None:
        super().__init__(kept, most, wait)
        self.kept, self.most, self.wait = kept, most, wait


def take(by: StaffMember, size: int, now: datetime) -> None:
    """One import more, of `size` bytes. Raises NoRoom or rates.TooOften; then nothing is counted."""
    kept = ImportFile.objects.filter(uploaded_by=by).exclude(stored_as="")
    told = kept.aggregate(bytes=Sum("size"), oldest=Min("uploaded_at"))
    taken = int(told["bytes"] or 0)
    if taken and taken + size > limits.UPLOAD_BYTES:
        goes = told["oldest"] + timedelta(days=limits.UPLOAD_DAYS + 1)
        raise NoRoom(taken, limits.UPLOAD_BYTES, max(1, math.ceil((goes - now).total_seconds())))
    rates.spend("imports", limits.IMPORTS, by.pk, now)
