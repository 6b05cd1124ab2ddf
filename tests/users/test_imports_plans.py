"""What the planner believes of the tables may be long out of date: an import is planned well all the same.

The plans are looked at, not the clock: a nested loop over a sequential scan is what takes minutes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from opsdesk.lib import sql
from tests import importing
from tests.importing import export, row
from users.imports import staging

pytestmark = pytest.mark.django_db

MANY, FEWER = 30_000, 10_000
TABLES = ["users_customer", "users_order", "users_orderline", "users_product", "users_category"]
PLANNED = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|CREATE \w+ TABLE \S+ (ON COMMIT DROP )?AS)\b")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def slow_plans(monkeypatch) -> list[str]:
    """What was planned to scan a big table again and again, as the commit and the preview went along."""
    found: list[str] = []
    usual = staging.run

    def run(tables, text, params=None):
        touched = 0
        for statement in tables.sql(text).split(";"):
            if PLANNED.match(statement):
                found.extend(f"{node}: {statement.strip()[:60]}" for node in loops_over_scans(plan(statement, params)))
            touched = usual(tables, statement.replace("{", "{{").replace("}", "}}"), params)
        return touched

    monkeypatch.setattr(staging, "run", run)
    return found


def plan(statement: str, params: dict[str, Any] | None) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", params)
        answer = cursor.fetchone()[0]
    return (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]


def loops_over_scans(node: dict[str, Any]) -> Iterator[str]:
    children = node.get("Plans", [])
    if node["Node Type"] == "Nested Loop":
        yield from (scan for inner in children[1:] for scan in scans(inner))
    for child in children:
        yield from loops_over_scans(child)


def scans(node: dict[str, Any]) -> Iterator[str]:
    """Scans of many rows, and those by an index that every order of a shop shares."""
    name = node.get("Relation Name") or node.get("CTE Name", "")
    if node["Node Type"] in ("Seq Scan", "CTE Scan") and is_big(name):
        yield f"{node['Node Type']} {name}"
    if node.get("Index Name", "").startswith("users_order_source_id"):
        yield f"Index Scan {node['Index Name']}"
    for child in node.get("Plans", []):
        yield from scans(child)


def is_big(name: str) -> bool:
    """More than a thousand rows in truth; of what a statement makes itself nobody knows."""
    schema = "staging." if name.startswith("import_") and name[7].isdigit() else ""
    return name == "named" or bool(sql.value(f"SELECT count(*) > 1000 FROM {schema}{name}"))


def believe_empty() -> None:
    """As after an ANALYZE of tables whose rows had all been deleted, and none since."""
    oids = "SELECT unnest(%(tables)s)::regclass"
    sql.run(f"UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE oid IN ({oids})", tables=TABLES)
    sql.run(f"DELETE FROM pg_statistic WHERE starelid IN ({oids})", tables=TABLES)


def many(customers: int, amount: str = "10.00") -> bytes:
    """As many customers as orders, two lines each; goods without a category."""
    return export(
        *(
            row(f"A{n}", phone=f"138{n:08d}", product=f"P{n % 6000 + line}", category="", amount=amount)
            for n in range(customers)
            for line in (0, 1)
        )
    )


def test_a_first_import_is_planned_well_though_everything_looks_empty(slow_plans):
    believe_empty()
    file = importing.committed(importing.checked(many(MANY)), chunk_orders=8_000)
    assert (file.created, slow_plans) == (2 * MANY, [])


def test_so_is_a_second_one_that_changes_everything(slow_plans):
    importing.imported(many(FEWER))
    slow_plans.clear()
    believe_empty()
    file = importing.checked(many(FEWER, "12.00"))
    believe_empty()
    file = importing.committed(file, chunk_orders=4_000)
    assert (file.updated, slow_plans) == (2 * FEWER, [])


def test_a_nested_loop_over_a_scan_would_be_seen():
    """The control."""
    importing.imported(many(FEWER))
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "indexscan", "bitmapscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    joined = "SELECT * FROM users_order o JOIN users_customer c ON c.id = o.customer_id"
    assert list(loops_over_scans(plan(joined, None))) != []
