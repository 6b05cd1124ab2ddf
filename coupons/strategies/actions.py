"""Writes of the strategy matrix. What a strategy says is never changed: saving makes the next version."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from coupons.strategies import queries, rules
from coupons.strategies.models import Strategy, StrategyVersion


class JustSaved(Exception):
    """Somebody else saved the strategy meanwhile; the argument is the version they made."""


class NameTaken(Exception):
    """There is a strategy of this name."""


class NotReady(Exception):
    """The schedule would have nothing to do; the arguments are keys of rules.FIELDS that are missing."""


@transaction.atomic
def create(name: str, content: Mapping[str, Any], *, note: str = "", by: StaffMember | None) -> StrategyVersion:
    """A strategy with its first version, at the end of the matrix, not running. Raises NameTaken."""
    last = Strategy.objects.aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            strategy = Strategy.objects.create(name=name, position=last + 1, made_by=by)
    except IntegrityError as taken:
        raise NameTaken(name) from taken
    version = _written(strategy, 1, content, note, by)
    write_log(staff=by, verb="create", thing="strategy", thing_id=strategy.pk, reason=note, detail={"name": name})
    return version


@transaction.atomic
def save(
    strategy: Strategy, seen: int, content: Mapping[str, Any], *, name: str = "", note: str = "", by: StaffMember | None
) -> StrategyVersion | None:
    """The next version, made from the version number `seen`; None when it says the same. What `content` leaves out
    stays. Raises JustSaved when there is a later one: two who save at once both make number seen + 1, and the database
    takes one."""
    before = queries.versions_of(strategy).first()
    if before is None or before.number != seen:
        raise JustSaved(before)
    _rename(strategy, name, by)
    said = queries.content_of(before)
    changed = rules.differences(said, said | dict(content))
    if not changed:
        return None
    made = _next_version(strategy, seen, said | dict(content), note, by)
    detail = {"version": made.number, "fields": [one.field for one in changed]}
    write_log(staff=by, verb="change", thing="strategy", thing_id=strategy.pk, reason=note, detail=detail)
    return made


def _next_version(
    strategy: Strategy, seen: int, content: Mapping[str, Any], note: str, by: StaffMember | None
) -> StrategyVersion:
    try:
        with transaction.atomic():
            return _written(strategy, seen + 1, content, note, by)
    except IntegrityError as lost:
        raise JustSaved(queries.versions_of(strategy).first()) from lost


def _written(
    strategy: Strategy, number: int, content: Mapping[str, Any], note: str, by: StaffMember | None
) -> StrategyVersion:
    said = {field: content[field] for field in rules.FIELDS if field in content}
    return StrategyVersion.objects.create(strategy=strategy, number=number, **said, note=note, made_by=by)


def _rename(strategy: Strategy, name: str, by: StaffMember | None) -> None:
    before = strategy.name
    if name in ("", before):
        return
    try:
        with transaction.atomic():
            Strategy.objects.filter(pk=strategy.pk).update(name=name)
    except IntegrityError as taken:
        raise NameTaken(name) from taken
    strategy.name = name
    detail = {"from": before, "to": name}
    write_log(staff=by, verb="rename", thing="strategy", thing_id=strategy.pk, detail=detail)


@transaction.atomic
def start(strategy: Strategy, *, by: StaffMember) -> bool:
    """Let its schedule draft batches. Raises NotReady; False: it runs already or is retired."""
    now = queries.versions_of(strategy)[0]
    if lacking := rules.missing(queries.content_of(now)):
        raise NotReady(*lacking)
    waiting = Strategy.objects.filter(pk=strategy.pk, running_since=None, retired_at=None)
    return _log_if(waiting.update(running_since=Now()), "start", strategy, by)


@transaction.atomic
def stop(strategy: Strategy, *, by: StaffMember) -> bool:
    """No more batches by itself; those drafted already are left alone."""
    running = Strategy.objects.filter(pk=strategy.pk).exclude(running_since=None)
    return _log_if(running.update(running_since=None), "stop", strategy, by)


@transaction.atomic
def retire(strategy: Strategy, *, by: StaffMember) -> bool:
    """Off the matrix, its schedule with it; versions and batches stay."""
    used = Strategy.objects.filter(pk=strategy.pk, retired_at=None)
    return _log_if(used.update(retired_at=Now(), running_since=None), "retire", strategy, by)


@transaction.atomic
def restore(strategy: Strategy, *, by: StaffMember) -> bool:
    """Back on the matrix, at the end and not running."""
    last = Strategy.objects.aggregate(last=Max("position"))["last"] or 0
    gone = Strategy.objects.filter(pk=strategy.pk).exclude(retired_at=None)
    return _log_if(gone.update(retired_at=None, position=last + 1), "restore", strategy, by)


@transaction.atomic
def move(strategy: Strategy, places: int, *, by: StaffMember) -> bool:
    """Up (negative) or down the matrix, the others close up. False: it stands at that end already."""
    order = list(Strategy.objects.select_for_update().filter(retired_at=None).order_by("position", "pk"))
    here = next((place for place, one in enumerate(order) if one.pk == strategy.pk), None)
    if here is None:
        return False
    there = min(max(here + places, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, one in enumerate(order, start=1):
        one.position = position
    Strategy.objects.bulk_update(order, ["position"])
    return _log_if(int(there != here), "move", strategy, by)


def _log_if(changed: int, verb: str, strategy: Strategy, by: StaffMember) -> bool:
    if changed:
        write_log(staff=by, verb=verb, thing="strategy", thing_id=strategy.pk, detail={"name": strategy.name})
    return bool(changed)
