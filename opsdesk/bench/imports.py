"""bench import: a made-up export through our import, beside what else could carry the same lines somewhere."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opsdesk import work
from opsdesk.bench import generate, import_peers, scratch
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job, Step
from users.imports import actions, storage
from users.imports.models import ImportFile

ROUNDS = 3
SLICE = 2_000  # lines for the peers that go row by row
TODAY = date(2026, 12, 31)
HANDLERS = {actions.CHECK: work.check, actions.COMMIT: actions.commit_file}
APART = ("effect", "refresh")
EMPTIED = """
TRUNCATE users_order, users_orderline, users_customer, users_product, users_category, users_customerday,
         users_communityday, users_cohortcell CASCADE
"""


@dataclass(frozen=True)
class Measured:
    what: str
    seconds: float
    lines: int

    @property
    def speed(self) -> float:
        return self.lines / self.seconds


def run(lines: int) -> None:
    """Print the table; the database is made for the run and dropped."""
    with scratch.database(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "orders.csv"
        written = generate.write(path, lines)
        steps = min((_ours(path) for _ in range(ROUNDS)), key=lambda found: sum(found.values()))
        _tell(written, path.stat().st_size, steps, [*_ours_told(steps, written), *_others(path, folder, written)])


def _ours(path: Path) -> dict[str, float]:
    """Seconds by step of one import into empty tables, as a worker does it. `rest`: what lies between them."""
    sql.run(EMPTIED)
    began, last = time.perf_counter(), Step.objects.count()
    with path.open("rb") as stream:
        file = actions.receive(stream, path.name, "bench", None, today=TODAY, options={"create_communities": True})
    _work(file)
    actions.queue_commit(file, None)
    _work(file)
    whole = time.perf_counter() - began
    storage.remove(file.stored_as)
    steps = {step.name: float(step.seconds or 0) for step in Step.objects.order_by("id")[last:]}
    return {**steps, "rest": whole - sum(steps.values())}


def _work(file: ImportFile) -> None:
    file.refresh_from_db()
    assert file.job is not None, "an import that was queued a moment ago"
    job = file.job
    runs.work(HANDLERS, job.pk)
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise RuntimeError(job.error)
    file.refresh_from_db()


def _ours_told(steps: dict[str, float], lines: int) -> list[Measured]:
    whole = sum(steps.values())
    written = whole - sum(steps.get(name, 0) for name in APART)
    return [
        Measured("ours: read, cleaned, staged, committed", written, lines),
        Measured("ours, with the preview of its effect", written + steps["effect"], lines),
        Measured("ours, with the preview and the roll-ups", whole, lines),
    ]


def _others(path: Path, folder: Path, lines: int) -> list[Measured]:
    head = f" (a slice of {SLICE:,} lines, extrapolated)"
    return [
        Measured("COPY of the file's columns into one plain table", _best(import_peers.bare_copy(path)), lines),
        Measured("COPY of the finished rows into tables indexed as ours", _best(import_peers.finished(folder)), lines),
        Measured("pandas.read_csv, into memory", _best(import_peers.by_pandas(path)), lines),
        Measured("DuckDB, into a table on disk", _best(import_peers.by_duckdb(path, folder)), lines),
        Measured("ORM, bulk upsert of one row a line" + head, _best(import_peers.by_orm(path, SLICE)), SLICE),
        Measured("django-import-export, the same" + head, _best(import_peers.by_import_export(path, SLICE)), SLICE),
        Measured(
            "django-import-export, customer, order and line" + head,
            _best(import_peers.by_import_export_whole(path, SLICE)),
            SLICE,
        ),
    ]


def _best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(ROUNDS))


def _tell(lines: int, size: int, steps: dict[str, float], rows: list[Measured]) -> None:
    bare = next(row for row in rows if row.what.startswith("COPY of the file"))
    _say(f"{lines:,} lines, {size / 1e6:.0f} MB; best of {ROUNDS}; the ratio is to bare COPY")
    for row in rows:
        seconds = lines / row.speed
        _say(f"{seconds:9.2f} s {row.speed:12,.0f} lines/s {100 * row.speed / bare.speed:8.2f} %  {row.what}")
    for row in rows[-2:]:
        _say(f"{rows[0].speed / row.speed:.0f} times as fast as {row.what}")
    _say("ours by step: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items()))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
