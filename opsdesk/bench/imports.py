"""bench import: a made-up export through our import, beside what else could carry the same lines somewhere."""

import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError

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


OURS, COPY, FLOOR = "ours", "copy", "floor"


@dataclass(frozen=True)
class Peer:
    """`ready` prepares for a file, with a folder to work in, and returns what is timed."""

    what: str
    ready: Callable[[Path, Path], import_peers.Measure]
    sliced: bool = False


_SLICED = f" (a slice of {SLICE:,} lines, extrapolated)"
PEERS = {
    COPY: Peer("COPY of the file's columns into one plain table", lambda path, _: import_peers.bare_copy(path)),
    FLOOR: Peer(
        "COPY of the finished rows into tables indexed as ours", lambda _, folder: import_peers.finished(folder)
    ),
    "pandas": Peer("pandas.read_csv, into memory", lambda path, _: import_peers.by_pandas(path)),
    "duckdb": Peer("DuckDB, into a table on disk", import_peers.by_duckdb),
    "orm": Peer(
        f"ORM, bulk upsert of one row a line{_SLICED}", lambda path, _: import_peers.by_orm(path, SLICE), sliced=True
    ),
    "import-export": Peer(
        f"django-import-export, the same{_SLICED}",
        lambda path, _: import_peers.by_import_export(path, SLICE),
        sliced=True,
    ),
    "import-export-whole": Peer(
        f"django-import-export, customer, order and line{_SLICED}",
        lambda path, _: import_peers.by_import_export_whole(path, SLICE),
        sliced=True,
    ),
}


@dataclass(frozen=True)
class Measured:
    what: str
    seconds: float
    lines: int

    @property
    def speed(self) -> float:
        return self.lines / self.seconds


def run(lines: int, only: Collection[str] = ()) -> None:
    """Print the table; the database is made for the run and dropped. `only`: OURS and keys of PEERS, all by default."""
    unknown = set(only) - {OURS, *PEERS}
    if unknown:
        raise CommandError(f"{', '.join(sorted(unknown))}: choose from {', '.join((OURS, *PEERS))}")
    with scratch.database(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "orders.csv"
        written = generate.write(path, lines)
        steps = _best_of_ours(path) if not only or {OURS, FLOOR} & set(only) else {}
        rows = [*_ours_told(steps, written), *_others(path, folder, written, only or PEERS)]
        _tell(written, path.stat().st_size, steps, rows)


def _best_of_ours(path: Path) -> dict[str, float]:
    return min((_ours(path) for _ in range(ROUNDS)), key=lambda found: sum(found.values()))


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
    if not steps:
        return []
    whole = sum(steps.values())
    written = whole - sum(steps.get(name, 0) for name in APART)
    return [
        Measured("ours: read, cleaned, staged, committed", written, lines),
        Measured("ours, with the preview of its effect", written + steps["effect"], lines),
        Measured("ours, with the preview and the roll-ups", whole, lines),
    ]


def _others(path: Path, folder: Path, lines: int, wanted: Collection[str]) -> list[Measured]:
    return [
        Measured(peer.what, _best(peer.ready(path, folder)), SLICE if peer.sliced else lines)
        for name, peer in PEERS.items()
        if name in wanted
    ]


def _best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(ROUNDS))


def _tell(lines: int, size: int, steps: dict[str, float], rows: list[Measured]) -> None:
    bare = next((row for row in rows if row.what == PEERS[COPY].what), None)
    _say(f"{lines:,} lines, {size / 1e6:.0f} MB; best of {ROUNDS}; the ratio is to bare COPY")
    for row in rows:
        ratio = f"{100 * row.speed / bare.speed:8.2f} %" if bare else ""
        _say(f"{lines / row.speed:9.2f} s {row.speed:12,.0f} lines/s {ratio}  {row.what}")
    for row in rows if steps else []:
        if "import-export" in row.what:
            _say(f"{rows[0].speed / row.speed:.0f} times as fast as {row.what}")
    if steps:
        _say("ours by step: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items()))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
