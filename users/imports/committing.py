"""The commit: staged orders become orders, so many in a transaction, each with its checkpoint, in two lanes. A commit
that was killed goes on behind the last checkpoints; what it writes twice it writes the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from communities.models import Community
from opsdesk.lib import sql
from opsdesk.lib.runs.actions import Hold
from users.imports import checking, commit_sql, effects, goods_sql, lanes, people, queries, staging, turns
from users.imports.keepalive import kept_alive
from users.imports.models import ImportFile
from users.imports.staging import Tables
from users.purchases import actions as purchases
from users.purchases import queries as purchase_queries

CHUNK_ORDERS = 40_000
COUNTED = [*lanes.CHECKPOINTS.values(), "created", "updated", "unchanged", "orders_created", "orders_updated"]
REFRESHED = 5_000  # customers whose roll-ups are refreshed in one transaction


def commit(file: ImportFile, hold: Hold) -> None:
    """Write a checked file, wherever an earlier try stopped. Call it inside turns.alone."""
    tables = _staged(file, hold)
    with hold.step("write") as step:
        told = _prepare(file, tables, hold)
        at_once = file.facts["orders"] > _size(hold)
        lanes.run(lambda odd: _chunks(file.pk, tables.of_lane(odd), hold, told[odd], odd), at_once=at_once)
        file.refresh_from_db(fields=COUNTED)
        step.rows_written = file.created + file.updated
    with hold.step("customers") as step:
        step.rows_written = _settle(file, tables, hold)
    with hold.step("refresh") as step:
        step.rows_written = refresh(_touched(file), hold, _left_places(file))
    _finish(file, tables)


def _staged(file: ImportFile, hold: Hold) -> Tables:
    """The file's staging tables, made again as the check had made them when a crash of the server emptied them."""
    if list(staging.counts(file.pk) or ()) != file.facts.get("staged"):
        facts = checking.stage(file, hold, date.fromisoformat(file.facts["today"]))
        file.facts, file.rows, file.refused = asdict(facts), facts.rows, facts.refused
        file.save(update_fields=["facts", "rows", "refused"])
    return Tables(file.pk)


@transaction.atomic
def glance() -> None:
    """Tell the planner what it plans for, in a transaction of its own: ANALYZE holds off others until its end."""
    sql.run(commit_sql.GLANCE)


@transaction.atomic
def _prepare(file: ImportFile, tables: Tables, hold: Hold) -> dict[bool, dict[str, Any]]:
    """Communities that the file creates, its categories and products, and what every chunk of a lane is told: where the
    ids of its orders and lines begin (`base`, `line_base`), the source's `last_number` so far."""
    staging.quicken()
    made = _create_communities(staging.fetch(tables, commit_sql.NEW_COMMUNITIES))
    if made:
        file.effect["made_communities"] = [*file.effect.get("made_communities", []), *made]
        ImportFile.objects.filter(pk=file.pk).update(effect=file.effect)
    with kept_alive(hold):
        for statement in _GOODS:
            staging.run(tables, statement, {"file": file.pk})
    hold.beat(done=file.created + file.updated + file.unchanged, total=file.rows - file.refused)
    base, line_base, orders, lines = staging.fetch(tables, commit_sql.ID_BLOCKS)[0]
    last_number = sql.value(commit_sql.LAST_NUMBER, source=file.source_id)
    even = {"base": base, "line_base": line_base, "last_number": last_number}
    return {False: even, True: even | {"base": base + orders, "line_base": line_base + lines}}


def _create_communities(rows: list[tuple[str]]) -> list[int]:
    made = []
    for (name,) in rows:
        place, is_new = Community.objects.get_or_create(name=name, defaults={"code": _code_of(name)})
        made.extend([place.pk] if is_new else [])
    return made


def _code_of(name: str) -> str:
    """Stable, and free to be changed by staff: names are Chinese, codes are not."""
    return f"c-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def _size(hold: Hold) -> int:
    return int(hold.job.payload.get("chunk_orders", CHUNK_ORDERS))


def _chunks(file_id: int, tables: Tables, hold: Hold, told: dict[str, Any], odd: bool) -> Iterator[None]:
    """The chunks of a lane, from its checkpoint on. The file is a copy of its own: the other lane counts too."""
    file = ImportFile.objects.get(pk=file_id)
    for written in count():
        if written & (written - 1) == 0:  # before the first, then each time as much again has been written
            glance()
        if not _write_chunk(file, tables, hold, told, odd):
            return
        yield


