"""The night: its steps in order, as data, and what runs them. Each step is idempotent and keyed by as_of."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone

from campaigns.cases import lessons, opening, practices, recovery
from campaigns.recall import actions as recall
from communities.notices import actions as notices
from communities.policies import queries as policy_queries
from coupons.boards import drafting
from coupons.effects import actions as effects
from coupons.grants import actions as grants
from opsdesk import trust
from opsdesk.lib import revisions, sql
from opsdesk.lib.runs.actions import Hold
from users.funnel import actions as funnel
from users.imports import clearing
from users.imports.keepalive import kept_alive
from users.lifecycle import actions as lifecycle
from users.lifecycle import queries as lifecycle_queries
from users.pulse import actions as pulse
from users.purchases import actions as purchases
from users.retention import alert_actions as alerts
from users.rfm import actions as rfm
from users.tastes import actions as tastes

_LOCK = 0x71697  # advisory lock: one night at a time, whoever started it
_LOOK_AGAIN = (
    "ANALYZE users_customerday, users_lifecyclesnapshot, users_rfmscore, users_standing, users_origin"  # plans of pages
)
_PAUSE = 1.0  # seconds between two looks at the lock


@dataclass(frozen=True)
class Night:
    """What to compute. places: only these communities' rows are written; tidy: old dates are let go."""

    as_of: date
    version: int
    places: tuple[int, ...] | None = None
    tidy: bool = False


@dataclass(frozen=True)
class Done:
    """What a step read and wrote, and the numbers of its one-line summary."""

    read: int = 0
    written: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


Progress = Callable[[int, int], None]


def _purchases(night: Night, progress: Progress) -> Done:
    orders = int(sql.value("SELECT count(*) FROM users_order") or 0)
    built = purchases.rebuild(night.places, night.version, progress)
    return Done(orders, built.differing, {"customer_days": built.days, "moved": built.moved})


def _stations(night: Night, progress: Progress) -> Done:
    customers = int(sql.value("SELECT count(*) FROM users_customer") or 0)
    moved = purchases.assign_stations(night.places)
    origins = purchases.refresh_origins(night.places)
    return Done(customers, moved + origins, {"moved": moved, "origins": origins})


def _lifecycle(night: Night, progress: Progress) -> Done:
    found = lifecycle.recompute(night.as_of, night.version, night.places, progress)
    gone = lifecycle.forget_old_days(night.as_of) if night.tidy else []
    classes = {name: count.customers for name, count in lifecycle_queries.totals(night.as_of, night.places).items()}
    return Done(found.customers, found.written, {"days": len(found.days), "days_gone": len(gone), **classes})


def _rfm(night: Night, progress: Progress) -> Done:
    found = rfm.recompute(night.as_of, night.version, night.places, progress)
    gone = rfm.forget_old_days(night.as_of) if night.tidy else []
    return Done(found.customers, found.written, {"days": len(found.days), "days_gone": len(gone)})


def _tastes(night: Night, progress: Progress) -> Done:
    found = tastes.recompute(night.as_of, night.version, night.places)
    return Done(found.customers, found.written, {"tags": found.tags})


def _funnel(night: Night, progress: Progress) -> Done:
    """As of the newest date: the funnel keeps no other."""
    newest = lifecycle_queries.latest_as_of() or night.as_of
    found = funnel.recompute(max(night.as_of, newest), night.version, night.places)
    return Done(found.customers, found.written, {"registered": found.customers})


def _rates(night: Night, progress: Progress) -> Done:
    return Done(written=pulse.refresh_rates(night.as_of, night.places))


def _effects(night: Night, progress: Progress) -> Done:
    found = effects.measure(night.as_of)
    return Done(found.batches, found.rows, {"batches": found.batches, "weeks": found.weeks})


def _drafts(night: Night, progress: Progress) -> Done:
    """Batches of strategies that are due; a night of another day than today drafts none."""
    at = timezone.localtime()
    outcomes = drafting.draft_due(night.as_of, at) if night.tidy and night.as_of == at.date() else []
    told = drafting.summary(outcomes)
    return Done(len(outcomes), told.get(drafting.DRAFTED, 0), told)


def _coupons(night: Night, progress: Progress) -> Done:
    """Uses that imported orders tell, then coupons that have ended: a use of the last day comes before its end."""
    found = grants.read_uses()
    ended = grants.expire(timezone.now())
    written = found.taken + found.undone + found.corrected + found.refused + ended
    return Done(found.told + found.strange, written, asdict(found) | {"ended": ended})


