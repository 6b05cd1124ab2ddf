"""Write the lifecycle snapshots: every Monday for ever, other days while they are fresh."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from communities.policies import queries as policy_queries
from communities.policies.rules import Policies
from opsdesk.lib import differing, sql
from opsdesk.lib.differing import Table
from users.lifecycle import queries, snapshot_sql
from users.lifecycle.models import LifecycleCount, LifecycleSnapshot, SnapshotDay
from users.purchases import dates
from users.purchases import queries as purchase_queries
from users.purchases import rules as purchase_rules
from users.purchases.dates import Due

SNAPSHOTS = Table(
    "users_lifecyclesnapshot",
    ("as_of", "customer_id"),
    (
        "community_id",
        "lifecycle",
        "before",
        "recalled",
        "by_policy",
        "first_purchase",
        "last_order",
        "purchases",
        "net",
    ),
)
COUNTS = Table("users_lifecyclecount", ("as_of", "community_id", "lifecycle"), ("customers", "recalled"))
STANDINGS = Table(
    "users_standing",
    ("customer_id",),
    ("community_id", "lifecycle", "recalled", "first_purchase", "last_order", "purchases", "net"),
    stamped=("as_of",),
    at_first=("rfm_class", "is_service", "is_proxy"),
)


def recompute(
    as_of: date,
    version: int,
    places: Collection[int] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dates.Computed:
    """as_of, and every Monday before it that is missing or stale; each date in one transaction.

    The lists (Standing) follow the newest date ever computed; an older one that is asked for leaves them alone.
    With places only their rows are written, and a date new to the others stays marked as partial.
    progress is told (dates done, dates in all) before each date.
    """
    with _known_customers():
        newest = max(as_of, queries.latest_as_of() or as_of)
        return dates.compute(_due(as_of, version), newest, lambda due: _compute(due, places), progress)


def forget_old_days(as_of: date) -> list[date]:
    return dates.forget_old(SnapshotDay, (LifecycleSnapshot, LifecycleCount), as_of)


@contextmanager
def _known_customers() -> Iterator[None]:
    sql.run(snapshot_sql.KNOWN)
    try:
        yield
    finally:
        sql.run("DROP TABLE known")


def _due(as_of: date, version: int) -> list[tuple[date, int]]:
    computed = dict(SnapshotDay.objects.values_list("as_of", "policy_version"))
    stale = purchase_queries.stale_days("users_snapshotday") | {day for (day,) in sql.rows(snapshot_sql.MISCOUNTED)}
    policies, weeks = policy_queries.for_company(version), purchase_queries.weeks_with_orders()
    return purchase_rules.days_due(as_of, weeks, computed, stale, policies)


@transaction.atomic
def _compute(due: Due, places: Collection[int] | None) -> tuple[int, int]:
    before = queries.monday_before(due.as_of)
    earlier = SnapshotDay.objects.filter(as_of=before).first()
    was = purchase_queries.policies_by_place(earlier.policy_version if earlier else due.version)
    sql.expect_everybody()
    change = purchase_queries.newest_change()
    sql.run(
        snapshot_sql.LIFE.format(days=due.days),
        as_of=due.as_of,
        before=before,
        places=list(due.policies),
        **_params(list(due.policies.values())),
        **_params([was[place] for place in due.policies], "was_"),
    )
    if places is not None:
        sql.run("DELETE FROM life WHERE NOT community_id = ANY(%(places)s)", places=list(places))
    rows = _write(due.as_of, places, due.is_newest)
    customers = sql.value("SELECT count(*) FROM life")
    sql.run("DROP TABLE life")
    _remember(due.as_of, due.version, change, customers, places)
    return customers, rows


def _write(as_of: date, places: Collection[int] | None, is_newest: bool) -> int:
    here: dict[str, Any] = {} if places is None else {"places": list(places)}
    of_places = "true" if places is None else "COALESCE(t.community_id, 0) = ANY(%(places)s)"
    # Whoever moved into these places has a row that still names another.
    of_people = "true" if places is None else f"({of_places} OR t.customer_id IN (SELECT customer_id FROM life))"
    rows = differing.write(SNAPSHOTS, "life", f"t.as_of = %(as_of)s AND {of_people}", as_of=as_of, **here).rows
    rows += differing.write(
        COUNTS, snapshot_sql.COUNTS, f"t.as_of = %(as_of)s AND {of_places}", as_of=as_of, **here
    ).rows
    if is_newest:
        rows += differing.write(STANDINGS, snapshot_sql.STANDINGS, of_people, **here).rows
    return rows


def _remember(as_of: date, version: int, change: int, customers: int, places: Collection[int] | None) -> None:
    told = {
        "policy_version": version,
        "data_to": purchase_queries.last_day_before(as_of),
        "last_import_id": sql.value("SELECT max(import_id) FROM users_order"),
        "last_change_id": change,
        "customers": customers,
        "computed_at": Now(),
    }
    if places is None:
        SnapshotDay.objects.update_or_create(as_of=as_of, defaults=told)
    else:
        SnapshotDay.objects.get_or_create(as_of=as_of, defaults=told | {"last_change_id": -1})


def _params(policies: list[Policies], prefix: str = "") -> dict[str, list[int]]:
    return {
        f"{prefix}new_window": [one.new_window_days for one in policies],
        f"{prefix}silent_after": [one.silent_after_days for one in policies],
        f"{prefix}merge_days": [one.merge_days for one in policies],
    }
