"""Make part of a table equal to the rows of another relation, writing only what differs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from opsdesk.lib import sql


@dataclass(frozen=True)
class Table:
    """A table: its key, the columns that are compared, those that are only stamped on rows that differ, those that
    are given to new rows and then left to others. `dated` names a date column whose earliest change is told."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    stamped: tuple[str, ...] = ()
    at_first: tuple[str, ...] = ()
    dated: str = ""

    @property
    def columns(self) -> str:
        return ", ".join((*self.key, *self.values, *self.stamped, *self.at_first))


@dataclass(frozen=True)
class Written:
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    first: date | None = None

    @property
    def rows(self) -> int:
        return self.inserted + self.updated + self.deleted


def write(table: Table, fresh: str, within: str = "true", **params: Any) -> Written:
    """The rows of `table` that fulfil `within` (columns as t.…) become those of `fresh`: a relation or a bracketed
    query with the table's columns and no row outside `within`. Inside a transaction, under a lock that keeps other
    writers away."""
    if not sql.rows(f"SELECT FROM {table.name} t WHERE {within} LIMIT 1", **params):
        added, first_added = _done(table, _FILL, fresh, within, params)
        return Written(inserted=added, first=first_added)
    gone, first_gone = _done(table, _DELETE, fresh, within, params)
    changed, first_changed = _done(table, _UPDATE, fresh, within, params)
    added, first_added = _done(table, _INSERT, fresh, within, params)
    firsts = [day for day in (first_gone, first_changed, first_added) if day is not None]
    return Written(added, changed, gone, min(firsts, default=None))


_DELETE = """
DELETE FROM {name} t WHERE {within} AND NOT EXISTS (SELECT FROM {fresh} f WHERE {same_key})
"""
_UPDATE = """
UPDATE {name} t SET {settings} FROM {fresh} f
 WHERE {within} AND {same_key} AND ({old}) IS DISTINCT FROM ({new})
"""
_FILL = """
INSERT INTO {name} AS t ({columns}) SELECT {columns} FROM {fresh} f ORDER BY {key}
"""
_INSERT = """
INSERT INTO {name} AS t ({columns})
SELECT {columns} FROM {fresh} f WHERE NOT EXISTS (SELECT FROM {name} t WHERE {within} AND {same_key})
"""


def _done(table: Table, statement: str, fresh: str, within: str, params: dict[str, Any]) -> tuple[int, date | None]:
    text = statement.format(
        name=table.name,
        fresh=fresh,
        within=within,
        columns=table.columns,
        key=", ".join(table.key),  # in the order of the key its index grows at one end
        same_key=" AND ".join(f"f.{column} = t.{column}" for column in table.key),
        settings=", ".join(f"{column} = f.{column}" for column in (*table.values, *table.stamped)),
        old=", ".join(f"t.{column}" for column in table.values),
        new=", ".join(f"f.{column}" for column in table.values),
    )
    if not table.dated:
        return sql.run(text, **params), None
    count, first = sql.rows(
        f"WITH done AS ({text} RETURNING t.{table.dated}) SELECT count(*), min({table.dated}) FROM done", **params
    )[0]
    return count, first
