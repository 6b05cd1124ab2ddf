"""bench pages: the pages of insight on a million made-up lines, beside the same numbers counted from raw orders."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from communities.models import Assignment, StaffMember
from opsdesk.bench import pages_sql, recompute, scratch, world_sql
from opsdesk.lib import revisions, sql

WARM, ROUNDS, RAW_ROUNDS = 5, 60, 3
MOST_MS, MOST_SQL_MS, TIMES = 25, 10, 50  # the goals: server time and SQL at the 95th percentile, raw beside SQL
# Names of files without their digests: nothing has collected them, and no page is slower or faster for it.
_PLAIN = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PAGES = {
    "cohorts": pages_sql.COHORTS,
    "dashboard": pages_sql.DASHBOARD,
    "growth": pages_sql.GROWTH,
    "funnel": pages_sql.FUNNEL,
}


@dataclass
class Served:
    """Milliseconds of one page over all rounds."""

    whole: list[float] = field(default_factory=list)
    in_sql: list[float] = field(default_factory=list)
    statements: int = 0


def run(lines: int) -> None:
    """Print the table; the database is made for the run and dropped."""
    with scratch.database():
        as_of = date.fromisoformat(world_sql.START) + timedelta(days=world_sql.DAYS)
        recompute.make(lines, pages_sql.REGISTRATIONS)
        recompute.night(as_of)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES=_PLAIN):
            _load()
            _compare(_manager(), as_of)
            gc.unfreeze()


def _load() -> None:
    """As opsdesk/wsgi.py does: what is loaded is never looked through again by the collector."""
    reverse("home")
    gc.collect()
    gc.freeze()


def _compare(client: Client, as_of: date) -> None:
    print(f"{'page':<20}{'p50 ms':>9}{'p95 ms':>9}{'SQL p95':>9}{'queries':>9}{'raw ms':>10}{'raw / SQL':>11}")  # noqa: T201
    for name, raw in PAGES.items():
        raw_ms = _raw_ms(raw, as_of)
        for when in ("again", "anew"):
            _tell(f"{name}, {when}", _serve(client, reverse(name), anew=when == "anew"), raw_ms)


def _manager() -> Client:
    manager = StaffMember.objects.create_user("bench", password=None, name="bench", language="zh-hans")
    Assignment.objects.create(staff=manager, role="operations_manager")
    client = Client()
    client.force_login(manager)
    return client


def _serve(client: Client, address: str, *, anew: bool) -> Served:
    """Again and again; `anew`: as if something had been written between any two."""
    found = Served()
    for n in range(WARM + ROUNDS):
        if anew:
            revisions.forget()
        with _statements() as spent:
            whole = _ms(lambda: _get(client, address))
        if n >= WARM:
            found.whole.append(whole)
            found.in_sql.append(sum(spent))
            found.statements = len(spent)
    return found


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")


@contextmanager
def _statements() -> Iterator[list[float]]:
    """Milliseconds of every statement inside."""
    spent: list[float] = []

    def timed(execute: Callable[..., Any], *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            spent.append((time.perf_counter() - began) * 1000)

    with connection.execute_wrapper(timed):
        yield spent


def _raw_ms(statement: str, as_of: date) -> float:
    return median(_ms(lambda: sql.rows(statement, as_of=as_of)) for _ in range(RAW_ROUNDS))


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def _tell(name: str, served: Served, raw: float) -> None:
    whole, in_sql = _p95(served.whole), _p95(served.in_sql)
    ratio = raw / median(served.in_sql)
    met = whole <= MOST_MS and in_sql <= MOST_SQL_MS and ratio >= TIMES
    line = f"{name:<20}{median(served.whole):>9.1f}{whole:>9.1f}{in_sql:>9.1f}{served.statements:>9}"
    print(f"{line}{raw:>10.0f}{ratio:>10.0f}x  {'met' if met else 'missed'}", flush=True)  # noqa: T201
