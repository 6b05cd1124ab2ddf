"""Imports under several hands and under kill -9: nothing lost, nothing doubled. Each promise has a control."""

import datetime as dt
import io
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.db.models import Sum

from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests import importing
from tests.importing import checked, export, imported, row, world
from users.imports import actions, commit_sql, committing, lanes, staging, turns
from users.imports.models import ImportFile
from users.orders.models import Order, OrderLine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(turns, "_PAUSE", 0.05)
    yield
    importing.clear_staging()


# -- At once -------------------------------------------------------------------------------------------------------


def at_once(*works: Callable[[], object]) -> None:
    """Each in a thread with a connection of its own."""

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def write_all_at_once(files: list[ImportFile], **payload: object) -> list[str]:
    """Commit them in as many threads; the states of their jobs afterwards."""
    jobs = [actions.queue_commit(file, None, chunk_orders=5, **payload) for file in files]
    at_once(*(lambda job=job: runs.work(importing.HANDLERS, job.pk) for job in jobs))
    for file in files:
        file.refresh_from_db()
    return [job.state for job in Job.objects.filter(pk__in=[job.pk for job in jobs])]


@contextmanager
def slowly(seconds: float) -> Iterator[None]:
    """Opens the window between reading what is there, or seeing that nothing can be, and writing it."""
    usual = staging.run

    def run(tables, text, params=None):
        if text in (commit_sql.BEFORES, commit_sql.ALL_NEW_ORDERS):
            sql.rows("SELECT pg_sleep(%(seconds)s)", seconds=seconds)
        return usual(tables, text, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "run", run)
        yield


MANY = [row(f"A{n}", phone=f"1380013{n:04d}", amount=str(n + 1), at="2018-05-01 10:00") for n in range(20)]


def test_the_same_file_five_times_at_once_is_in_once():
    content = export(*MANY)
    files: list[ImportFile] = []
    at_once(*(lambda: files.append(checked(content)) for _ in range(5)))
    with slowly(0.02):
        assert write_all_at_once(files) == ["done"] * 5
    assert sorted(file.created for file in files) == [0, 0, 0, 0, 20]
    assert sorted(file.unchanged for file in files) == [0, 20, 20, 20, 20]
    assert (Order.objects.count(), OrderLine.objects.count()) == (20, 20)
    assert Order.objects.aggregate(net=Sum("net"))["net"] == sum(range(1, 21)) * 100


def test_without_taking_turns_the_same_file_at_once_breaks(monkeypatch):
    """The control: the window is real, and only the lock and the constraint stand in it."""
    imported([line.replace("A", "Z", 1) for line in MANY])
    monkeypatch.setattr(turns, "alone", lambda hold: nullcontext())
    files = [checked(export(*MANY)) for _ in range(2)]
    with slowly(0.3):
        assert write_all_at_once(files) != ["done"] * 2


def test_overlapping_files_at_once_leave_each_order_as_one_of_them_tells_it():
    first = checked(export(*MANY[:15]))
    second = checked(export(*(line.replace(",1,", ",2,") for line in MANY[5:])))
    with slowly(0.02):
        assert write_all_at_once([first, second]) == ["done", "done"]
    last = max((first, second), key=lambda file: file.committed_at)
    both = {f"A{n}" for n in range(5, 15)}
    assert set(Order.objects.filter(number__in=both).values_list("import_id", flat=True)) == {last.pk}
    assert (Order.objects.count(), OrderLine.objects.count()) == (20, 20)
    assert Order.objects.aggregate(net=Sum("net"))["net"] == sum(range(1, 21)) * 100
    assert first.created + second.created == 20


def test_both_lanes_of_a_check_at_once_stage_what_one_after_the_other_does(monkeypatch):
    def staged(file: ImportFile) -> list[list[tuple]]:
        parts = ("lines", "line"), ("orders", "grp"), ("people", "phone")
        tables = staging.Tables(file.pk)
        return [staging.fetch(tables, f"SELECT * FROM {{{part}}} ORDER BY {order}") for part, order in parts]

    rows = [line.replace("1380013", f"138001{n % 7}") for n, line in enumerate(MANY)]
    in_turn = staged(checked(export(*rows)))
    monkeypatch.setattr(staging, "WORTH_TWO", 1)
    assert staged(checked(export(*rows))) == in_turn


def test_a_lane_of_a_check_that_fails_fails_the_check(monkeypatch):
    usual = staging._finish

    def failing(tables, params):
        if tables.lane:
            raise RuntimeError("the odd lane")
        usual(tables, params)

    monkeypatch.setattr(staging, "_finish", failing)
    monkeypatch.setattr(staging, "WORTH_TWO", 1)
    content = io.BytesIO(export(*MANY))
    file = actions.receive(content, "a.csv", "app", None, today=importing.TODAY, options={"create_communities": True})
    file.refresh_from_db()
    runs.work(importing.HANDLERS, file.job_id)
    job = Job.objects.get(pk=file.job_id)
    assert (job.state, "the odd lane" in job.error) == (Job.State.RUNNING, True)  # put back for another try


