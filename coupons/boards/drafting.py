"""Batches that running strategies draft by themselves: once a due day, handed in for approval by whoever wrote what the
strategy says now. It stands above strategies and batches, which know nothing of each other's deeds."""

from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse

from communities import queries as people
from communities import rules as roles
from communities.models import StaffMember
from communities.notices import actions as notices
from communities.scoping import Scope
from coupons.batches import actions as batches
from coupons.batches.models import Batch
from coupons.boards import telling
from coupons.strategies import queries, rules
from coupons.strategies.models import StrategyVersion
from opsdesk.lib.words import N_

SHANGHAI = ZoneInfo("Asia/Shanghai")
DRAFTED, NOBODY, ALREADY, NOT_READY, NO_MAKER = "drafted", "nobody_meant", "drafted_before", "not_ready", "no_maker"

# What whoever wrote the strategy is told, once a day; the last one goes to everybody who drafts.
_TOLD = {
    NOBODY: N_("“%(name)s” was due and means nobody who can be reached: no batch was drafted."),
    NOT_READY: N_("“%(name)s” was due and has no coupon or budget that can be used: no batch was drafted."),
    NO_MAKER: N_(
        "“%(name)s” was due, but whoever wrote it may draft no more: who saves its next version takes it over."
    ),
}


class Outcome(NamedTuple):
    """What became of a strategy that was due: one of the words above, and the batch where there is one."""

    strategy_id: int
    said: str
    batch: Batch | None = None


class _Nobody(Exception):
    """The audience is empty: the draft is rolled back."""


def draft_due(day: date, at: datetime) -> list[Outcome]:
    """Every running strategy whose rhythm is due on `day`, each in a transaction of its own. Again on the same day:
    what is drafted stays drafted once, also when the strategy was changed in between."""
    due = [one for one in queries.running() if rules.due(one.rhythm, one.weekday, day)]
    outcomes = [_outcome(version, day, at) for version in due]
    for version, outcome in zip(due, outcomes, strict=True):
        _tell(version, outcome.said, day)
        if outcome.batch is not None:
            telling.of_step("submit", outcome.batch)
    return outcomes


def _tell(version: StrategyVersion, said: str, day: date) -> None:
    if said not in _TOLD:
        return
    about: dict[str, Any] = {
        "kind": N_("Strategies"), "icon": "table-options", "text": _TOLD[said],
        "params": {"name": version.strategy.name}, "key": f"strategy:{version.strategy_id}", "occasion": day,
        "href": reverse("strategy", args=[version.strategy_id]),
    }  # fmt: skip
    if said == NO_MAKER:
        notices.tell_capable(roles.DRAFT_COUPONS, **about)
    else:
        notices.tell([version.made_by_id], **about)


def _outcome(version: StrategyVersion, day: date, at: datetime) -> Outcome:
    strategy_id, maker = version.strategy_id, version.made_by
    if Batch.objects.filter(strategy_version__strategy=strategy_id, due_on=day).exists():
        return Outcome(strategy_id, ALREADY)
    if not (version.coupon and version.budget) or version.coupon.retired_at or version.budget.closed_at:
        return Outcome(strategy_id, NOT_READY)
    if maker is None or not maker.is_active or not (scope := _reach(maker)):
        return Outcome(strategy_id, NO_MAKER)
    try:
        return Outcome(strategy_id, DRAFTED, _drafted(version, maker, scope, day, at))
    except _Nobody:
        return Outcome(strategy_id, NOBODY)


def _reach(maker: StaffMember) -> Scope | None:
    """Whose customers the maker may draft for today; None for nobody's."""
    scope = Scope.of(roles.grants_for(people.grants_of(maker), roles.DRAFT_COUPONS))
    return scope if scope != Scope() else None


@transaction.atomic
def _drafted(version: StrategyVersion, maker: StaffMember, scope: Scope, day: date, at: datetime) -> Batch:
    """Drafted, frozen and handed in. Raises _Nobody: then nothing of it was written."""
    assert version.coupon and version.budget
    local = at.astimezone(SHANGHAI)
    send_at = rules.send_at(version.send_time, local)
    batch = batches.draft(
        name=f"{version.strategy.name[:70]} {day:%m-%d}", coupon=version.coupon, budget=version.budget,
        audience=version.audience, scope=scope, by=maker, origin=Batch.Origin.STRATEGY, strategy_version=version,
        due_on=day, message_channel=version.message_channel, message=version.message, send_at=send_at,
        decide_by=send_at or datetime.combine(day, time(18), SHANGHAI),
    )  # fmt: skip
    frozen = batches.freeze(batch.pk, at=at, by=maker)
    if not frozen.recipients:
        raise _Nobody
    return batches.submit(batch.pk, frozen.revision, maker, at)


def summary(outcomes: list[Outcome]) -> dict[str, int]:
    """How many of each, for the run log."""
    words = (DRAFTED, NOBODY, ALREADY, NOT_READY, NO_MAKER)
    counts = {word: sum(one.said == word for one in outcomes) for word in words}
    return {word: n for word, n in counts.items() if n}
