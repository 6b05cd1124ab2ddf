import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from communities import arguments
from opsdesk import nightly, work
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.actions import Hold
from opsdesk.lib.runs.models import Job, Step

BUSY, STOPPED = 3, 130


def a_date(text: str) -> date:
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "Compute customer-days, stations, lifecycle, RFM and taste tags as of a date (everything placed before its "
        "00:00, Asia/Shanghai), and every Monday before it that is missing or stale. The same again writes nothing. "
        "With --community CODE only the rows of that community are written; where it borrows the company's cut points, "
        "or scores are taken over the company, these are counted from everybody but not rewritten. "
        "Prints one line a step, progress goes to the error output. "
        "Exit codes: 0 done, 1 failed (the step says why; run it again), 2 wrong use, 3 another run is at work, "
        "130 stopped by Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=a_date, metavar="DATE", help="as 2018-05-07; today when left out")
        parser.add_argument("--community", metavar="CODE", help="write this community's rows only")
        parser.add_argument("--json", action="store_true", help="print the steps as JSON")

    def handle(self, *args: Any, as_of: date | None, community: str | None, **options: Any) -> None:
        today = timezone.localdate()
        as_of = as_of or today
        if as_of > today:
            raise CommandError(f"{as_of} lies in the future; today is {today}.", returncode=2)
        place = arguments.community(community)
        places = None if place is None else (place.pk,)
        hold = self._take(as_of, places)
        self._run(hold, nightly.night_of(as_of, places))
        self._print(hold.job, as_of, community, options["json"])

    def _take(self, as_of: date, places: tuple[int, ...] | None) -> Hold:
        """A job in the run log, taken before any worker can see it."""
        if nightly.is_running():
            raise CommandError(
                "Another recompute is at work; see the run log. Try again when it is done.", returncode=BUSY
            )
        slot = f"{as_of} {places[0]}" if places else as_of.isoformat()
        with transaction.atomic():
            job = runs.queue(work.RECOMPUTE, slot=slot, payload={"as_of": as_of.isoformat(), "places": places})
            hold = runs.take([work.RECOMPUTE], job.id)
        if hold is None:
            told = (
                f"This date is held by job #{job.id}. If its process died, it is free again in {runs.LEASE.seconds} s."
            )
            raise CommandError(told, returncode=BUSY)
        return hold

    def _run(self, hold: Hold, night: nightly.Night) -> None:
        try:
            result = nightly.run(night, hold, tell=self._tell)
        except KeyboardInterrupt:
            hold.end(Job.State.CANCELLED, error="stopped at the keyboard")
            sys.exit(STOPPED)
        except Exception as error:
            hold.end(Job.State.FAILED, error=f"{type(error).__name__}: {error}")
            raise CommandError(f"The recompute did not finish: {error}") from error
        hold.end(Job.State.DONE, result=result)

    def _tell(self, text: str) -> None:
        self.stderr.write(text)

    def _print(self, job: Job, as_of: date, community: str | None, as_json: bool) -> None:
        steps = list(Step.objects.filter(job=job))
        if as_json:
            told = {"as_of": as_of.isoformat(), "community": community, "steps": [_as_data(step) for step in steps]}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for step in steps:
            self.stdout.write(_as_line(step))


def _as_data(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "seconds": round(step.seconds or 0, 3),
        "rows_read": step.rows_read,
        "rows_written": step.rows_written,
        "facts": step.facts,
    }


def _as_line(step: Step) -> str:
    facts = "".join(
        f", {name} {value:,}" if isinstance(value, int) else f", {name} {value}" for name, value in step.facts.items()
    )
    return f"{step.name}: {step.rows_read:,} read, {step.rows_written:,} written{facts} ({step.seconds:.2f} s)"
