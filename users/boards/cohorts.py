"""What the cohort board is asked for and reads: its triangles, its levers, the people behind a cell."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar, cast

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from communities.policies.rules import Policies
from opsdesk.lib import intervals, revisions
from opsdesk.lib.revisions import Revision
from users.boards.places import Places, Sight
from users.directory.filters import NOT_TOLD
from users.purchases import rules as purchases
from users.purchases.models import UNASSIGNED
from users.retention import queries, rules
from users.retention.rules import Cell, Cohorts, Line, Spot

ALL = "all"
T = TypeVar("T")
Rows = list[queries.Row]


@dataclass(frozen=True)
class Ask:
    """The words of the board's address. What cannot be read is as if it had not been said."""

    grain: str = "week"
    weeks: str = "8"
    metric: str = "retention"
    mode: str = "in"
    breakdown: str = ""
    without_censored: bool = False
    variables: str = ""

    @property
    def count(self) -> int:
        return rules.MOST if self.weeks == ALL else int(self.weeks) + 1

    @property
    def told_mode(self) -> str:
        return self.mode if self.metric in rules.MODAL else "in"

    @property
    def by_roll_up(self) -> bool:
        """Whether the roll-up of weeks can tell it, of a date since when nothing was bought."""
        return self.grain == "week" and self.breakdown in ("", "community")


def ask_of(query: QueryDict | Mapping[str, str]) -> Ask:
    allowed = {
        "grain": rules.GRAINS, "weeks": (*map(str, rules.COUNTS), ALL), "metric": rules.METRICS, "mode": rules.MODES,
        "breakdown": rules.BREAKDOWNS,
    }  # fmt: skip
    told = {word: query.get(word, "") for word, values in allowed.items() if query.get(word, "") in values}
    return Ask(**told, without_censored=query.get("censored") == "out", variables=query.get("variables", "")[:100])


