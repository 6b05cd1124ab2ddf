"""How customers came and what that cost, side by side: new payers, price of one, what became of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from communities.access import Desk
from communities.policies.rules import Policies
from communities.rules import SEE_BOARDS
from opsdesk.lib import intervals
from users.acquisition import spend_queries, spend_rules, spend_sums
from users.boards import channel_queries as queries
from users.boards import places
from users.boards.channel_queries import Cell, Registered
from users.boards.places import Sight
from users.retention import queries as retention
from users.retention import rules

WEEKS = (8, 13, 26)
VALUE_WEEKS = 4  # a new payer's first weeks, whose net is told


@dataclass(frozen=True)
class Rate:
    """Who came back of those whose week is over."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> intervals.Interval | None:
        return intervals.wilson(self.part, self.whole)


NOBODY = Registered(0, 0, 0)


@dataclass(frozen=True)
class Unit:
    """A channel or first category (or a channel within a community): its cohorts of the weeks looked at. `spend`: fen
    by week, told ones only."""

    key: str
    name: str
    cohorts: Mapping[date, Mapping[int, Cell]]
    whole_to: date
    spend: Mapping[date, int] = field(default_factory=dict)
    registered: Registered = NOBODY

    @cached_property
    def customers(self) -> int:
        return sum(cells[0].customers for cells in self.cohorts.values() if 0 in cells)

    @property
    def fen(self) -> int | None:
        return sum(self.spend.values()) if self.spend else None

    @property
    def paid_for(self) -> int:
        """New payers of the weeks whose spend is told."""
        return sum(cells[0].customers for week, cells in self.cohorts.items() if week in self.spend and 0 in cells)

    @property
    def cost(self) -> int | None:
        """Fen a new payer, over the weeks whose spend is told."""
        return round(sum(self.spend.values()) / self.paid_for) if self.spend and self.paid_for else None

    @property
    def activation(self) -> Rate:
        return Rate(self.registered.activated, self.registered.whole)

    def retention(self, k: int) -> Rate:
        """Of all cohorts whose k-th week is over."""
        over = [cells for week, cells in self.cohorts.items() if rules.is_over(week, k, "week", self.whole_to)]
        return Rate(_people(over, k), _people(over, 0))

    @property
    def value(self) -> tuple[int | None, int]:
        """(net of the first weeks a new payer in fen, of how many): cohorts that have lived through them."""
        last = VALUE_WEEKS - 1
        over = [cells for week, cells in self.cohorts.items() if rules.is_over(week, last, "week", self.whole_to)]
        n, net = _people(over, 0), sum(cell.net for cells in over for k, cell in cells.items() if k <= last)
        return (round(net / n) if n else None), n

    def line(self) -> list[tuple[date, Rate]]:
        """Week-1 retention by cohort, oldest first."""
        return [
            (week, Rate(cells[1].customers if 1 in cells else 0, cells[0].customers))
            for week, cells in sorted(self.cohorts.items())
            if 0 in cells and rules.is_over(week, 1, "week", self.whole_to)
        ]


def _people(cohorts: Iterable[Mapping[int, Cell]], k: int) -> int:
    return sum(cells[k].customers for cells in cohorts if k in cells)


@dataclass(frozen=True)
class Board:
    sight: Sight
    weeks: list[date]
    until: date
    channels: list[Unit]
    categories: list[Unit]
    by_community: dict[str, list[Unit]]
    whole: Unit
    few: int
    asked: int

    @property
    def registered_known(self) -> bool:
        """Whether the funnel holds any registration of these weeks."""
        return bool(self.whole.registered.customers)

    @property
    def named(self) -> bool:
        """Whether anybody told how any of these customers came."""
        return any(unit.key for unit in self.channels)


def weeks_asked(query: QueryDict | Mapping[str, str]) -> int:
    asked = str(query.get("weeks", ""))
    return int(asked) if asked in [f"{weeks}" for weeks in WEEKS] else WEEKS[0]


