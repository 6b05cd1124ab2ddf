"""Cohorts of real shops, read through this slice's own queries, are those that others published."""

import csv
import datetime as dt
import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tests.users import test_purchases_ta_feng as ta_feng
from users.purchases import actions as purchases
from users.retention import queries, rules

DATA = Path(__file__).parents[3] / "shared" / "data"
RETAIL, MONTHS = DATA / "online_retail.csv.gz", DATA / "online_retail.published_monthly_cohorts.csv"

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not ta_feng.LINES.exists(), reason=f"the real file {ta_feng.LINES} is not here")
def test_weekly_cohorts_of_a_real_grocer_are_the_published_ones_by_either_query(db: None) -> None:
    ta_feng.write_orders()
    purchases.rebuild()
    for rows in (queries.cells(ta_feng.AS_OF, None, grain="week"), queries.week_cells(ta_feng.AS_OF, None)):
        cells = rules.by_cohort(row[1:] for row in rows)
        found = {(cohort, k): cell.customers for cohort, some in cells.items() for k, cell in some.items()}
        assert {key: n for key, n in found.items() if n} == ta_feng.published()
    out = StringIO()
    call_command("export", "cohorts", "--as-of", str(ta_feng.AS_OF), stdout=out, stderr=StringIO())
    written = csv.DictReader(StringIO(out.getvalue()))
    told = {(dt.date.fromisoformat(row["cohort"]), int(row["k"])): int(row["customers"]) for row in written}
    assert {key: n for key, n in told.items() if n} == ta_feng.published()


def months() -> dict[tuple[dt.date, int], int]:
    with MONTHS.open(encoding="utf-8") as file:
        rows = [(dt.date.fromisoformat(f"{row.pop('cohort')}-01"), row) for row in csv.DictReader(file)]
    return {(cohort, int(k)): int(float(n)) for cohort, row in rows for k, n in row.items() if n}


def bought(*, free_too: bool) -> set[tuple[str, str]]:
    """Phone and day. As those who published did: no cancellations (C…), no lines without a customer."""
    with gzip.open(RETAIL, "rt", encoding="utf-8", errors="replace", newline="") as file:
        return {
            (row["Phone"], row["InvoiceDate"].split()[0])
            for row in csv.DictReader(file)
            if row["CustomerID"] and not row["InvoiceNo"].startswith("C") and (free_too or float(row["UnitPrice"]) > 0)
        }


@pytest.mark.skipif(not RETAIL.exists(), reason=f"the real file {RETAIL} is not here")
@pytest.mark.parametrize("free_too", [False, True])
def test_monthly_cohorts_of_a_real_shop_are_the_91_published_cells(free_too: bool, db: None) -> None:
    """They leave out what was given away; here an order of amount 0 counts, which is one customer of November 2011."""
    write_days(bought(free_too=free_too))
    purchases.rebuild()
    rows = queries.cells(dt.date(2012, 1, 1), None, grain="month")
    cells = rules.by_cohort(row[1:] for row in rows)
    found = {(cohort, k): cell.customers for cohort, some in cells.items() for k, cell in some.items()}
    expected = months()
    assert len(expected) == 91
    expected[dt.date(2011, 11, 1), 0] += free_too
    assert found == expected


def write_days(days: set[tuple[str, str]]) -> None:
    rows = StringIO("".join(f"{phone}\t{day}\t100\n" for phone, day in days))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE told (phone text, day date, fen bigint) ON COMMIT DROP")
        cursor.cursor.copy_expert("COPY told FROM STDIN", rows)
        for statement in ta_feng.WRITE:
            cursor.execute(statement)
