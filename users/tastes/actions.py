"""Write the taste tags; what a person set or removed is left alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction

from opsdesk.lib import sql
from users.customers.models import Tag
from users.orders.models import Category
from users.purchases import actions as purchases
from users.purchases import queries as purchase_queries
from users.tastes import queries

# How a taste is called after its category: data in the language of the company, not of the page.
_NAME: Final = Path(__file__).with_name("tag_name.txt").read_text(encoding="utf-8").strip()
_LONGEST: Final = 40


@dataclass(frozen=True)
class Tagged:
    """tags: kinds of taste there are; customers: with at least one; written: taggings that differed."""

    tags: int = 0
    customers: int = 0
    written: int = 0


@transaction.atomic
def make_taste_tags() -> int:
    """One tag for every category of goods that has none yet; how many were made. Services make no taste."""
    bare = Category.objects.filter(taste=None, is_service=False).order_by("id")
    for category in bare:
        name = _NAME.format(category=category.name[: _LONGEST - len(_NAME.format(category=""))])
        category.taste, _ = Tag.objects.update_or_create(name=name, defaults={"is_taste": True})
        category.save(update_fields=["taste"])
    return len(bare)


@transaction.atomic
def recompute(as_of: date, version: int, places: Collection[int] | None = None) -> Tagged:
    """The tags of everybody (of these places) as of a date."""
    make_taste_tags()
    policies = purchase_queries.policies_by_place(version)
    params = {
        "as_of": as_of,
        "places": list(policies),
        "begins": [as_of - timedelta(days=one.rfm_window_days) for one in policies.values()],
        "shares": [str(one.tag_min_share) for one in policies.values()],
        "purchases": [one.tag_min_purchases for one in policies.values()],
    }
    sql.expect_everybody()
    with purchases.days_under(policies) as days:
        sql.run(queries.TASTES.format(days=days), **params)
    if places is not None:
        sql.run(queries.ELSEWHERE, here=list(places))
    written = sum(
        sql.run(statement, here=None if places is None else list(places))
        for statement in (queries.FORGET, queries.RENEW, queries.ADD)
    )
    [(tags, customers)] = sql.rows("SELECT count(DISTINCT tag_id), count(DISTINCT customer_id) FROM taste")
    sql.run("DROP TABLE taste")
    return Tagged(tags, customers, written)
