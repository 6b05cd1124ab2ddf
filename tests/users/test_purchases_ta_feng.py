"""A real grocer's two months, imported as any export is: what the roll-ups count is what others counted."""

import csv
import datetime as dt
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
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


def test_cohorts_of_a_real_grocer_are_those_that_were_published(db: None) -> None:
    call_command("import_orders", str(LINES), "--create-communities", stdout=StringIO(), stderr=StringIO())
    days = CustomerDay.objects.aggregate(orders=Sum("orders"), net=Sum("net"))
    assert CustomerDay.objects.values("customer_id").distinct().count() == 23_589
    assert (days["orders"], days["net"]) == (58_626, 52_313_646_00)
    assert counted() == published()

    call_command("recompute", "--as-of", str(AS_OF), stdout=StringIO(), stderr=StringIO())
    assert sum(count.customers for count in lifecycle.totals(AS_OF).values()) == 23_589
    assert sum(row.customers for row in rfm.board(AS_OF)) + rfm.cleaning(AS_OF).proxy_customers == 23_589
    assert len(lifecycle.mondays()) == 9
    assert counted() == published()  # the night rebuilt them and found nothing to correct
