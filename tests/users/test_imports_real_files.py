"""The real files that nobody here made up, where they are: every number that others published about them."""

import datetime as dt
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from opsdesk.lib import sql
from tests import importing
from users.customers.models import Customer
from users.imports import actions
from users.imports.models import ImportFile
from users.orders.models import Order, OrderLine

DATA = Path(__file__).parents[3] / "shared" / "data"
TODAY = dt.date(2026, 1, 1)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real files are not beside the project ({DATA})"),
]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def imported(name: str, **options: object) -> ImportFile:
    with (DATA / name).open("rb") as stream:
        chosen = {"create_communities": True} | options
        file = actions.receive(stream, name, "real", None, today=TODAY, options=chosen)
    file = importing.worked(file)
    assert file.state == ImportFile.State.READY, file.refusal
    return importing.committed(file)


def adds_up(file: ImportFile) -> bool:
    return file.rows == file.created + file.updated + file.unchanged + file.refused


# One row a cohort and week with a purchase: its Monday, how many weeks later, customers.
COHORTS = """
SELECT (first - (extract(isodow FROM first)::int - 1))::text,
       ((day - extract(isodow FROM day)::int) - (first - extract(isodow FROM first)::int)) / 7 AS k,
       count(DISTINCT customer_id)
  FROM users_customerday JOIN (SELECT customer_id, min(day) AS first FROM users_customerday GROUP BY 1) f
       USING (customer_id)
 GROUP BY 1, 2
"""


def test_the_taiwanese_grocer():
    """401,838 lines in GB18030, dates only: one order is a phone and a day."""
    file = imported("ta_feng_2000-11_12.gb18030.csv.gz")
    assert (file.rows, file.created, file.refused, file.encoding) == (401_838, 401_838, 0, "gb18030")
    assert Customer.objects.unscoped("a test").count() == 23_589
    totals = Order.objects.filter(counted=True).aggregate(orders=Count("id"), net=Sum("net"))
    assert totals == {"orders": 58_626, "net": 52_313_646_00}
    assert {(cohort, k): n for cohort, k, n in sql.rows(COHORTS)} == _published("ta_feng_2000-11_12.weekly_cohorts.csv")


def _published(name: str) -> dict[tuple[str, int], int]:
    """{(cohort, weeks later): customers}, without the zeros."""
    _head, *lines = (DATA / name).read_text(encoding="utf-8-sig").splitlines()
    rows = [line.split(",") for line in lines]
    return {(row[0], k): int(n) for row in rows for k, n in enumerate(row[1:]) if int(n)}


def test_the_gbk_superstore():
    """An order id shared by up to eight customers is as many orders."""
    file = imported("cn_superstore.gbk.csv")
    assert adds_up(file)
    assert (file.rows, file.refused) == (9_959, 0)
    assert Customer.objects.unscoped("a test").count() == 790
    rows = [line.split(",") for line in (DATA / "cn_superstore.gbk.csv").read_text(encoding="gbk").splitlines()[1:]]
    pairs = {(row[0], row[2]) for row in rows}
    assert Order.objects.count() == len(pairs)
    assert set(Order.objects.values_list("customer__phone", "number")) == pairs


def test_the_british_online_shop():
    """C… invoices are cancellations, a quarter of the lines has no customer, 17850.0 is an id."""
    file = imported("online_retail.csv.gz")
    assert (file.rows, file.refused, file.created) == (541_909, 135_080, 406_829)
    assert adds_up(file)
    assert file.refused_rows.count() == file.problems.filter(code="phone_missing").count() == 135_080
    assert OrderLine.objects.count() == 406_829
    assert OrderLine.objects.filter(is_refund=True).count() == 8_905
    assert Order.objects.filter(state="waiting", counted=False).count() == 3_654

    _check_repurchase()


def _check_repurchase() -> None:
    """Published: 65.58 % of 4,338 customers have more than one invoice once cancellations are left out. The 4,339th
    bought one thing at the price of 0; an order of amount 0 counts here, so they are a customer with one order."""
    counted = Order.objects.filter(counted=True).values("customer").annotate(orders=Count("id"), net=Sum("net"))
    by_customer = {row["customer"]: (row["orders"], row["net"]) for row in counted}
    assert len(by_customer) == 4_339
    assert [pair for pair in by_customer.values() if pair[1] == 0] == [(1, 0)]
    paying = [orders for orders, net in by_customer.values() if net > 0]
    assert len(paying) == 4_338
    assert round(sum(orders > 1 for orders in paying) / len(paying) * 100, 2) == 65.58