@dataclass(frozen=True)
class Board:
    """One sight of the cohorts; what is not asked of it is not read."""

    sight: Sight
    ask: Ask
    cohorts: list[date]
    whole_to: date
    uncensored_from: date | None
    few: int
    revision: Revision | None = None  # at which it is kept
    known: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` answers, of watched tables only: it is kept with the board, and goes with it."""
        if key not in self.known:
            self.known[key] = read()
        return cast(T, self.known[key])

    @cached_property
    def lines(self) -> list[Line]:
        if self.cohorts and self.by_roll_up:
            return self.lines_of(queries.week_totals(*self._read))
        return self.lines_of(rules.by_cohort(row[1:] for row in self._rows))

    @cached_property
    def means(self) -> list[Spot]:
        return rules.averages(self.lines)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """People of the cohorts shown by unit, largest first."""
        told = self.cohorts and self.by_roll_up
        found = queries.week_sizes(*self._read, self.cohorts[-1]) if told else self._counted()
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def _counted(self) -> dict[str, int]:
        shown, found = set(self.cohorts), dict.fromkeys((row[0] for row in self._rows), 0)
        for unit, cohort, k, cell in self._rows:
            found[unit] += cell.customers if not k and cohort in shown else 0
        return found

    @cached_property
    def by_roll_up(self) -> bool:
        """Whether the roll-up tells it, and not every customer's days."""
        return self.ask.by_roll_up and (self.ask.told_mode != "after" or queries.is_newest(self.sight.as_of))

    @cached_property
    def _read(self) -> tuple[date, Places, date]:
        return self.sight.as_of, self.sight.places, self.cohorts[0]

    @cached_property
    def _rows(self) -> Rows:
        """Every cell of every unit, by customers' days."""
        if not self.cohorts:
            return []
        as_of, places, since = self._read
        return queries.cells(
            as_of, places, grain=self.ask.grain, breakdown=self.ask.breakdown or "community", since=since
        )

    @property
    def by_unit(self) -> dict[str, list[Line]]:
        return self.units(self.sizes)

    def units(self, wanted: Collection[str], width: int | None = None) -> dict[str, list[Line]]:
        """The same triangle of these units, largest first; `width`: only so many periods of it."""
        return {unit: self.lines_of(cells, width) for unit, cells in self._cells_of(wanted, width).items()}

    def columns(self, wanted: Collection[str], k: int) -> dict[str, list[Spot]]:
        """The k-th period of these units' cohorts, largest unit first."""
        return self.once(("column", k, tuple(wanted)), lambda: self._columns(wanted, k))

    def _columns(self, wanted: Collection[str], k: int) -> dict[str, list[Spot]]:
        ask = self.ask
        return {
            unit: rules.column(
                cells, self.cohorts, k, grain=ask.grain, whole_to=self.whole_to, metric=ask.metric, mode=ask.told_mode
            )
            for unit, cells in self._cells_of(wanted, k + 1).items()
        }

    def _cells_of(self, wanted: Collection[str], width: int | None) -> dict[str, dict[date, dict[int, Cell]]]:
        units: dict[str, dict[date, dict[int, Cell]]] = {unit: {} for unit in self.sizes if unit in wanted}
        for unit, cohort, k, cell in self._rows_of(units, width):
            if unit in units:
                units[unit].setdefault(cohort, {})[k] = cell
        return units

    def _rows_of(self, units: Collection[str], width: int | None) -> Rows:
        if not units or not self.by_roll_up:
            return self._rows
        upto = None if width is None or self.ask.told_mode == "after" else width - 1
        return queries.week_cells(self.sight.as_of, [int(unit) for unit in units], self.cohorts[0], upto)

    def lines_of(self, cells: Cohorts, width: int | None = None) -> list[Line]:
        return rules.triangle(
            cells, self.cohorts, grain=self.ask.grain, whole_to=self.whole_to, metric=self.ask.metric,
            mode=self.ask.told_mode, width=width,
        )  # fmt: skip

    @cached_property
    def discounts(self) -> dict[date, float]:
        """Coupon discount over gross by cohort."""
        return queries.discount_rates(self.sight.as_of, self.sight.places, self.ask.grain, self.cohorts[0])

    def is_censored(self, cohort: date) -> bool:
        return self.uncensored_from is not None and cohort < self.uncensored_from


def board_of(sight: Sight, ask: Ask, policies: Policies) -> Board | None:
    """None before any order. What the roll-up tells is kept as long as nobody writes to it."""
    few, censored = policies.alert_min_cohort, policies.left_censor_weeks
    if not ask.by_roll_up or ask.told_mode == "after":
        return _read(sight, ask, few, censored)
    key, revision = (Board, sight.key, ask, few, censored), revisions.now()
    return revisions.kept(revision, key, lambda: _read(sight, ask, few, censored, revision))


def _read(sight: Sight, ask: Ask, few: int, left_censor_weeks: int, revision: Revision | None = None) -> Board | None:
    everywhere = queries.span(sight.as_of)
    span = everywhere if sight.places is None else queries.span(sight.as_of, sight.places)
    if span is None or everywhere is None:
        return None
    whole_to = rules.reach(sight.as_of, everywhere[1])
    uncensored_from = purchases.uncensored_from(everywhere[0], left_censor_weeks)
    cohorts = rules.cohorts_shown(span[0], whole_to, ask.grain, ask.count)
    if ask.without_censored and uncensored_from:
        cohorts = [cohort for cohort in cohorts if cohort >= uncensored_from]
    return Board(sight, ask, cohorts, whole_to, uncensored_from, few, revision)


# -- The people behind a cell ----------------------------------------------------------------------------------------


def people_words(board: Board, cohort: date, k: int, place: Mapping[str, object]) -> dict[str, object]:
    """The customer list's words for those whom a cell counts."""
    ask = board.ask
    born = {"first_from": cohort, "first_to": rules.last_day(cohort, ask.grain), **place}
    if not k:
        return born
    start, end = rules.after(cohort, ask.grain, k), rules.last_day(rules.after(cohort, ask.grain, k), ask.grain)
    if ask.told_mode == "after":
        end = board.sight.as_of - timedelta(days=1)
    if ask.metric == "recall":
        before = rules.after(cohort, ask.grain, k - 1)
        missed = {"missed_from": before, "missed_to": rules.last_day(before, ask.grain)}
        return {**born, "bought_from": start, "bought_to": end, **missed}
    if ask.told_mode == "every":
        start = cohort
    came, each = ("missed", "gap") if ask.metric == "churn" else ("bought", "each")
    every = {each: ask.grain} if ask.told_mode == "every" else {}
    return {**born, f"{came}_from": start, f"{came}_to": end, **every}


def place_words(breakdown: str, unit: str, codes: Mapping[int, str]) -> dict[str, object] | None:
    """The words that mean one unit of a breakdown; None for those whom no word means."""
    if breakdown == "station":
        return {"station": unit} if unit != "0" else None
    if breakdown in _WORDS:
        return {_WORDS[breakdown]: unit or NOT_TOLD}
    return {"unassigned": 1} if unit == str(UNASSIGNED) else {"community": codes.get(int(unit), "")}


_WORDS = {"channel": "channel", "category": "category", "staff": "served_by"}


# -- Words and numbers of the table -----------------------------------------------------------------------------------


def heads(grain: str, count: int) -> list[str]:
    """The words over the columns, from the cohort's own period on."""
    first, later = {
        "week": (_("That week"), _("Week %(k)s")),
        "month": (_("That month"), _("Month %(k)s")),
        "day": (_("That day"), _("Day %(k)s")),
    }[grain]
    return [first, *(later % {"k": k} for k in range(1, count))]


def interval_of(spot: Spot, metric: str) -> intervals.Interval | None:
    return intervals.wilson(spot.part, spot.whole) if metric in rules.RATES and spot.state == rules.DONE else None


def table_rows(board: Board) -> list[dict[str, Any]]:
    """The table twin: one row a cell that is over."""
    return [
        {
            "cohort": line.cohort, "k": spot.k, "size": line.size, "part": spot.part, "whole": spot.whole,
            "value": spot.value, "interval": interval_of(spot, board.ask.metric),
        }
        for line in board.lines
        for spot in line.spots
        if spot.state == rules.DONE
    ]  # fmt: skip
