"""A real grocer's two months, read here without the importer: what the night counts is what others counted, and its
week of almost no sales, 18 to 24 December 2000, rings in its districts.

(tests/users/test_imports_real_files.py takes the same file through the importer.)
"""

import csv
import datetime as dt
import gzip
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Sum

from communities.models import Community
from users.lifecycle import queries as lifecycle
from users.purchases.models import CohortCell, CustomerDay
from users.retention import alert_actions as alerts
from users.retention.models import RetentionAlert
from users.rfm import queries as rfm

DATA = Path(__file__).parents[3] / "shared" / "data"
LINES, COHORTS = DATA / "ta_feng_2000-11_12.gb18030.csv.gz", DATA / "ta_feng_2000-11_12.weekly_cohorts.csv"
AS_OF = dt.date(2001, 1, 1)
BAD_WEEK = dt.date(2000, 12, 18)

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


@cache
def read() -> tuple[Counter[tuple[str, str]], dict[str, str]]:
    """In one go. Fen by phone and day: the export has no order numbers, so these are its orders. Phone to the district
    that its latest order names."""
    found: Counter[tuple[str, str]] = Counter()
    named: dict[str, tuple[str, str]] = {}
    with gzip.open(LINES, "rt", encoding="gb18030", newline="") as file:
        for row in csv.DictReader(file):
            phone, day = row["手机号"], row["下单时间"]
            found[phone, day] += round(float(row["实付金额"]) * 100)
            if row["小区"]:
                named[phone] = max(named.get(phone, ("", "")), (day, row["小区"]))
    return found, {phone: district for phone, (_day, district) in named.items()}


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
    rows = StringIO("".join(f"{phone}\t{day}\t{fen}\n" for (phone, day), fen in read()[0].items()))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE told (phone text, day date, fen bigint) ON COMMIT DROP")
        cursor.cursor.copy_expert("COPY told FROM STDIN", rows)
        for statement in WRITE:
            cursor.execute(statement)


def settle() -> None:
    """Customers and their orders into their districts."""
    _orders, home = read()
    ids = {
        name: Community.objects.create(code=f"d{n}", name=name).pk for n, name in enumerate(sorted(set(home.values())))
    }
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE homes (phone text, community_id int) ON COMMIT DROP")
        cursor.executemany("INSERT INTO homes VALUES (%s, %s)", [(phone, ids[name]) for phone, name in home.items()])
        cursor.execute("ANALYZE homes, users_customer, users_order")  # all of them look empty still
        cursor.execute("""
            UPDATE users_order o SET community_id = h.community_id
              FROM users_customer c JOIN homes h ON h.phone = c.phone WHERE c.id = o.customer_id
        """)


@pytest.fixture(scope="module")
def night(django_db_setup, django_db_blocker) -> Iterator[None]:
    """One night over all of it."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            write_orders()
            settle()
        call_command("recompute", "--as-of", str(AS_OF), stdout=StringIO(), stderr=StringIO())
        yield
        call_command("flush", interactive=False, verbosity=0)


def test_cohorts_of_a_real_grocer_are_those_that_were_published(night: None, db: None) -> None:
    days = CustomerDay.objects.aggregate(orders=Sum("orders"), net=Sum("net"))
    assert CustomerDay.objects.values("customer_id").distinct().count() == 23_589
    assert (days["orders"], days["net"]) == (58_626, 52_313_646_00)
    assert counted() == published()
    assert sum(count.customers for count in lifecycle.totals(AS_OF).values()) == 23_589
    assert sum(row.customers for row in rfm.board(AS_OF)) == 23_589  # no addresses: nobody is a proxy buyer
    assert len(lifecycle.mondays()) == 9


def test_the_week_of_almost_no_sales_raises_falls_and_no_other_week_does(night: None, db: None) -> None:
    falls = RetentionAlert.objects.filter(direction="fall")
    assert {one.cohort + one.k * dt.timedelta(weeks=1) for one in falls} == {BAD_WEEK}
    assert {(one.cohort, one.k) for one in falls} == {(dt.date(2000, 12, 11), 1), (dt.date(2000, 12, 4), 2)}
    assert "新北市汐止区221" in {one.community.name for one in falls}
    assert alerts.raise_due(AS_OF).falls == 0