def test_an_import_that_waits_for_another_says_so():
    file = checked(export(row()))
    job = actions.queue_commit(file, None)
    notes = []

    def watch() -> None:
        while not notes and not Job.objects.filter(pk=job.pk, note=turns.WAITING).exists():
            pass
        notes.append(turns.WAITING)
        sql.rows("SELECT pg_advisory_unlock(%(key)s)", key=turns.LOCK)

    def hold_then_watch() -> None:
        sql.rows("SELECT pg_advisory_lock(%(key)s)", key=turns.LOCK)
        taken.set()
        watch()

    taken = threading.Event()

    def work() -> None:
        taken.wait()
        runs.work(importing.HANDLERS, job.pk)

    at_once(hold_then_watch, work)
    file.refresh_from_db()
    assert (notes, file.state) == ([turns.WAITING], ImportFile.State.DONE)


def test_a_worker_that_was_thought_dead_writes_nothing_more():
    """The fence: another has taken the job, so this one's chunk is rolled back."""
    file = checked(export(*MANY))
    actions.queue_commit(file, None, chunk_orders=5)
    file.refresh_from_db()
    slow = runs.take([actions.COMMIT], file.job_id)
    Job.objects.filter(pk=file.job_id).update(lease_until=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
    fast = runs.take([actions.COMMIT], file.job_id)
    assert slow and fast
    with pytest.raises(runs.Lost):
        actions.commit_file(slow)
    assert Order.objects.count() == 0
    actions.commit_file(fast)
    assert Order.objects.count() == 20


# -- kill -9 -------------------------------------------------------------------------------------------------------


def in_a_process_that_dies(work: Callable[[], object], statements: int) -> bool:
    """Run it in a forked process that kills itself (-9) before its so-manieth statement; whether it died."""
    connection.close()
    child = os.fork()
    if child == 0:
        _work_and_die(work, statements)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _work_and_die(work: Callable[[], object], statements: int) -> None:
    left = iter(range(statements))

    def count(execute, *arguments):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    try:
        with on_every_connection(count):
            work()
    finally:
        os._exit(0)


@contextmanager
def on_every_connection(wrapper: Callable[..., object]) -> Iterator[None]:
    """Around every statement of this thread, and of those that it starts."""

    def wrap(connection, **_kwargs):
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)

    connection_created.connect(wrap)
    try:
        with connection.execute_wrapper(wrapper):
            yield
    finally:
        connection_created.disconnect(wrap)


def statements_of(work: Callable[[], object]) -> int:
    """How many statements it takes when nobody kills it."""
    counted = []

    def count(execute, *arguments):
        counted.append(1)
        return execute(*arguments)

    with on_every_connection(count):
        work()
    return len(counted)


def expire_lease(job_id: int) -> None:
    Job.objects.filter(pk=job_id).update(lease_until=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))


def finish(job_id: int) -> None:
    expire_lease(job_id)
    runs.work(importing.HANDLERS, job_id)
    job = Job.objects.get(pk=job_id)
    assert job.state == Job.State.DONE, job.error


BEFORE = [row("A1", amount="30"), row("A2", phone="13800138001"), row("A3", phone="13800138001", amount="7")]
AFTER = [
    row("A1", amount="31"), row("A1", amount="-5", status="部分退款"), row("A2", phone="13800138001"),
    row("B1", phone="13800138002", community="新村"), row("B1", phone="13800138002", product="肉", community="新村"),
    row("B2", phone="13800138003", product="鱼", category="水产"), row("B3", name="王大明", at="2018-05-02 10:00"),
    row("A3", phone="13800138001", amount="8"), row("B4", phone="13800138004", amount="-3", status="已退款"),
]  # fmt: skip


def commit_again() -> ImportFile:
    file = checked(export(*AFTER))
    actions.queue_commit(file, None, chunk_orders=2)
    file.refresh_from_db()
    return file


def moments(total: int, many: int) -> list[int]:
    """Spread over the whole work, with a little chance."""
    dice = random.Random(total)
    return sorted(dice.sample(range(1, total), many))


