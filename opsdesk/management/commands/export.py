import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from communities import arguments
from communities.policies import queries as policies
from opsdesk.insight import metric_extract as metrics
from opsdesk.lib import exports
from users.directory import actions
from users.directory.extracts import EXTRACTS, Shown
from users.growth import extracts as growth
from users.lifecycle import actions as lifecycle
from users.lifecycle import queries as lifecycle_queries
from users.lifecycle.models import SnapshotDay
from users.retention import extracts as retention
from users.retention import rules
from users.rfm import actions as rfm
from users.rfm import queries as rfm_queries
from users.rfm.models import RfmDay

COHORTS, GROWTH, METRICS = "cohorts", "growth", "metrics"


class Command(BaseCommand):
    help = (
        "Writes a table as CSV (UTF-8) to standard output, in order of customer: segments, rfm, transitions since the "
        "Monday before, or customers; or cohorts (cohort, k, customers; by --grain and --breakdown); "
        "or growth (the flows of each finished week; --breakdown community); "
        "or metrics (every number of each finished period; --grain, --breakdown community or station). "
        "A date that was never computed is computed first. "
        "Names and phones are masked; --reveal REASON shows them and is logged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=sorted([*EXTRACTS, COHORTS, GROWTH, METRICS]))
        parser.add_argument("--as-of", type=_day, metavar="DATE", help="YYYY-MM-DD; today unless told")
        parser.add_argument("--community", metavar="CODE", help="code or name: only those counted in this community")
        parser.add_argument("--grain", choices=list(rules.GRAINS), default="week", help="of cohorts; week unless told")
        parser.add_argument("--breakdown", choices=rules.BREAKDOWNS, default="", help="of cohorts; none unless told")
        parser.add_argument("--reveal", metavar="REASON", help="full names and phones, for a reason that is logged")

    def handle(self, *args: Any, table: str, as_of: date | None, **options: Any) -> None:
        day = as_of or timezone.localdate()
        place = arguments.community(options["community"])
        reason = _reason(options["reveal"])
        _check_growth(table, **options)
        _check_metrics(table, options["breakdown"])
        if table not in (COHORTS, GROWTH, METRICS):
            self._compute_if_missing(table, day)
        act = actions.log_export(
            None, what=table, rows=0, reason=reason, community_id=place.pk if place else None,
            as_of=str(day), revealed=bool(reason), asked="command line",
        )  # fmt: skip
        places = [place.pk] if place else None
        if table == GROWTH:
            head, rows = growth.extract(day, places, options["breakdown"])
        elif table == METRICS:
            head, rows = metrics.extract(day, places, options["grain"], options["breakdown"])
        elif table == COHORTS:
            head, rows = retention.extract(day, places, options["grain"], options["breakdown"])
        else:
            head, rows = EXTRACTS[table].head, EXTRACTS[table].rows(day, places, Shown(in_clear=bool(reason)))
        actions.count_export(act, rows=self._write(head, rows))

    def _compute_if_missing(self, table: str, day: date) -> None:
        """Said on standard error, so that the table stays a table."""
        version = policies.current_version()
        if not _is_whole(lifecycle_queries.snapshot_day(day)):
            self.stderr.write(f"{day} was not computed yet: counting the segments ...")
            lifecycle.recompute(day, version)
        if table == "rfm" and not _is_whole(rfm_queries.rfm_day(day)):
            self.stderr.write(f"{day} was not computed yet: scoring RFM ...")
            rfm.recompute(day, version)

    def _write(self, head: Sequence[str], rows: Iterator[list[Any]]) -> int:
        """How many rows were written; a reader that has seen enough (head, less) ends it quietly."""
        if isinstance(stream := getattr(self.stdout, "_out", None), io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", newline="\n")
        written = -1
        try:
            for line in exports.lines(head, rows):
                self.stdout.write(line, ending="")
                written += 1
            self.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it ends
        return written


def _is_whole(day: SnapshotDay | RfmDay | None) -> bool:
    """Computed, and for every community."""
    return day is not None and day.last_change_id >= 0


def _check_growth(table: str, grain: str, breakdown: str, **_options: Any) -> None:
    if table == GROWTH and (grain != "week" or breakdown not in ("", growth.COMMUNITY)):
        raise CommandError("growth is counted by week, and broken down by community only")


def _check_metrics(table: str, breakdown: str) -> None:
    if table == METRICS and breakdown not in ("", *metrics.BREAKDOWNS):
        raise CommandError("metrics have no other breakdown than community and station")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no date; write it as 2018-05-07") from None


def _reason(text: str | None) -> str:
    if text is not None and not text.strip():
        raise CommandError('--reveal needs a reason, for example: --reveal "courier asked for the list of 7 May"')
    return (text or "").strip()
