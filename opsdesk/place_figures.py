"""Customers and goods for the places pages, which stand below them and may not look up."""

from typing import Any

from django.db import connection

from communities.places.figures import Figures, People
from users.lifecycle.models import SnapshotDay
from users.orders.models import Category, Product

# One row a community as of a day (key as_of, community_id, lifecycle): everybody known, and who ever paid.
_PEOPLE = """
SELECT community_id, sum(customers)::int, COALESCE(sum(customers) FILTER (WHERE lifecycle <> 'prospect'), 0)::int
  FROM users_lifecyclecount WHERE as_of = %s GROUP BY community_id
"""


def latest() -> Figures:
    """As of the newest day that was computed; no day, no people."""
    newest = SnapshotDay.objects.order_by("-as_of").values_list("as_of", flat=True).first()
    rows: list[tuple[Any, ...]] = []
    if newest:
        with connection.cursor() as cursor:
            cursor.execute(_PEOPLE, [newest])
            rows = cursor.fetchall()
    people = {community_id: People(customers, payers) for community_id, customers, payers in rows}
    return Figures(newest, people, products=Product.objects.count(), categories=Category.objects.count())