def test_a_commit_killed_at_any_moment_ends_as_if_it_had_not_been():
    """Fourteen moments: between chunks, inside them, in the preparations and in the roll-ups."""
    imported(BEFORE)
    before = world()
    file = commit_again()
    total = statements_of(lambda: runs.work(importing.HANDLERS, file.job_id))
    expected = world()
    counts = (file.rows, 3, 5, 1)
    for moment in moments(total, 14):
        take_back()
        assert world() == before
        file = commit_again()
        job = file.job_id
        assert in_a_process_that_dies(lambda job=job: runs.work(importing.HANDLERS, job), moment)
        finish(file.job_id)
        assert world() == expected, f"killed at statement {moment} of {total}"
        file.refresh_from_db()
        assert (file.rows, file.updated, file.created, file.unchanged) == counts
    assert total > 60


def take_back() -> None:
    file = ImportFile.objects.latest("pk")
    actions.queue_undo(file, None, today=dt.datetime.now(tz=dt.UTC).date(), chunk_orders=2)
    file.refresh_from_db()
    finish(file.job_id)


def test_taking_back_killed_at_any_moment_ends_as_if_it_had_not_been():
    imported(BEFORE)
    before = world()
    runs.work(importing.HANDLERS, commit_again().job_id)
    file = ImportFile.objects.latest("pk")
    for moment in moments(55, 10):
        actions.queue_undo(file, None, today=dt.datetime.now(tz=dt.UTC).date(), chunk_orders=2)
        file.refresh_from_db()
        job = file.job_id
        in_a_process_that_dies(lambda job=job: runs.work(importing.HANDLERS, job), moment)
        finish(file.job_id)
        assert world() == before, f"killed at statement {moment}"
        file = commit_again()
        runs.work(importing.HANDLERS, file.job_id)


def test_a_check_killed_on_its_way_is_made_again_from_the_start():
    content, options = io.BytesIO(export(*AFTER)), {"create_communities": True}
    file = actions.receive(content, "a.csv", "app", None, today=importing.TODAY, options=options)
    file.refresh_from_db()
    for moment in (8, 15, 22):
        assert in_a_process_that_dies(lambda: runs.work(importing.HANDLERS, file.job_id), moment)
        expire_lease(file.job_id)
    file = importing.worked(file)
    assert (file.state, file.rows, file.refused, file.problems.count()) == ("ready", 9, 0, 2)


def test_a_commit_that_saves_its_checkpoint_first_is_caught_by_this_harness(monkeypatch):
    """The control: checkpoint and rows in two transactions lose rows to a kill between them."""

    def naive(file, tables, hold, ids, odd):
        name = lanes.CHECKPOINTS[odd]
        params = {"file": file.pk, "source": file.source_id, "lo": getattr(file, name), "size": 2, **ids}
        params["hi"], count, _all_new = staging.fetch(tables, commit_sql.NEXT_CHUNK, params)[0]
        if not count:
            return False
        ImportFile.objects.filter(pk=file.pk).update(**{name: params["hi"]})
        with transaction.atomic():
            for statement in (commit_sql.CUSTOMERS, *committing._KNOWN):
                staging.run(tables, statement, params)
        setattr(file, name, params["hi"])
        return True

    monkeypatch.setattr(committing, "_write_chunk", naive)
    monkeypatch.setattr(committing, "_finish", lambda file, tables: None)
    file = commit_again()
    total = statements_of(lambda: runs.work(importing.HANDLERS, file.job_id))
    expected = world()[0]
    outcomes = []
    for moment in moments(total, 14):
        for table in ("users_orderline", "users_order", "users_customerday"):
            sql.run(f"DELETE FROM {table}")
        file = commit_again()
        job = file.job_id
        in_a_process_that_dies(lambda job=job: runs.work(importing.HANDLERS, job), moment)
        finish(file.job_id)
        outcomes.append(world()[0] == expected)
    assert not all(outcomes)


# -- A crash of the server -----------------------------------------------------------------------------------------


def test_staging_tables_that_a_crash_emptied_are_made_again():
    imported(BEFORE)
    file = commit_again()
    tables = staging.Tables(file.pk)
    for part in ("lines", "heads", "people"):
        sql.run(f"TRUNCATE {tables.names[part]}")  # what recovery leaves of an unlogged table
    runs.work(importing.HANDLERS, file.job_id)
    file.refresh_from_db()
    assert (file.state, file.rows, file.created, file.updated) == ("done", 9, 5, 3)


def test_staging_tables_lost_in_the_middle_of_a_commit_are_made_again():
    file = commit_again()
    job = file.job_id
    total = 85
    assert in_a_process_that_dies(lambda: runs.work(importing.HANDLERS, job), total)
    assert Order.objects.count() > 0
    staging.drop(file.pk)
    finish(file.job_id)
    file.refresh_from_db()
    assert (file.state, file.rows) == ("done", file.created + file.updated + file.unchanged + file.refused)
    assert Order.objects.count() == 7
