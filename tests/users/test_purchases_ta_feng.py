"""A real grocer's two months, read here without the importer: what the night counts is what others counted.

(tests/users/test_imports_real_files.py takes the same file through the importer.)
"""

import csv
import datetime as dt
import gzip
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from users.lifecycle import queries as lifecycle
from users.purchases.models import CohortCell, CustomerDay
from users.rfm import queries as rfm

DATA = Path(__file__).parents[3] / "shared" / "data"
LINES, COHORTS = DATA / "ta_feng_2000-11_12.gb18030.csv.gz", DATA / "ta_feng_2000-11_12.weekly_cohorts.csv"
AS_OF = dt.date(2001, 1, 1)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LINES.exists(), reason=f"the real file {LINES} is not here"),
]


def published() -> dict[tuple[dt.date, int], int]:
    """Customers by cohort Monday and week since; weeks with nobody left out."""
    with COHORTS.open(encoding="utf-8") as file:
        rows = [(dt.date.fromisoformat(row.pop("cohort")), row) for row in csv.DictReader(file)]
    return {(cohort, int(week)): int(n) for cohort, row in rows for week, n in row.items() if int(n or 0)}


def counted() -> dict[tuple[dt.date, int], int]:
    found: Counter[tuple[dt.date, int]] = Counter()
    for cell in CohortCell.objects.filter(customers__gt=0):
        found[cell.cohort, (cell.week - cell.cohort).days // 7] += cell.customers
    return dict(found)


def orders() -> dict[tuple[str, str], int]:
    """Fen by phone and day: the export has no order numbers, so these are its orders."""
    found: Counter[tuple[str, str]] = Counter()
    with gzip.open(LINES, "rt", encoding="gb18030", newline="") as file:
        for row in csv.DictReader(file):
            found[row["手机号"], row["下单时间"]] += round(float(row["实付金额"]) * 100)
    return found


WRITE = [
    "INSERT INTO users_source (name) VALUES ('grocer')",
    """
    INSERT INTO users_customer (phone, phone_grams, name, address, building, unit, room, channel, left_censored)
    SELECT DISTINCT phone, '{}'::int[], '', '', '', '', '', '', false FROM told
    """,
    """
    INSERT INTO users_order (source_id, number, customer_id, placed_at, day, state, counted, gross, discount, paid,
                             refunded, refund_told, net, service_amount, amount_known, channel, coupon_code, name,
                             address, address_key, first_import_id, import_id)
    SELECT s.id, t.phone || t.day, c.id, t.day::timestamp AT TIME ZONE 'Asia/Shanghai', t.day, 'paid', true, t.fen, 0,
           t.fen, 0, 0, t.fen, 0, true, '', '', '', '', '', 1, 1
      FROM told t JOIN users_customer c ON c.phone = t.phone CROSS JOIN users_source s
    """,
]


def write_orders() -> None:
    """Straight into the tables: bulk_create would take longer than everything else here."""
    rows = StringIO("".join(f"{phone}\t{day}\t{fen}\n" for (phone, day), fen in orders().items()))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE told (phone text, day date, fen bigint) ON COMMIT DROP")
        cursor.cursor.copy_expert("COPY told FROM STDIN", rows)
        for statement in WRITE:
            cursor.execute(statement)


def test_cohorts_of_a_real_grocer_are_those_that_were_published(db: None) -> None:
    write_orders()
    call_command("recompute", "--as-of", str(AS_OF), stdout=StringIO(), stderr=StringIO())
    days = CustomerDay.objects.aggregate(orders=Sum("orders"), net=Sum("net"))
    assert CustomerDay.objects.values("customer_id").distinct().count() == 23_589
    assert (days["orders"], days["net"]) == (58_626, 52_313_646_00)
    assert counted() == published()
    assert sum(count.customers for count in lifecycle.totals(AS_OF).values()) == 23_589
    assert sum(row.customers for row in rfm.board(AS_OF)) == 23_589  # no addresses: nobody is a proxy buyer
    assert len(lifecycle.mondays()) == 9