@transaction.atomic
def _write_chunk(file: ImportFile, tables: Tables, hold: Hold, told: dict[str, Any], odd: bool) -> bool:
    """The next orders with everything that belongs to them, and the checkpoint; False when there are none left."""
    turns.begin_chunk()
    lo = getattr(file, lanes.CHECKPOINTS[odd])
    params = {"file": file.pk, "source": file.source_id, "lo": lo, "size": _size(hold), **told}
    last, orders, all_new = staging.fetch(tables, commit_sql.NEXT_CHUNK, params)[0]
    if not orders:
        return False
    staging.quicken()
    params["hi"] = last
    statements, counts = (_ALL_NEW, commit_sql.ALL_NEW_COUNTS) if all_new else (_KNOWN, commit_sql.COUNTS)
    for statement in (commit_sql.CUSTOMERS, *statements):
        staging.run(tables, statement, params)
    _count(file, {lanes.CHECKPOINTS[odd]: lo}, last, staging.fetch(tables, counts, params)[0])
    hold.beat(done=file.created + file.updated + file.unchanged)
    return True


_GOODS = (
    commit_sql.NO_LOOPS,
    goods_sql.GOODS,
    goods_sql.CATEGORIES,
    goods_sql.PRODUCTS,
    goods_sql.WARES,
    goods_sql.SERVICE,
)
_ALL_NEW = (commit_sql.ALL_NEW_ORDERS, commit_sql.ALL_NEW_LINES)
_KNOWN = (
    commit_sql.CHUNK_TABLE,
    commit_sql.CLEAR,
    commit_sql.KNOWN,
    commit_sql.CHANGED,
    commit_sql.BEFORES,
    commit_sql.OLD_LINES,
    commit_sql.CHANGED_ORDERS,
    commit_sql.CHANGED_LINES,
    commit_sql.NEW_ORDERS,
    commit_sql.NEW_LINES,
)


def _count(file: ImportFile, checkpoint: dict[str, int], last: int, counts: tuple[int, ...]) -> None:
    """The lane's checkpoint moves, from where this run knew it to be."""
    rows, created, updated, new, changed = counts
    moved = ImportFile.objects.filter(pk=file.pk, **checkpoint).update(
        **dict.fromkeys(checkpoint, last),
        created=F("created") + created,
        updated=F("updated") + updated,
        unchanged=F("unchanged") + rows - created - updated,
        orders_created=F("orders_created") + new,
        orders_updated=F("orders_updated") + changed,
    )
    if not moved:
        raise AssertionError(f"import {file.pk} was written by somebody else behind {checkpoint}")
    file.refresh_from_db(fields=COUNTED)


def _settle(file: ImportFile, tables: Tables, hold: Hold) -> int:
    gazetteer, changed, lo = queries.gazetteer(), 0, 0
    while hi := people.next_batch(tables, lo):
        with transaction.atomic():
            staging.quicken()
            changed += people.settle_after_commit(file, tables, lo, hi, gazetteer)
            hold.beat()
        lo = hi
    return changed


def _touched(file: ImportFile) -> list[int]:
    return [customer for (customer,) in sql.rows(commit_sql.TOUCHED, file=file.pk)]


def _left_places(file: ImportFile) -> set[int]:
    """Communities that customers of the file have left: their roll-ups change too."""
    return {place for (place,) in sql.rows(commit_sql.LEFT_PLACES, file=file.pk)}


def refresh(customer_ids: list[int], hold: Hold, places: set[int]) -> int:
    """Customer-days of these customers, then the roll-ups of every place they touch; how many days differed."""
    differing = 0
    for batch in _batches(customer_ids):
        places |= purchase_queries.places_of(batch)
        refreshed = purchases.refresh_days(batch)
        places |= refreshed.places
        differing += refreshed.differing
        hold.beat()
    with kept_alive(hold):
        purchases.refresh_rollups(places)
    return differing


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + REFRESHED] for start in range(0, len(ids), REFRESHED))


@transaction.atomic
def _finish(file: ImportFile, tables: Tables) -> None:
    """Registrations join the counts, the effect becomes what really happened, and the staging tables go."""
    created, updated, registrations = staging.fetch(tables, commit_sql.REGISTRATIONS, {"file": file.pk})[0]
    file.created += created
    file.updated += updated
    file.unchanged += registrations - created - updated
    file.effect = {**effects.happened(file), "made_communities": file.effect.get("made_communities", [])}
    file.state = ImportFile.State.DONE
    file.save(update_fields=["created", "updated", "unchanged", "effect", "state"])
    ImportFile.objects.filter(pk=file.pk).update(committed_at=Now())
    staging.drop(file.pk)
