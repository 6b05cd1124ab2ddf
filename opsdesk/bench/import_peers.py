"""What else could carry an export somewhere. Each function makes ready and returns what is timed: call it for seconds.

None of them cleans a cell, joins lines to orders or knows a row again; that is said where the figures are shown.
"""

import csv
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import tablib  # type: ignore[import-untyped]
from django.db import connection
from import_export import fields, resources, widgets

from opsdesk.lib import sql
from users.customers.models import Customer
from users.orders.models import Order, OrderLine

Measure = Callable[[], float]
TABLES = ("users_category", "users_product", "users_customer", "users_order", "users_orderline")
KEY = ["source", "number", "customer"]
PLACED = datetime(2026, 1, 1, tzinfo=UTC)
TOLD = (
    "placed_at",
    "day",
    "state",
    "counted",
    "gross",
    "paid",
    "net",
    "name",
    "address",
    "first_import_id",
    "import_id",
)
CHANGED = ["paid", "gross", "net", "state", "name", "address"]


def bare_copy(path: Path) -> Measure:
    """The file as it is, by the server's own CSV reader, into one logged table of texts."""
    with path.open(encoding="gb18030") as file:
        columns = ", ".join(f'"{name}" text' for name in file.readline().strip().split(","))
    sql.run(f"CREATE TABLE bare ({columns})")
    return lambda: _copied("bare", path, "WITH (FORMAT csv, HEADER true, ENCODING 'GB18030')")


def finished(folder: Path) -> Measure:
    """The rows that our import made of it, ready, into tables with the same columns, checks and indexes."""
    sql.run("CREATE SCHEMA finished")
    for name in TABLES:
        sql.run(f"CREATE TABLE finished.{name} (LIKE {name} INCLUDING ALL)")
        with (folder / name).open("wb") as out, connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {name} TO STDOUT", out)
    return lambda: sum(_copied(f"finished.{name}", folder / name, "") for name in TABLES)


def _copied(table: str, path: Path, how: str) -> float:
    sql.run(f"TRUNCATE {table}")
    sql.run("CHECKPOINT")
    with path.open("rb") as file, connection.cursor() as cursor:
        return _timed(lambda: cursor.cursor.copy_expert(f"COPY {table} FROM STDIN {how}", file, 1_000_000))


def by_pandas(path: Path) -> Measure:
    return lambda: _timed(lambda: pd.read_csv(path, encoding="gb18030"))


def by_duckdb(path: Path, folder: Path) -> Measure:
    """It reads UTF-8: the file is put into it beforehand, untimed."""
    plain, base = folder / "utf8.csv", folder / "lines.duckdb"
    plain.write_text(path.read_text("gb18030"), "utf-8")

    def load() -> None:
        with duckdb.connect(str(base)) as duck:
            duck.execute("SET threads = 2")
            duck.execute(f"CREATE OR REPLACE TABLE lines AS FROM read_csv('{plain}', all_varchar = true)")

    return lambda: _timed(load)


def by_orm(path: Path, count: int) -> Measure:
    """bulk_create with update_conflicts, half of the rows there already."""

    def upsert() -> None:
        orders = [Order(**values) for values in _rows(path, count)]
        Order.objects.bulk_create(orders, 2_000, update_conflicts=True, unique_fields=KEY, update_fields=CHANGED)

    def measure() -> float:
        _forget()
        Order.objects.bulk_create([Order(**values) for values in _rows(path, count)][::2])
        return _timed(upsert)

    return measure


class OrderResource(resources.ModelResource):  # type: ignore[misc]
    source = fields.Field("source_id", "source_id", widgets.IntegerWidget())
    customer = fields.Field("customer_id", "customer_id", widgets.IntegerWidget())

    class Meta:
        model = Order
        import_id_fields = ("source", "number", "customer")
        fields = ("number", "source", "customer", "placed_at", "day", "state", "counted", "gross", "paid", "net",
                  "name", "address", "first_import_id", "import_id")  # fmt: skip


class LineResource(resources.ModelResource):  # type: ignore[misc]
    """What a row of an export stands for: its customer, its order and its line, found or made."""

    order = fields.Field("order_id", "order_id", widgets.IntegerWidget())

    class Meta:
        model = OrderLine
        import_id_fields = ()
        fields = ("order", "quantity", "amount", "is_refund")

    def before_import_row(self, row: dict[str, Any], **_: Any) -> None:
        people = Customer.objects.unscoped("a benchmark in a database of its own")
        customer, _made = people.get_or_create(phone=row["phone"], defaults={"name": row["name"]})
        key = {name: row[name] for name in ("number", "source_id")}
        told = {name: row[name] for name in TOLD}
        row["order_id"] = Order.objects.get_or_create(**key, customer=customer, defaults=told)[0].pk


def by_import_export(path: Path, count: int) -> Measure:
    """A ModelResource with its usual settings, rows there already or not as for the ORM."""
    data = _dataset(_rows(path, count))

    def measure() -> float:
        _forget()
        Order.objects.bulk_create([Order(**values) for values in _rows(path, count)][::2])
        return _timed(lambda: OrderResource().import_data(data, raise_errors=True))

    return measure


def by_import_export_whole(path: Path, count: int) -> Measure:
    """The same with customers, orders and lines, none of them there."""
    with path.open(encoding="gb18030", newline="") as file:
        cells = list(islice(csv.reader(file), 1, count + 1))
    rows = [
        {**row, "number": line[0], "phone": line[1][:11], "quantity": 1000, "amount": 100, "is_refund": False}
        for row, line in zip(_rows(path, count), cells, strict=True)
    ]

    def measure() -> float:
        _forget()
        return _timed(lambda: LineResource().import_data(_dataset(rows), raise_errors=True))

    return measure


def _dataset(rows: list[dict[str, Any]]) -> Any:
    return tablib.Dataset(*(list(row.values()) for row in rows), headers=list(rows[0]))


def _rows(path: Path, count: int) -> list[dict[str, Any]]:
    """One order a line, with values that need no cleaning: the cleaning is not what is measured here."""
    with path.open(encoding="gb18030", newline="") as file:
        lines = islice(csv.reader(file), 1, count + 1)
        same = {"source_id": 1, "placed_at": PLACED, "day": PLACED.date(), "first_import_id": 1, "import_id": 1}
        paid = {"state": "paid", "counted": True, "gross": 100, "paid": 100, "net": 100}
        return [
            {"number": f"{line[0]}-{at}", "customer_id": 1, "name": line[2], "address": line[4], **same, **paid}
            for at, line in enumerate(lines)
        ]


def _forget() -> None:
    sql.run("TRUNCATE users_order, users_orderline, users_customer CASCADE")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
