"""Field work with a bit of everything, for promises about the whole: a drive with one held out, a ticked cue."""

import uuid

from django.utils import timezone

from campaigns.cuesheets.models import Cue, CueSheet, Tick
from campaigns.drives.models import Drive
from tests.campaigns.drives_world import make_door, running_drive
from tests.cast import Cast


def worked_on(cast: Cast) -> Drive:
    drive = running_drive(cast, controls=[make_door(cast, "9")])
    sheet = CueSheet.objects.create(
        community=cast.cuiping, station=cast.cuiping_station, day=drive.begins_on, drawn_at=timezone.now()
    )
    customer = drive.tasks.select_related("customer")[0].customer
    cue = Cue.objects.create(sheet=sheet, customer=customer, say="ordinary", ticks=["told"])
    Tick.objects.create(uuid=uuid.uuid4(), digest="-", cue=cue, what="told", on=True, staff=cast.staff)
    return drive
