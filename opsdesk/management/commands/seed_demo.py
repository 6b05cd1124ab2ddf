import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from opsdesk import work
from opsdesk.demo import case_story, coupon_story, field_story, planting, practice_story, spend_story, world
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job


class Command(BaseCommand):
    help = (
        "Fill an empty database with the demo world: ten communities, their staff, and forty weeks of orders that are "
        "written as export files and imported like any other. The same arguments make the same world. "
        "Exit codes: 0 filled, 1 the database is not empty (nothing was changed)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=20_000, metavar="N", help="300 or more (default: 20000)")
        parser.add_argument("--seed", type=int, default=7, metavar="S", help="another seed, another city (default: 7)")
        parser.add_argument("--weeks", type=int, default=40, metavar="N", help="10 or more (default: 40)")
        parser.add_argument(
            "--until",
            type=dt.date.fromisoformat,
            metavar="DATE",
            help="the day after the last order, as 2018-05-07 (default: today)",
        )

        parser.add_argument("--orders-only", action="store_true", help="no strategies, coupons or visits: only orders")

    def handle(
        self,
        *args: Any,
        customers: int,
        seed: int,
        weeks: int,
        until: dt.date | None,
        orders_only: bool = False,
        **options: Any,
    ) -> None:
        if not planting.is_empty():
            raise CommandError("The database is not empty; nothing was changed. remove_demo takes a demo away.")
        try:
            city = world.build(customers=customers, seed=seed, weeks=weeks, until=until or timezone.localdate())
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        planting.plant(city, self._say)
        self._run_the_night(city.until)
        if not orders_only:
            coupon_story.plant(city, self._say)
            field_story.plant(city, self._say)
            practice_story.plant(city, self._say)
            case_story.plant(city, self._say)
            spend_story.plant(city, self._say)
            self._run_the_night(city.until)

    def _run_the_night(self, as_of: dt.date) -> None:
        job = work.queue_nightly(as_of, again=True)
        assert job is not None, "asked for in any case"
        runs.work(work.HANDLERS, job.pk)
        job.refresh_from_db()
        if job.state != Job.State.DONE:
            raise CommandError(f"The orders are in, but the night did not finish: {job.error}. Run: recompute")
        for step in job.steps.all():
            self._say(f"{step.name}: {step.rows_written or 0:,} rows written in {step.seconds:.1f} s")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
