"""A database of the benchmark's own on the same server, made for a run and dropped after it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection


@contextmanager
def database() -> Iterator[str]:
    """Inside, the default connection is an empty, migrated database; nobody's data is touched."""
    name, own = f"opsdesk_bench_{os.getpid()}", connection.settings_dict["NAME"]
    _outside(f'CREATE DATABASE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
        _outside(f'DROP DATABASE "{name}" WITH (FORCE)')


def _outside(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
