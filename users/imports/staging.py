"""A file's rows as unlogged tables of the schema `staging`: made by the check, read by the commit, then dropped."""

import io
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.csv
from django.db import connection, transaction

from opsdesk.lib import sql
from users.imports import lanes, staging_sql
from users.imports.pieces import Pieces

_PLAIN = pa.csv.WriteOptions(include_header=False, batch_size=32_768)  # a chunk at once: a fifth less time than 1,024
_BLOCK = 1_000_000  # bytes handed over at once: psycopg2's 8 kB would wait a thousand times for the interpreter
LANED = ("lines", "heads", "orders", "people")  # whole, and by lane
PARTS = (*LANED, "goods", "service", "wares", "undo")
LANES = {False: "even", True: "odd"}
WORTH_TWO = 20_000  # lines
_EXISTS = "SELECT to_regclass(%s) IS NOT NULL"


@dataclass(frozen=True)
class Tables:
    """The names of one file's staging tables; with a `lane` its parts stand for the whole ones."""

    file_id: int
    lane: bool | None = None

    @property
    def names(self) -> dict[str, str]:
        begin = f"staging.import_{self.file_id}_"
        names = {part: f"{begin}{part}" for part in PARTS}
        parts = {(part, odd): f"{part}_{LANES[odd]}" for part in LANED for odd in LANES}
        names |= {part: f"{begin}{part}" for part in parts.values()}
        if self.lane is not None:
            names |= {part: f"{begin}{parts[part, self.lane]}" for part in LANED}
        return names

    def of_lane(self, odd: bool) -> "Tables":
        return Tables(self.file_id, odd)

    def sql(self, text: str) -> str:
        return text.format(**self.names)


def run(tables: Tables, text: str, params: dict[str, Any] | None = None) -> int:
    """Run statements on a file's tables; how many rows the last one touched."""
    with connection.cursor() as cursor:
        cursor.execute(tables.sql(text), params)
        return int(cursor.rowcount)


def fetch(tables: Tables, text: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(tables.sql(text), params)
        return list(cursor.fetchall())


def drop(file_id: int) -> None:
    run(Tables(file_id), staging_sql.DROP)


def quicken() -> None:
    """For this transaction: no compiling of plans that run once, room for a hash table of a million lines, and rows
    found by index: a chunk touches few of a big table's. No waiting for the disk either: what a crash of the server
    takes along is the newest chunks with their checkpoints, and the job goes on before them. Transactions that end a
    step are not quickened: they wait until they are on the disk, and everything before them then is."""
    sql.run(
        "SET LOCAL jit = off; SET LOCAL work_mem = '128MB'; SET LOCAL random_page_cost = 1.1;"
        "SET LOCAL synchronous_commit = off"
    )


@transaction.atomic
def start(file_id: int) -> Tables:
    """Empty tables for a file, whatever an earlier check left."""
    tables = Tables(file_id)
    run(tables, staging_sql.DROP)
    run(tables, staging_sql.CREATE)
    for some in (tables, tables.of_lane(False), tables.of_lane(True)):
        run(some, staging_sql.ORDERS)
    return tables


def put(tables: Tables, pieces: Pieces) -> None:
    """COPY one chunk in."""
    copy(tables.names["lines"], pieces.lines)
    copy(tables.names["goods"], pieces.goods)
    copy(tables.names["heads"], pieces.heads)


def copy(name: str, rows: pa.Table) -> None:
    """COPY an arrow table into a database table; nulls stay nulls, empty texts stay empty texts."""
    if not rows.num_rows:
        return
    packed = io.BytesIO()
    pa.csv.write_csv(rows.combine_chunks(), packed, _PLAIN)  # arrow writes rubbish for an empty first chunk
    packed.seek(0)
    columns = ", ".join(f'"{column}"' for column in rows.column_names)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN WITH (FORMAT csv)", packed, _BLOCK)


def finish(tables: Tables, *, source_id: int, drop_identical: bool, lines: int) -> None:
    """Lines and heads become orders and people. Not one transaction: what fails is begun anew with the file."""
    params = {"source": source_id, "drop": drop_identical}
    lanes.both(lambda odd: _finish(tables.of_lane(odd), params), at_once=lines > WORTH_TWO)


@transaction.atomic
def _finish(tables: Tables, params: dict[str, Any]) -> None:
    quicken()
    run(tables, staging_sql.NAME_REFUNDS, params)
    run(tables, staging_sql.JOIN_PIECES, params)
    run(tables, staging_sql.PEOPLE)
    run(tables, staging_sql.PEOPLE_INDEXES)


@transaction.atomic
def people_again(tables: Tables) -> None:
    """After orders were taken out."""
    quicken()
    run(tables, "TRUNCATE {people}")
    run(tables, staging_sql.PEOPLE)


def counts(file_id: int) -> tuple[int, int, int] | None:
    """(lines, orders, people) as staged, or None where there is nothing, or what an older version left: compared with
    what the check had put there, since a crash of the server empties unlogged tables without removing them."""
    tables = Tables(file_id)
    with connection.cursor() as cursor:
        cursor.execute(_EXISTS, [tables.names["goods"]])
        if not cursor.fetchone()[0]:
            return None
    lines, orders, people = fetch(tables, staging_sql.COUNTS)[0]
    return lines, orders, people
