"""The one write that only the pages need."""

from django.db import transaction

from communities.actions import write_log
from communities.models import StaffMember
from users.imports import staging
from users.imports.actions import NotNow
from users.imports.models import ImportFile


@transaction.atomic
def discard(file: ImportFile, by: StaffMember) -> None:
    """Decide against a checked file: nothing of it was written and nothing will be. NotNow when it does not wait."""
    waits = ImportFile.objects.filter(pk=file.pk, state=ImportFile.State.READY)
    if not waits.update(state=ImportFile.State.CANCELLED):
        raise NotNow("This import cannot be changed now.")
    staging.drop(file.pk)
    write_log(staff=by, verb="cancel", thing="import", thing_id=file.pk, detail={"file": file.name})
