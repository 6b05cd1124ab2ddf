import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.cuesheets import actions, queries
from communities.models import ServiceStation
from communities.scoping import Scope
from opsdesk.management.commands.recompute import a_date


class Command(BaseCommand):
    help = (
        "Draw up the cue sheets of a day of delivery: for each station the doors with something to deliver, what to "
        "say, which goods to recommend, which coupon to mention. The same again takes in orders that came since, marks "
        "cancelled ones and keeps every tick. Runs by itself every evening. Prints one line a sheet. "
        "Exit codes: 0 done (also when nothing is delivered that day), 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=a_date, metavar="DATE", help="of delivery, as 2018-05-08 (default: tomorrow)")
        parser.add_argument("--station", metavar="NAME", help="only this station's sheet")
        parser.add_argument("--json", action="store_true", help="print the sheets as JSON")

    def handle(self, *args: Any, day: date | None, station: str | None, **options: Any) -> None:
        day = day or timezone.localdate() + timedelta(days=1)
        only, everybody = _station(station), Scope(everywhere=True)
        actions.draw(day, timezone.now(), only)
        found = [
            {
                "day": day.isoformat(),
                "community": sheet.community.code,
                "station": sheet.station.name if sheet.station else None,
                "doors": sheet.doors,
                "new_payers": sheet.new_payers,
                "gone": sheet.gone,
            }
            for sheet in queries.counted(queries.sheets(everybody, day), everybody)
            if only is None or sheet.station_id == only.pk
        ]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for one in found:
            place = one["station"] or f"{one['community']}, no station"
            self.stdout.write(f"{one['day']} {place}: {one['doors']} doors, {one['new_payers']} new payers")
        if not found:
            self.stdout.write(f"Nothing is delivered on {day}, as far as the orders imported tell.")


def _station(name: str | None) -> ServiceStation | None:
    if name is None:
        return None
    found = ServiceStation.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(ServiceStation.objects.values_list("name", flat=True)) or "none yet"
        raise CommandError(f"There is no station {name}. Known: {known}", returncode=2)
    return found
