"""What the dashboard is asked for, and everything that it reads: one reading feeds page, file and API."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils.translation import get_language

from communities import queries as places_queries
from communities.access import Desk
from communities.rules import SEE_BOARDS
from opsdesk.insight import dashboard_rules as rules
from opsdesk.insight.dashboard_periods import GRAINS, LINE, Periods, periods
from opsdesk.insight.dashboard_queries import Reading, reading
from opsdesk.insight.dashboard_rules import Pair
from opsdesk.lib import revisions
from opsdesk.lib.revisions import Revision
from users.boards.places import counted_places, named_places
from users.lifecycle import queries as lifecycle
from users.pulse.rules import Grain, Span, Unit
from users.pulse.step_rules import EVERYBODY
from users.purchases.models import UNASSIGNED
from users.retention import queries as retention

SHOWN = (
    "gmv", "net", "payers", "new_payers", "arppu", "aov", "repurchase", "daily_repurchase", "wake", "subsidy_rate",
    "penetration", "registered_penetration",
)  # fmt: skip
UNITS: tuple[Unit, ...] = ("community", "station")


@dataclass(frozen=True)
class Ask:
    """The words of the address. What cannot be read is as if it had not been said."""

    grain: Grain = "week"
    unit: Unit = "community"
    station: int | None = None
    as_of: date | None = None


def ask_of(query: Mapping[str, str]) -> Ask:
    grain: Grain = next((one for one in GRAINS if one == query.get("grain")), "week")
    unit: Unit = next((one for one in UNITS if one == query.get("unit")), "community")
    station = query.get("station", "")
    return Ask(grain, unit, int(station) if station.isdecimal() and len(station) < 10 else None, _day(query))


def _day(query: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(query.get("as_of", ""))
    except ValueError:
        return None


@dataclass(frozen=True)
class Place:
    """A community (code; the unassigned have none) or a station (its id), as tables and links name it."""

    id: int
    name: str
    words: Mapping[str, object] = field(default_factory=dict)
    beneath: str = ""


@dataclass(frozen=True)
class Board:
    """One reading of all that is looked at; `apart`: that of the places in the table, in the period shown."""

    revision: Revision
    ask: Ask
    as_of: date
    is_latest: bool
    periods: Periods
    reading: Reading
    apart: Reading
    places: Sequence[Place]
    station: Place | None
    words: Mapping[str, object]  # of the customer list, for everybody counted
    few: int

    def pair(self, key: str, span: Span | None = None) -> Pair:
        return self.reading.pair(key, span or self.periods.shown, EVERYBODY)

    def pair_of(self, place: Place, key: str) -> Pair:
        return self.apart.pair(key, self.periods.shown, place.id)

    def lines_of(self, places: Iterable[Place], key: str) -> dict[int, list[float]]:
        """By place: the values that there are of the finished periods, oldest first."""
        ids = [place.id for place in places]
        line = self.periods.line
        read = reading(self.revision, self.apart.unit, self.ask.grain, (), line, ids, self.as_of)
        pairs = {place: [read.pair(key, span, place) for span in line] for place in ids}
        return {place: _told(map(rules.value, told)) for place, told in pairs.items()}

    @cached_property
    def whole(self) -> dict[str, list[Pair]]:
        """By metric: every finished period, oldest first."""
        return {key: [self.pair(key, span) for span in self.periods.whole] for key in self.keys}

    def values(self, key: str) -> list[float]:
        """Those there are of the line, oldest first."""
        return _told(map(rules.value, self.whole[key][-LINE:]))

    @cached_property
    def means(self) -> dict[str, float | None]:
        """By metric: of the finished periods before the one shown, rates pooled, sums averaged."""
        return {key: rules.pooled(pairs[:-1][-LINE:]) for key, pairs in self.whole.items()}

    @cached_property
    def language(self) -> str:
        return get_language() or ""

    @cached_property
    def customers(self) -> str:
        """The address of the customer list."""
        return reverse("customers")

    @cached_property
    def keys(self) -> list[str]:
        """What can be told of what is looked at."""
        hidden = ("subsidy_rate", "penetration", "registered_penetration") if self.station else ()
        return [key for key in SHOWN if key not in hidden]


def _told(values: Iterable[float | None]) -> list[float]:
    return [one for one in values if one is not None]


class NoStation(LookupError):
    """No such station within reach."""


def board_of(desk: Desk, ask: Ask, few: int) -> Board | None:
    """None before the first run or the first order, or where no period was over by then."""
    revision = revisions.now()
    latest = revisions.kept(revision, "latest", lifecycle.latest_as_of)
    if latest is None:
        return None
    as_of = min(ask.as_of or latest, latest)
    span = revisions.kept(revision, ("span", as_of), lambda: retention.span(as_of))
    looked_at = periods(ask.grain, as_of, *span) if span else None
    if looked_at is None:
        return None
    communities = counted_places(desk, SEE_BOARDS)
    station = _station(desk, ask.station) if ask.station else None
    unit: Unit = "station" if station else "community"
    ids = [station.id] if station else communities
    shown = [looked_at.shown]
    read = reading(revision, unit, ask.grain, looked_at.read, shown, ids, as_of)
    places = _places(desk, ask, station)
    by_station = ask.unit == "station" and station is None
    stations = [place.id for place in places]
    apart = reading(revision, "station", ask.grain, (), shown, stations, as_of) if by_station else read
    words = station.words if station else {"community": desk.community.code} if desk.community else {}
    return Board(revision, ask, as_of, as_of == latest, looked_at, read, apart, places, station, words, few)


def _places(desk: Desk, ask: Ask, station: Place | None) -> list[Place]:
    if station:
        return [station]
    if ask.unit == "station":
        return _stations(desk)
    named = [place for place in named_places(desk) if not desk.community or place[0] == desk.community.id]
    return [
        Place(id_, name, {"community": code} if id_ != UNASSIGNED else {"unassigned": 1}) for id_, code, name in named
    ]


def _stations(desk: Desk) -> list[Place]:
    """Stations in reach, of the chosen community if there is one."""
    found = places_queries.stations_in(desk.scope_for(SEE_BOARDS))
    if desk.community:
        found = found.filter(community=desk.community)
    return [Place(one.pk, one.name, {"station": one.pk}, one.community.name) for one in found]


def _station(desk: Desk, station: int) -> Place:
    for place in _stations(desk):
        if place.id == station:
            return place
    raise NoStation(station)
