"""Takes a whole import back: what it made goes, what it changed is as before, what was used since stays, listed."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from communities.models import Community
from opsdesk.lib import sql
from opsdesk.lib.runs.actions import Cancelled, Hold
from users.customers.models import Customer
from users.imports import committing, inuse, people, staging, undo_sql
from users.imports.models import CustomerBefore, ImportFile
from users.imports.staging import Tables

BATCH = 20_000
LISTED = 200  # things kept that are named one by one; beyond that they are only counted

CHANGED_SINCE = "changed_since"  # a later import changed it
USED_SINCE = "used_since"  # staff or a later import refer to it


class Stubborn(Hold):
    """A hold whose job was asked to stop: taking back goes on to its end, or rows would be left."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold.job)

    def beat(self, *, done: int | None = None, total: int | None = None, note: str | None = None) -> None:
        try:
            super().beat(done=done, total=total, note=note)
        except Cancelled:
            return


def take_back(file: ImportFile, hold: Hold) -> None:
    """Fills file.undo_report: removed, restored (counts), kept (why and what), failed. Call it inside turns.alone."""
    tables = Tables(file.pk)
    _begin(file, tables)
    _in_batches(file, hold, "orders", "removed", _remove_orders)
    _in_batches(file, hold, "orders", "restored", _restore_orders)
    _keep_orders(file)
    ids = [customer for (customer,) in staging.fetch(tables, undo_sql.PEOPLE)]
    places = {place for (place,) in staging.fetch(tables, undo_sql.PLACES, {"file": file.pk})}
    _settle(file, ids, hold)
    committing.refresh(ids, hold, places)
    _remove_customers(file, hold)
    _remove_places(file)
    _remove_goods(file)
    staging.drop(file.pk)
    staging.run(tables, undo_sql.DROP)


@transaction.atomic
def _begin(file: ImportFile, tables: Tables) -> None:
    staging.run(tables, undo_sql.TOUCHED, {"file": file.pk})
    if not file.undo_report:
        file.undo_report = {"removed": {}, "restored": {}, "kept": {"counts": {}, "first": []}, "failed": []}
        file.save(update_fields=["undo_report"])


def _in_batches(file: ImportFile, hold: Hold, what: str, where: str, step: Callable[[ImportFile, int], int]) -> None:
    size = hold.job.payload.get("chunk_orders", BATCH)
    while True:
        with transaction.atomic():
            done = step(file, size)
            _add(file, where, what, done)
            hold.beat()
        if not done:
            return


def _remove_orders(file: ImportFile, size: int) -> int:
    return sql.run(undo_sql.REMOVE_ORDERS, file=file.pk, size=size)


def _restore_orders(file: ImportFile, size: int) -> int:
    changed = sql.run(undo_sql.CHANGED, file=file.pk, size=size)
    if changed:
        sql.run(undo_sql.RESTORE_ORDERS)
    return changed


@transaction.atomic
def _keep_orders(file: ImportFile) -> None:
    """Orders that a later import changed belong to it from now on."""
    many = sql.value(undo_sql.COUNT_KEPT, file=file.pk)
    for number, later in sql.rows(undo_sql.KEPT_ORDERS, file=file.pk, size=LISTED):
        _keep(file, "order", number, CHANGED_SINCE, later, count=0)
    _count_kept(file, "order", CHANGED_SINCE, many)
    sql.run(undo_sql.HAND_BEFORES_DOWN, file=file.pk)
    sql.run(undo_sql.HAND_ORDERS_DOWN, file=file.pk)
    file.save(update_fields=["undo_report"])


def _settle(file: ImportFile, ids: list[int], hold: Hold) -> None:
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            changed = people.settle_after_undo(file.pk, ids[start : start + BATCH])
            _add(file, "restored", "customers", changed)
            hold.beat()


@transaction.atomic
def _remove_customers(file: ImportFile, hold: Hold) -> None:
    orphans = [customer for (customer,) in sql.rows(undo_sql.ORPHANS, file=file.pk)]
    kept = inuse.used(Customer, orphans) | _changed_by_others(file, orphans)
    for customer in sorted(kept):
        _keep(file, "customer", str(customer), USED_SINCE)
    gone = [customer for customer in orphans if customer not in kept]
    sql.run(undo_sql.REMOVE_CUSTOMERS, ids=gone)
    sql.run(undo_sql.CUSTOMER_BEFORES_DOWN, file=file.pk)
    sql.run(undo_sql.HAND_CUSTOMERS_DOWN, file=file.pk)
    _add(file, "removed", "customers", len(gone))
    hold.beat()


def _changed_by_others(file: ImportFile, ids: list[int]) -> set[int]:
    others = CustomerBefore.objects.filter(customer_id__in=ids).exclude(file=file)
    return set(others.values_list("customer_id", flat=True))


@transaction.atomic
def _remove_places(file: ImportFile) -> None:
    """Communities that the file created and nobody lives in, works in or orders from."""
    for place in Community.objects.filter(pk__in=file.effect.get("made_communities", [])):
        if inuse.used(Community, [place.pk]) or _has_orders(place):
            _keep(file, "community", place.name, USED_SINCE)
        else:
            _remove_place(file, place)
    file.effect = {**file.effect, "made_communities": []}
    file.save(update_fields=["effect", "undo_report"])


def _remove_place(file: ImportFile, place: Community) -> None:
    name = place.name
    try:
        with transaction.atomic():
            place.delete()
    except (IntegrityError, ProtectedError) as error:
        file.undo_report["failed"].append({"what": "community", "name": name, "why": str(error)[:200]})
    else:
        _add(file, "removed", "communities", 1)


def _has_orders(place: Community) -> bool:
    return bool(sql.value("SELECT EXISTS (SELECT FROM users_order WHERE community_id = %(place)s)", place=place.pk))


@transaction.atomic
def _remove_goods(file: ImportFile) -> None:
    _add(file, "removed", "products", sql.run(undo_sql.REMOVE_PRODUCTS, file=file.pk))
    _add(file, "removed", "categories", sql.run(undo_sql.REMOVE_CATEGORIES, file=file.pk))


def _add(file: ImportFile, where: str, what: str, count: int) -> None:
    if count:
        told = file.undo_report[where]
        told[what] = told.get(what, 0) + count
        file.save(update_fields=["undo_report"])


def _keep(file: ImportFile, what: str, name: str, why: str, later: int | None = None, count: int = 1) -> None:
    kept = file.undo_report["kept"]
    if len(kept["first"]) < LISTED:
        kept["first"].append({"what": what, "name": name, "why": why, "import": later})
    _count_kept(file, what, why, count)


def _count_kept(file: ImportFile, what: str, why: str, count: int) -> None:
    counts, key = file.undo_report["kept"]["counts"], f"{what}:{why}"
    if count:
        counts[key] = counts.get(key, 0) + count
