"""The rows that stayed out, whole, to be mended and sent again: full phones, so for a logged reason only."""

import io
from tempfile import TemporaryFile

from django.db import transaction
from django.http import HttpResponse

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib import exports
from users.imports import quarantine
from users.imports.models import ImportFile


@transaction.atomic
def refused_rows(file: ImportFile, *, by: StaffMember, reason: str) -> HttpResponse:
    """CSV with the file's own columns, then line, reason and what to do. It ends without the usual mark of the taker,
    which would be one more bad row when the mended file comes back; the log knows who took it and why."""
    write_log(
        staff=by, verb="export", thing="import", thing_id=file.pk, reason=reason,
        detail={"rows": file.refused, "what": "refused rows", "revealed": True},
    )  # fmt: skip
    body = TemporaryFile()  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(body, encoding="utf-8-sig", newline="", write_through=True)
    text.writelines(exports.lines(quarantine.head(file), quarantine.rows(file)))
    text.detach()
    body.seek(0)
    return exports.answer(exports.Written(body, file.refused), exports.CSV, f"import-{file.pk}-left-out")
