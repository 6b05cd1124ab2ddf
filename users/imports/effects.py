"""What a file would change, told before a row is written, and what it has changed, told after."""

from collections import Counter
from datetime import date
from typing import Any, Protocol

from django.db import transaction

from opsdesk.lib import sql
from users.imports import commit_sql, effect_sql, goods_sql, staging
from users.imports.models import ImportFile
from users.imports.staging import Tables
from users.purchases import rules as purchases

LAST = 2**62  # above every line number
_PREVIEW = (
    commit_sql.NO_LOOPS,
    goods_sql.SERVICE,
    commit_sql.LOOPS,
    commit_sql.CHUNK_TABLE,
    commit_sql.CLEAR,
    commit_sql.KNOWN,
    commit_sql.PREVIEW,
)


class Classes(Protocol):
    """Lifecycle classes as of a date. The definition lives above this slice; whoever wires the jobs hands it in."""

    @property
    def as_of(self) -> date: ...

    def class_of(self, first: date | None, last: date | None, community_id: int | None) -> str:
        """The class of somebody with counted orders on these first and last days before as_of."""


def expected(file: ImportFile, classes: Classes | None = None) -> dict[str, Any]:
    """The orders as the commit would leave them now, counted; nothing is written. JSON, money in fen.

    `gmv`: [Monday, change]; `lifecycle`: {"as_of", "changes": {class: change in customers}, "moves": [from, to, n]},
    where from "" is somebody new.
    """
    with transaction.atomic():
        sql.run(commit_sql.GLANCE)
    with transaction.atomic():
        return _expected(file, classes)


def _expected(file: ImportFile, classes: Classes | None) -> dict[str, Any]:
    tables = Tables(file.pk)
    params = {"file": file.pk, "source": file.source_id, "lo": -1, "hi": LAST}
    staging.quicken()
    for statement in _PREVIEW:
        staging.run(tables, statement, params)
    effect = {
        "estimate": True,
        **_changes(staging.fetch(tables, effect_sql.WOULD)),
        "customers_known": staging.fetch(tables, effect_sql.WOULD_RETURN)[0][0],
        "customers_new": staging.fetch(tables, effect_sql.NEW_CUSTOMERS)[0][0],
        "products_new": staging.fetch(tables, effect_sql.NEW_GOODS)[0][0],
        "communities_new": [name for (name,) in staging.fetch(tables, commit_sql.NEW_COMMUNITIES)],
        "lifecycle": _moves(tables, classes) if classes else None,
    }
    staging.run(tables, commit_sql.CLEAR)
    effect["orders_unchanged"] = file.facts["orders"] - effect["orders_new"] - effect["orders_updated"]
    return effect


def happened(file: ImportFile) -> dict[str, Any]:
    """The same, of a file that is in, from what it wrote and what it found. Moves of classes show in the next run."""
    unchanged = file.facts["orders"] - file.orders_created - file.orders_updated
    made = sql.value(effect_sql.MADE_CUSTOMERS, file=file.pk)
    all_new = made == file.facts["customers"]  # then nobody has come back, and nobody need be looked for
    return {
        "estimate": False,
        **_changes(sql.rows(effect_sql.DID, file=file.pk)),
        "customers_known": 0 if all_new else sql.value(effect_sql.DID_RETURN, file=file.pk),
        "customers_new": made,
        "products_new": sql.value(effect_sql.MADE_GOODS, file=file.pk),
        "communities_new": file.effect.get("communities_new", []),
        "lifecycle": file.effect.get("lifecycle"),
        "orders_unchanged": unchanged,
    }


def _changes(days: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Totals, and the change of GMV a week."""
    names = ("orders_new", "orders_updated", "refund_orders", "refund_fen", "refunds_waiting")
    totals = {name: sum(row[place] for row in days) for place, name in enumerate(names, start=2)}
    weeks: Counter[date] = Counter()
    for day, day_was, *_counts, gross, gross_was in days:
        if day:
            weeks[purchases.monday_of(day)] += gross
        if day_was:
            weeks[purchases.monday_of(day_was)] -= gross_was
    return {**totals, "gmv": [[monday.isoformat(), fen] for monday, fen in sorted(weeks.items()) if fen]}


def _moves(tables: Tables, classes: Classes) -> dict[str, Any]:
    moves: Counter[tuple[str, str]] = Counter()
    for known, place, *days, many in staging.fetch(tables, effect_sql.DAYS, {"as_of": classes.as_of}):
        before = classes.class_of(days[0], days[1], place) if known else ""
        after = classes.class_of(days[2], days[3], place)
        if before != after:
            moves[before, after] += many
    changes: Counter[str] = Counter()
    for (before, after), many in moves.items():
        changes[after] += many
        changes[before] -= many if before else 0
    return {
        "as_of": classes.as_of.isoformat(),
        "changes": {name: many for name, many in changes.items() if name},
        "moves": [[before, after, many] for (before, after), many in sorted(moves.items())],
    }
