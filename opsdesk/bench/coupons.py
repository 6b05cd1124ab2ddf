"""bench coupons: the issue of one batch beside COPY of the very rows that it wrote, coupons and touches."""

import io
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

from django.db import connection
from django.utils import timezone

from coupons.batches.models import Batch
from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.grants import issuing
from coupons.grants.models import Grant
from opsdesk.bench import scratch
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from users.contact.actions import TOUCH_COLUMNS

ROUNDS = 3
MOST = 200_000  # coupons

_CUSTOMERS = """
INSERT INTO users_customer (phone, phone_grams, name, address, building, unit, room, channel, left_censored)
SELECT '139' || lpad(n::text, 8, '0'), '{}', '', '', '', '', '', '', FALSE FROM generate_series(1, %(many)s) n
"""
_MEMBERS = """
INSERT INTO coupons_batchmember (batch_id, customer_id, community_id, lifecycle, rfm_class, fate, reason, draw)
SELECT %(batch)s, id, 0, 'silent', '', 'send', '', ('x' || substr(md5(id::text), 1, 7))::bit(28)::int
  FROM users_customer
"""
_COLUMNS = (
    "id, batch_id, coupon_id, customer_id, nth, code, community_id, station_id, reserved, issued_at, valid_from, "
    "expires_at, state, used_at, order_id, order_number, discount, ended_at, void_reason"
)
WRITTEN = {"coupons_grant": _COLUMNS, "users_touch": f"id, {TOUCH_COLUMNS}"}


def run(lines: int) -> None:
    """Print rows a second of each and the ratio; the database is made for the run and dropped."""
    many = min(lines, MOST)
    with scratch.database():
        sql.run(_CUSTOMERS, many=many)
        ours: list[float] = []
        theirs: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            batch = _approved(many)
            ours.append(_seconds(lambda batch=batch: _issue(batch)))  # type: ignore[misc]
            for name, seconds in _copied().items():
                theirs.setdefault(name, []).append(seconds)
        _tell(many, median(ours), {name: median(all_) for name, all_ in theirs.items()})


def _approved(many: int) -> Batch:
    for table in ("coupons_grant", "users_touch", "coupons_batchmember"):
        sql.run(f"TRUNCATE {table} CASCADE")
    today, number = timezone.localdate(), f"B-{Batch.objects.count()}"
    coupon = Coupon.objects.create(
        code=number, name=number, kind="threshold", threshold=4900, amount_off=1200, valid_days=7
    )
    budget = Budget.objects.create(name=number, begins_on=today, ends_on=date.max - timedelta(1), amount=10**12)
    batch = Batch.objects.create(
        number=number, name=number, coupon=coupon, budget=budget, state="approved", candidates=many, recipients=many
    )
    sql.run(_MEMBERS, batch=batch.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return batch


def _issue(batch: Batch) -> None:
    """With everything that belongs to it: gate, codes, touches, checkpoints."""
    job = issuing.queue(batch.pk)
    runs.work({issuing.KIND: issuing.issue}, job.pk)
    job.refresh_from_db()
    if job.state != Job.State.DONE or Grant.objects.count() != batch.recipients:
        raise SystemExit(f"the issue did not end well: {job.error}")


def _copied() -> dict[str, float]:
    """Seconds of COPY of what the issue wrote: into tables without indexes, and into the emptied ones it wrote to."""
    rows = {table: _rows(table) for table in WRITTEN}
    bare = {table: _copy(table, rows[table], _bare(table)) for table in WRITTEN}
    sql.run(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")
    own = {table: _copy(table, rows[table], table) for table in WRITTEN}
    return {
        "coupons, without indexes": bare["coupons_grant"],
        "coupons, into their table": own["coupons_grant"],
        "coupons and touches, without indexes": sum(bare.values()),
        "coupons and touches, into their tables": sum(own.values()),
    }


def _rows(table: str) -> io.StringIO:
    rows = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({WRITTEN[table]}) TO STDOUT", rows)
    return rows


def _bare(table: str) -> str:
    sql.run(
        f"DROP TABLE IF EXISTS bare; CREATE UNLOGGED TABLE bare AS SELECT {WRITTEN[table]} FROM {table} WITH NO DATA"
    )
    return "bare"


def _copy(table: str, rows: io.StringIO, into: str) -> float:
    """Seconds."""
    rows.seek(0)
    with connection.cursor() as cursor:
        return _seconds(lambda: cursor.copy_expert(f"COPY {into} ({WRITTEN[table]}) FROM STDIN", rows))


def _seconds(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _tell(many: int, ours: float, theirs: dict[str, float]) -> None:
    print(f"issue of {many:,} coupons: {ours:.1f} s, {many / ours:,.0f} a second")  # noqa: T201
    for name, seconds in theirs.items():
        print(f"COPY {name}: {seconds:.2f} s, {many / seconds:,.0f} a second; ours is {seconds / ours:.0%} of it")  # noqa: T201
