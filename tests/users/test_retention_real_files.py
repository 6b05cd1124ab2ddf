"""Cohorts of real shops, read through this slice's own queries, are those that others published."""

import csv
import datetime as dt
import gzip
from collections import defaultdict
from functools import cache
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


NEVER_PAID = "15400013256"  # one order, 2011-11-25: 12,540 paper stickers at a price of 0


@cache
def bought() -> dict[str, dict[str, bool]]:
    """Days of each phone, and whether anything of the day had a price. As those who published did: no cancellations
    (C...), no lines without a customer."""
    days: dict[str, dict[str, bool]] = defaultdict(dict)
    with gzip.open(RETAIL, "rt", encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"] and not row["InvoiceNo"].startswith("C"):
                day = row["InvoiceDate"].split()[0]
                days[row["Phone"]][day] = days[row["Phone"]].get(day, False) or float(row["UnitPrice"]) > 0
    return days


def monthly(days: dict[str, dict[str, bool]]) -> dict[tuple[dt.date, int], int]:
    write_days({(phone, day) for phone, some in days.items() for day in some})
    purchases.rebuild()
    rows = queries.cells(dt.date(2012, 1, 1), None, grain="month")
    cells = rules.by_cohort(row[1:] for row in rows)
    return {(cohort, k): cell.customers for cohort, some in cells.items() for k, cell in some.items()}


@pytest.mark.skipif(not RETAIL.exists(), reason=f"the real file {RETAIL} is not here")
def test_monthly_cohorts_of_a_real_shop_are_the_91_published_cells_without_who_never_paid(db: None) -> None:
    """Orders of amount 0 count here, those of paying customers too: they change no cell."""
    days = bought()
    assert [phone for phone, some in days.items() if not any(some.values())] == [NEVER_PAID]
    assert sum(not priced for some in days.values() for priced in some.values()) > 1
    found = monthly({phone: some for phone, some in days.items() if phone != NEVER_PAID})
    assert len(found) == 91
    assert found == months()


@pytest.mark.skipif(not RETAIL.exists(), reason=f"the real file {RETAIL} is not here")
def test_who_never_paid_is_one_more_of_one_published_cell(db: None) -> None:
    """The published table leaves out the one customer who only ever got something for nothing; here an order of amount
    0 counts (a coupon may have paid it), so that one of the 91 cells is larger by that customer."""
    expected = months()
    expected[dt.date(2011, 11, 1), 0] += 1
    assert monthly(bought()) == expected


def write_days(days: set[tuple[str, str]]) -> None:
    rows = StringIO("".join(f"{phone}\t{day}\t100\n" for phone, day in days))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE told (phone text, day date, fen bigint) ON COMMIT DROP")
        cursor.cursor.copy_expert("COPY told FROM STDIN", rows)
        for statement in ta_feng.WRITE:
            cursor.execute(statement)
