"""What the funnel board is asked for and reads: the stages of everybody in sight, and of each unit of a breakdown."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from opsdesk.lib import intervals, revisions
from opsdesk.lib.revisions import Revision
from users.boards.places import Sight
from users.funnel import queries, rules
from users.funnel.rules import Step
from users.purchases import queries as purchases
from users.purchases.models import UNASSIGNED
from users.purchases.rules import monday_of

NOT_TOLD = "-"  # how an address writes the channel that nobody told
WEEKS_SHOWN = 16


@dataclass(frozen=True)
class Ask:
    """The words of the board's address. What cannot be read is as if it had not been said."""

    by: str = "week"
    week: date | None = None
    came: str | None = None


@dataclass(frozen=True)
class Unit:
    """One part of the breakdown with its five stages; `key` is a Monday, a channel or a community's id."""

    key: Any
    steps: list[Step]


@dataclass(frozen=True)
class Board:
    """`known`: everybody in sight, registered or not; weeks beyond those shown are counted in `steps` only."""

    sight: Sight
    ask: Ask
    steps: list[Step]
    units: list[Unit]
    known: int
    more_weeks: int = 0
    knows_referrals: bool = True
    revision: Revision | None = None  # at which it is kept

    @property
    def registered(self) -> int:
        return self.steps[0].own

    def is_unknown(self, step: Step) -> bool:
        """No file has told anything about this stage."""
        return step.name == rules.REFERRED and not self.knows_referrals


def ask_of(query: QueryDict | Mapping[str, str]) -> Ask:
    by, came = query.get("by", ""), query.get("came", "")
    return Ask(by if by in queries.UNITS else "week", _monday(query.get("week", "")), _channel(came))


def _monday(text: str) -> date | None:
    try:
        return monday_of(date.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _channel(text: str) -> str | None:
    if not text or "\0" in text:
        return None
    return "" if text == NOT_TOLD else text[:40]


def board_of(sight: Sight, ask: Ask) -> Board:
    """What the roll-ups of the newest date tell is kept as long as nobody writes to them."""
    if not sight.is_latest:
        return _read(sight, ask)
    revision = revisions.now()
    return revisions.kept(revision, (Board, sight.key, ask), lambda: _read(sight, ask, revision))


def _read(sight: Sight, ask: Ask, revision: Revision | None = None) -> Board:
    cells = _cells(sight, ask)
    whole: Counter[int] = Counter()
    by_unit: dict[Any, dict[int, int]] = {}
    for unit, bits, customers in cells:
        whole[bits] += customers
        by_unit.setdefault(unit, {})[bits] = customers
    keys = _in_order(by_unit, ask.by)
    shown = keys[:WEEKS_SHOWN] if ask.by == "week" else keys
    return Board(
        sight,
        ask,
        rules.funnel(whole.items()),
        [Unit(key, rules.funnel(by_unit[key].items())) for key in shown],
        queries.known(sight.as_of, sight.places),
        len(keys) - len(shown),
        queries.knows_referrals(),
        revision,
    )


def _cells(sight: Sight, ask: Ask) -> list[queries.Cell]:
    """The night keeps the newest date only; an earlier one is counted anew."""
    if sight.is_latest:
        return queries.cells(sight.places, ask.by, came=ask.came, week=ask.week)
    policies = purchases.policies_by_place()
    return queries.cells_as_of(sight.as_of, policies, sight.places, ask.by, came=ask.came, week=ask.week)


def _in_order(by_unit: Mapping[Any, Mapping[int, int]], by: str) -> list[Any]:
    """The newest week first; others by size."""
    if by == "week":
        return sorted(by_unit, reverse=True)
    return sorted(by_unit, key=lambda key: (-sum(by_unit[key].values()), str(key)))


def people(board: Board, code: str, unit: Mapping[str, object] | None = None) -> str:
    """The customer list of exactly those whom a number counts."""
    words: dict[str, object] = {"stage": code, "registered": board.ask.week}
    if board.ask.came is not None:
        words["came"] = board.ask.came or NOT_TOLD
    return board.sight.people(**{**words, **(unit or {})})


def unit_words(by: str, key: Any, codes: Mapping[int, str]) -> dict[str, object]:
    """The words of the customer list that mean one unit."""
    if by == "week":
        return {"registered": key}
    if by == "channel":
        return {"came": key or NOT_TOLD}
    return {"unassigned": 1} if key == UNASSIGNED else {"community": codes.get(key, "")}


def interval_of(step: Step) -> intervals.Interval | None:
    return None if step.name == rules.REGISTERED else intervals.wilson(step.part, step.whole)


def file_rows(board: Board, names: Mapping[Any, str]) -> Iterator[list[Any]]:
    """One row a unit and stage; the whole comes first, without a unit's name."""
    units = [("", board.steps), *((names.get(unit.key, str(unit.key)), unit.steps) for unit in board.units)]
    for name, steps in units:
        for step in steps:
            between = interval_of(step)
            rate = (step.rate, between.low, between.high) if between else (None, None, None)
            yield [name, step.name, step.nested, step.own, step.part, step.whole, step.open, *rate]


FILE_HEAD = ("unit", "stage", "customers", "reached_alone", "part", "whole", "not_over", "rate", "low", "high")
