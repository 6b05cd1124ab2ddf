"""The rows that stayed out, whole, to be mended and sent again: full phones, so for a logged reason only."""

import io
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.http import HttpResponse

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib import exports
from users.imports import quarantine
from users.imports.models import ImportFile


@transaction.atomic
def refused_rows(file: ImportFile, *, by: StaffMember, reason: str) -> HttpResponse:
    """CSV with the file's own columns, then line, reason and what to do; good rows of the same orders come along. It
    ends without the usual mark of the taker, which would be one more bad row when the mended file comes back; the log
    knows who took it and why."""
    body, written = _written(file)
    write_log(
        staff=by, verb="export", thing="import", thing_id=file.pk, reason=reason,
        detail={
            "rows": file.refused, "alongside": written - file.refused, "what": "refused rows", "revealed": True,
        },
    )  # fmt: skip
    return exports.answer(exports.Written(body, written), exports.CSV, f"import-{file.pk}-left-out")


def _written(file: ImportFile) -> tuple[IO[bytes], int]:
    body = TemporaryFile()  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(body, encoding="utf-8-sig", newline="", write_through=True)
    written = -1  # the header is no row
    for line in exports.lines(quarantine.head(file), quarantine.rows(file)):
        text.write(line)
        written += 1
    text.detach()
    body.seek(0)
    return body, written
