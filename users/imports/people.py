"""Keeps known customers' own fields what their orders say, after a commit and after it was taken back."""

from django.db import transaction

from opsdesk.lib import sql
from users.imports import people_sql, queries, staging
from users.imports.models import ImportFile
from users.imports.places import Gazetteer
from users.imports.staging import Tables

BATCH = 20_000


def next_batch(tables: Tables, after: int) -> int | None:
    """The last first_grp of the next batch of people, None at the end."""
    last: int | None = staging.fetch(tables, people_sql.NEXT, {"lo": after, "size": BATCH})[0][0]
    return last


@transaction.atomic
def settle_after_commit(file: ImportFile, tables: Tables, lo: int, hi: int, gazetteer: Gazetteer) -> int:
    """Customers that the file found here already: who they were is kept for undoing; how many changed."""
    _begin()
    changed = staging.run(tables, people_sql.CHANGED_BY_FILE, {"file": file.pk, "lo": lo, "hi": hi})
    if changed:
        sql.run(people_sql.BEFORES, file=file.pk)
        _write(gazetteer)
    return changed


@transaction.atomic
def settle_after_undo(file_id: int, customer_ids: list[int]) -> int:
    """What the remaining orders say, else what was known before the file."""
    _begin()
    changed = sql.run(people_sql.CHANGED_BY_UNDO, file=file_id, ids=customer_ids)
    if changed:
        _write(queries.gazetteer())
    return changed


def _begin() -> None:
    sql.run(people_sql.TABLE)
    sql.run("TRUNCATE import_people")


def _write(gazetteer: Gazetteer) -> None:
    moved = sql.rows(people_sql.MOVED)
    doors = [gazetteer.place(community, "", address) for _customer, address, community in moved]
    sql.run(
        people_sql.DOORS,
        ids=[row[0] for row in moved],
        buildings=[door.building for door in doors],
        units=[door.unit for door in doors],
        rooms=[door.room for door in doors],
    )
    sql.run(people_sql.WRITE)
