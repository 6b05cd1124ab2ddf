"""SQL in, rows out: for queries that are SQL in a named constant."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

_CHUNK = 2000


def rows(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def value(sql: str, **params: Any) -> Any:
    """The first column of the first row, None when there is none."""
    found = rows(sql, **params)
    return found[0][0] if found else None


def run(sql: str, **params: Any) -> int:
    """For statements that answer nothing: how many rows they touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def stream(sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
    """Rows by a cursor on the server, in bounded memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while chunk := cursor.fetchmany(_CHUNK):
            yield from chunk


def expect_much() -> None:
    """For the rest of a transaction: room for one large hash table, and no compiling of statements, which costs more
    than it saves at this size."""
    run("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")


def expect_everybody() -> None:
    """The same where a statement joins everybody to everybody. Rows written a moment ago have no statistics yet, so
    the planner takes them for one row and loops over everybody for each: forbid it to."""
    expect_much()
    run("SET LOCAL enable_nestloop = off")


def expect_few() -> None:
    """Take that back for statements that start from a small table whose statistics are fresh."""
    run("SET LOCAL enable_nestloop = on")
