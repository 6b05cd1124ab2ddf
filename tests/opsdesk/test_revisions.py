"""What boards read is remembered, and let go with the first write to what it was read from."""

import threading

import pytest
from django.db import connections, transaction

from opsdesk.lib import revisions, sql

TABLES = (
    "communities_community", "coupons_subsidytotal", "users_cohortcell", "users_communityday", "users_communityperiod",
    "users_flowweek", "users_funnelcell", "users_funneltotal", "users_lifecyclecount", "users_referral",
    "users_retentionalert", "users_snapshotday", "users_spend", "users_stationday", "users_variable",
    "users_weekbudget", "users_weekrates",
)  # fmt: skip
WRITES = (
    "INSERT INTO {table} SELECT * FROM {table} WHERE false",
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table} WHERE false",
    "TRUNCATE {table} CASCADE",
)


@pytest.mark.django_db
def test_the_tables_that_are_watched_are_these() -> None:
    assert revisions.watched() == set(TABLES)


@pytest.mark.django_db
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("table", TABLES)
def test_every_statement_that_writes_to_a_watched_table_is_a_new_revision(table: str, write: str) -> None:
    column = sql.value("SELECT attname FROM pg_attribute WHERE attrelid = %(t)s::regclass AND attnum = 1", t=table)
    before = revisions.now()
    sql.run(write.format(table=table, column=column))
    assert revisions.now() != before


@pytest.mark.django_db
def test_the_same_revision_is_read_once_and_another_anew() -> None:
    answers = iter("abc")
    first = revisions.now()
    assert [revisions.kept(first, "word", lambda: next(answers)) for _ in range(2)] == ["a", "a"]
    assert revisions.kept(first, "other word", lambda: next(answers)) == "b"
    sql.run("UPDATE users_snapshotday SET policy_version = policy_version")
    assert revisions.kept(revisions.now(), "word", lambda: next(answers)) == "c"


def test_only_so_many_results_are_kept_and_the_longest_unused_goes_first(monkeypatch) -> None:
    monkeypatch.setattr(revisions, "MOST", 2)
    for word in ("a", "b", "a", "c"):
        revisions.kept((1, 1), word, lambda word=word: f"{word} first")
    assert [revisions.kept((1, 1), word, lambda: "anew") for word in ("a", "c", "b")] == ["a first", "c first", "anew"]


@pytest.mark.django_db
def test_what_is_taken_back_is_the_state_before_and_what_follows_is_not_what_was_taken_back() -> None:
    before = revisions.now()
    point = transaction.savepoint()
    sql.run("DELETE FROM users_flowweek")
    within = revisions.now()
    transaction.savepoint_rollback(point)
    assert revisions.now() == before
    sql.run("DELETE FROM users_flowweek")
    assert revisions.now() not in (before, within)


@pytest.mark.django_db
def test_rows_that_are_let_go_are_one_newer_revision() -> None:
    sql.run("DELETE FROM users_flowweek")
    before = revisions.now()
    revisions.forget()
    assert revisions.now() != before
    assert revisions.now()[0] == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_the_one_that_began_first_may_be_done_last() -> None:
    """Its number is the lower one: by the newest alone, what it wrote would never be seen."""
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            sql.run("DELETE FROM users_flowweek")
            begun.set()
            may_end.wait(10)
        connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert begun.wait(10)
    sql.run("DELETE FROM users_communityday")
    between = revisions.now()
    may_end.set()
    writer.join()
    after = revisions.now()
    assert after[1] == between[1], "the control: the newest has not moved"
    assert after != between