def _field(night: Night, progress: Progress) -> Done:
    """Tasks that an order or a wish has closed, then drives past their last day."""
    now = timezone.now()
    closed = {"closed_by_orders": recall.close_by_orders(now), "closed_by_wishes": recall.close_by_wishes(now)}
    facts = closed | {"drives_ended": recall.end_due(night.as_of)}
    return Done(written=sum(facts.values()), facts=facts)


def _alerts(night: Night, progress: Progress) -> Done:
    """Of the weeks that are over: who came back otherwise than those before, and what is as usual again."""
    found = alerts.raise_due(night.as_of, night.version)
    facts = {"falls": found.falls, "rises": found.rises, "recovered": found.recovered}
    return Done(found.tested, sum(facts.values()), facts)


def _cases(night: Night, progress: Progress) -> Done:
    """Alerts become incidents and best-practice cards; did the measures help; who has not read what they were told."""
    falls, rises = opening.open_due(night.as_of), practices.open_due(night.as_of)
    looked = recovery.check_recoveries(night.as_of)
    facts = {
        "incidents": falls.cases, "practices": rises.cases, "joined": falls.joined + rises.joined,
        "recoveries": looked.cells, "followed": practices.follow_due(night.as_of),
        "reminded": lessons.remind_overdue(night.as_of),
    }  # fmt: skip
    return Done(written=sum(facts.values()), facts=facts)


def _uploads(night: Night, progress: Progress) -> Done:
    gone = clearing.clear(night.as_of) if night.tidy else clearing.Cleared()
    return Done(gone.looked, gone.uploads, {"uploads": gone.uploads, "bytes": gone.bytes})


def _trust(night: Night, progress: Progress) -> Done:
    """Last of all: do the numbers hold? A red one is an answer, not a failure of the night."""
    checks = trust.check_all(night.as_of)
    return Done(len(checks), facts={"broken": sum(not check.holds for check in checks)})


STEPS: tuple[tuple[str, Callable[[Night, Progress], Done]], ...] = (
    ("purchases", _purchases),
    ("stations", _stations),
    ("lifecycle", _lifecycle),
    ("rfm", _rfm),
    ("tastes", _tastes),
    ("rates", _rates),
    ("funnel", _funnel),
    ("alerts", _alerts),
    ("cases", _cases),
    ("coupons", _coupons),
    ("field", _field),
    ("effects", _effects),
    ("drafts", _drafts),
    ("uploads", _uploads),
    ("trust", _trust),
)


def night_of(as_of: date, places: tuple[int, ...] | None = None, tidy: bool = False) -> Night:
    """A night under the rules in force now: one version for all its steps."""
    return Night(as_of, policy_queries.current_version(), places, tidy)


def run(night: Night, hold: Hold, tell: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """All steps in order; waits while another night runs. A step that fails is kept with its error, and the next try
    begins again: what was done is found done. `tell` hears how far it is."""
    with kept_alive(hold), _alone(hold):
        done = {name: asdict(_step(n, night, hold, tell)) for n, (name, _) in enumerate(STEPS)}
        sql.run(_LOOK_AGAIN)
        if night.tidy:
            notices.forget_old(night.as_of)
            revisions.forget()
    return done


def _step(number: int, night: Night, hold: Hold, tell: Callable[[str], None]) -> Done:
    name, function = STEPS[number]
    with hold.step(name) as step:
        done = function(night, partial(_say, number, hold, tell))
        step.rows_read, step.rows_written, step.facts = done.read, done.written, done.facts
    return done


def _say(number: int, hold: Hold, tell: Callable[[str], None], done: int, total: int) -> None:
    """Between two parts of a step: a sign of life, and the moment to leave when asked to."""
    note = f"{STEPS[number][0]} {done}/{total}"
    hold.beat(done=number, total=len(STEPS), note=note)
    tell(note)


def is_running() -> bool:
    """Whether some night holds the lock now."""
    if not _try_lock():
        return True
    _unlock()
    return False


@contextmanager
def _alone(hold: Hold) -> Iterator[None]:
    while not _try_lock():
        hold.beat(note="waiting for another run to end")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        _unlock()


def _try_lock() -> bool:
    return bool(sql.value("SELECT pg_try_advisory_lock(%(key)s)", key=_LOCK))


def _unlock() -> None:
    sql.value("SELECT pg_advisory_unlock(%(key)s)", key=_LOCK)
