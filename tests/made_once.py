"""One worker of a suite makes the tables; the others copy them instead of running every migration again."""

import fcntl
from pathlib import Path
from typing import IO

from django.db import connection


class Tables:
    """`lock` is a file that all workers of a run share, `name` that of the database which they copy. A lock ends with
    the worker that holds it, so that the next makes the tables when the first has died over them."""

    def __init__(self, lock: Path, name: str) -> None:
        self.lock, self.name = lock, name
        self.held: IO[str] | None = None
        self.kept = False

    def await_turn(self) -> None:
        """Return with the turn to make them, or when they are there to be copied."""
        self.held = self.lock.open("w")
        fcntl.flock(self.held, fcntl.LOCK_EX)
        if self._exist():
            connection.settings_dict["TEST"]["TEMPLATE"] = self.name
            self._let_go()

    def keep(self) -> None:
        """Let the others copy what has just been made; nobody may be connected to it meanwhile."""
        if self.held:
            made = connection.settings_dict["NAME"]
            connection.close()
            _run(f"CREATE DATABASE {_quoted(self.name)} TEMPLATE {_quoted(made)}")
            self.kept = True
            self._let_go()

    def drop(self) -> None:
        if self.kept:
            _run(f"DROP DATABASE {_quoted(self.name)}")

    def _exist(self) -> bool:
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [self.name])
            return cursor.fetchone() is not None

    def _let_go(self) -> None:
        assert self.held
        self.held.close()
        self.held = None


def _run(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
