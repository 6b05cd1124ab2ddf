"""A real grocer's week of almost no sales, 18 to 24 December 2000, rings in its districts; the weeks around it do not
fall."""

import csv
import datetime as dt
import gzip

import pytest
from django.db import connection

from communities.models import Community
from tests.users import test_purchases_ta_feng as ta_feng
from users.purchases import actions as purchases
from users.retention import alert_actions as actions
from users.retention.models import RetentionAlert

BAD_WEEK = dt.date(2000, 12, 18)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ta_feng.LINES.exists(), reason=f"the real file {ta_feng.LINES} is not here"),
]


def districts() -> dict[str, str]:
    """Phone to the district that its latest order names."""
    named: dict[str, tuple[str, str]] = {}
    with gzip.open(ta_feng.LINES, "rt", encoding="gb18030", newline="") as file:
        for row in csv.DictReader(file):
            if row["小区"]:
                named[row["手机号"]] = max(named.get(row["手机号"], ("", "")), (row["下单时间"], row["小区"]))
    return {phone: district for phone, (_day, district) in named.items()}


def settle() -> None:
    """Customers and their orders into their districts."""
    home = districts()
    ids = {
        name: Community.objects.create(code=f"d{n}", name=name).pk for n, name in enumerate(sorted(set(home.values())))
    }
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE homes (phone text, community_id int) ON COMMIT DROP")
        cursor.executemany("INSERT INTO homes VALUES (%s, %s)", [(phone, ids[name]) for phone, name in home.items()])
        cursor.execute("""
            UPDATE users_order o SET community_id = h.community_id
              FROM users_customer c JOIN homes h ON h.phone = c.phone WHERE c.id = o.customer_id
        """)


def test_the_week_of_almost_no_sales_raises_falls_and_no_other_week_does(db: None) -> None:
    ta_feng.write_orders()
    settle()
    purchases.rebuild()
    actions.raise_due(ta_feng.AS_OF)

    falls = RetentionAlert.objects.filter(direction="fall")
    assert {one.cohort + one.k * dt.timedelta(weeks=1) for one in falls} == {BAD_WEEK}
    assert {(one.cohort, one.k) for one in falls} == {(dt.date(2000, 12, 11), 1), (dt.date(2000, 12, 4), 2)}
    assert "新北市汐止区221" in {one.community.name for one in falls}
    assert actions.raise_due(ta_feng.AS_OF).falls == 0
