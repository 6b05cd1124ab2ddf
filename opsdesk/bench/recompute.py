"""bench recompute: the night on a million made-up lines, and its RFM beside DuckDB and pandas over the raw lines."""

import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from django.db import connection

from opsdesk import work
from opsdesk.bench import peers, scratch, world_sql
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Step
from users.purchases import actions as purchases
from users.purchases import queries as purchase_queries
from users.rfm import actions as rfm
from users.rfm import scoring

ROUNDS = 3


def run(lines: int) -> None:
    """Print the seconds of each and the ratios; the database is made for the run and dropped."""
    with scratch.database(), tempfile.TemporaryDirectory() as folder:
        as_of = date.fromisoformat(world_sql.START) + timedelta(days=world_sql.DAYS)
        _say("made-up rows written", _timed(lambda: make(lines)))
        _first_and_second_night(as_of)
        ours = _our_rfm(as_of)
        _beside_the_others(Path(folder), as_of, ours)


def make(lines: int, *more: str) -> None:
    """The world of world_sql, and what more statements add to it."""
    orders = max(lines * 2 // 5, 1)
    for statement in (*world_sql.STATEMENTS, *more):
        sql.run(statement, lines=lines, orders=orders, customers=max(orders // 4, 1))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _first_and_second_night(as_of: date) -> None:
    for name, day in (("first night", as_of), ("an ordinary night", as_of + timedelta(days=1))):
        seconds = _timed(lambda day=day: night(day))  # type: ignore[misc]
        steps = Step.objects.filter(job__slot=day.isoformat())
        parts = ", ".join(f"{step.name} {step.seconds:.1f}" for step in steps)
        days = steps.get(name="rfm").facts["days"]
        _say(f"{name} ({days} as-of dates): {parts}", seconds)


def night(as_of: date) -> None:
    slot = as_of.isoformat()
    job = runs.queue(work.NIGHTLY, slot=slot, payload={"as_of": slot})
    runs.work({work.NIGHTLY: work.compute}, job.id)
    job.refresh_from_db()
    if job.state != job.State.DONE:
        raise RuntimeError(job.error)


def _our_rfm(as_of: date) -> tuple[float, float]:
    """Seconds of the scoring as the night does it for one date: counted, and counted and written."""
    policies = purchase_queries.policies_by_place()
    counting, writing = [], []
    for n in range(ROUNDS):
        with purchases.days_under(policies) as days:
            counting.append(_timed(lambda days=days: _score(as_of, policies, days)))  # type: ignore[misc]
        day = as_of + timedelta(days=2 + n)
        writing.append(_timed(lambda day=day: rfm.recompute(day, 0)))  # type: ignore[misc]
    _say("RFM, scores counted from customer-days", median(counting))
    _say("RFM, counted and written with everything that belongs to it", median(writing))
    return median(counting), median(writing)


def _score(as_of: date, policies: Any, days: str) -> None:
    with scoring.scored(as_of, policies, days):
        pass


def _beside_the_others(folder: Path, as_of: date, ours: tuple[float, float]) -> None:
    parquet, scores = folder / "lines.parquet", folder / "scores.csv"
    with duckdb.connect() as duck:
        duck.execute("SET threads = 2")
        _copy(world_sql.LINES, folder / "lines.csv")
        duck.execute(f"COPY (FROM read_csv('{folder}/lines.csv')) TO '{parquet}'")
        theirs = median(
            _timed(lambda: duck.execute(peers.DUCKDB.format(lines=parquet, as_of=as_of))) for _ in range(ROUNDS)
        )
        _copy(world_sql.SCORES.format(as_of=as_of), scores)
        [(differing,)] = duck.execute(peers.DIFFERING.format(ours=scores)).fetchall()
        [(rows,)] = duck.execute("SELECT count(*) FROM theirs").fetchall()
        _say("DuckDB over the raw lines as parquet", theirs)
        frames = _timed(lambda: _pandas(duck, parquet, as_of))
        [(apart,)] = duck.execute(peers.DIFFERING.format(ours=scores)).fetchall()
        _say("pandas over the same parquet", frames)
    for what, seconds in zip(("ours, counted", "ours, counted and written"), ours, strict=True):
        _say_ratio(f"{what} / DuckDB", seconds / theirs)
        _say_ratio(f"{what} / pandas", seconds / frames)
    print(f"score rows: {rows:,}; differing from DuckDB: {differing}, from pandas: {apart}")  # noqa: T201


def _pandas(duck: duckdb.DuckDBPyConnection, parquet: Path, as_of: date) -> None:
    found = peers.by_pandas(parquet, as_of).reset_index()
    duck.register("found", found)
    duck.execute("CREATE OR REPLACE TABLE theirs AS SELECT * FROM found")


def _copy(statement: str, path: Path) -> None:
    with path.open("w", encoding="utf-8") as out, connection.cursor() as cursor:
        cursor.cursor.copy_expert(statement, out)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _say(what: str, seconds: float) -> None:
    print(f"{seconds:8.2f} s  {what}", flush=True)  # noqa: T201


def _say_ratio(what: str, ratio: float) -> None:
    print(f"{ratio:8.2f} x  {what}", flush=True)  # noqa: T201