def board_of(desk: Desk, sight: Sight, count: int, policies: Policies) -> Board | None:
    """The last `count` weeks that are over; None before any order."""
    span, everywhere = retention.span(sight.as_of, sight.places), retention.span(sight.as_of)
    if span is None or everywhere is None:
        return None
    whole_to = rules.reach(sight.as_of, everywhere[1])
    weeks = rules.cohorts_shown(span[0], whole_to, "week", count)
    if not weeks:
        return None
    until = weeks[-1] + timedelta(weeks=1)
    cells = queries.cells(weeks[0], until, sight.places)
    ids = places.counted_places(desk, SEE_BOARDS)
    told = spend_queries.told(ids, weeks[0], weeks[-1])
    found = _registered(sight, weeks[0], until)
    channels = _channels(cells, told, found, until)
    names = queries.category_names()
    return Board(
        sight, weeks, until, channels,
        _units(((str(cell.category_id), cell) for cell in cells if cell.view == "category"), until,
               {str(pk): name for pk, name in names.items()} | {"0": _("First category not known")}),
        _by_community(desk, cells, told, until),
        _whole(channels, cells, spend_sums.by_week(told), until),
        policies.alert_min_cohort,
        count,
    )  # fmt: skip


def _registered(sight: Sight, since: date, until: date) -> dict[str, Registered]:
    if sight.is_latest:
        return queries.registered(since, until, sight.places)
    return queries.registered_as_of(sight.as_of, since, until, sight.places)


def _channels(
    cells: list[Cell], told: Mapping[spend_rules.Key, int], found: Mapping[str, Registered], until: date
) -> list[Unit]:
    """Also channels that only cost something, or only registered somebody."""
    spend: dict[str, dict[date, int]] = defaultdict(dict)
    for (week, channel), one in spend_sums.by_channel(told).items():
        spend[channel][week] = one.fen
    cohorts = _cohorts((cell.channel, cell) for cell in cells if cell.view == "channel")
    units = [
        Unit(key, key or _("Channel not told"), cohorts.get(key, {}), until, spend.get(key, {}),
             found.get(key, NOBODY))
        for key in {*cohorts, *spend, *found}
    ]  # fmt: skip
    return sorted(units, key=lambda unit: (-unit.customers, unit.name))


def _units(pairs: Iterable[tuple[str, Cell]], until: date, names: Mapping[str, str]) -> list[Unit]:
    units = [Unit(key, names.get(key, key), cohorts, until) for key, cohorts in _cohorts(pairs).items()]
    return sorted(units, key=lambda unit: (-unit.customers, unit.name))


def _cohorts(pairs: Iterable[tuple[str, Cell]]) -> dict[str, dict[date, dict[int, Cell]]]:
    found: dict[str, dict[date, dict[int, Cell]]] = {}
    for key, cell in pairs:
        found.setdefault(key, {}).setdefault(cell.cohort, {})[cell.k] = cell
    return found


def _by_community(
    desk: Desk, cells: list[Cell], told: Mapping[spend_rules.Key, int], until: date
) -> dict[str, list[Unit]]:
    """Channels of each community by its code ("" for the unassigned), in the order of the picker."""
    found: dict[str, list[Unit]] = {}
    for place, code, _name in places.named_places(desk):
        here = {key: fen for key, fen in told.items() if key[1] == place and place}
        mine = [cell for cell in cells if cell.view == "community" and cell.community_id == place]
        units = _channels([cell._replace(view="channel") for cell in mine], here, {}, until)
        if units:
            found[code] = units
    return found


def _whole(channels: list[Unit], cells: list[Cell], spend: Mapping[date, int], until: date) -> Unit:
    """All channels together."""
    summed: dict[date, dict[int, Cell]] = {}
    for cell in (cell for cell in cells if cell.view == "channel"):
        before = summed.setdefault(cell.cohort, {}).get(cell.k)
        more = (before.customers, before.net) if before else (0, 0)
        summed[cell.cohort][cell.k] = cell._replace(customers=cell.customers + more[0], net=cell.net + more[1])
    known = [unit.registered for unit in channels]
    registered = Registered(*(sum(numbers) for numbers in zip(*known, strict=True))) if known else NOBODY
    return Unit("", _("All channels"), summed, until, spend, registered)
