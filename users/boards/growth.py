"""What the growth board is asked for and reads: the weeks that are over, their flows by community, the two levers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from communities.access import Desk
from communities.models import Community
from opsdesk.lib import revisions
from opsdesk.lib.revisions import Revision
from users.boards import places
from users.boards.places import Sight
from users.growth import queries, rules
from users.growth.queries import Levers
from users.growth.rules import Flow, Outlook
from users.purchases.models import UNASSIGNED
from users.retention import queries as retention
from users.retention import rules as weeks_of

ALL = "all"
MOST_TARGET = 9_999_999


@dataclass(frozen=True)
class Ask:
    """The words of the board's address. What cannot be read is as if it had not been said."""

    weeks: str = "8"
    target: int | None = None
    by_community: bool = False

    @property
    def count(self) -> int:
        return weeks_of.MOST if self.weeks == ALL else int(self.weeks)


def ask_of(query: QueryDict | Mapping[str, str]) -> Ask:
    weeks, target = query.get("weeks", ""), str(query.get("target") or "").replace(",", "").strip()
    return Ask(
        weeks if weeks in (*map(str, rules.COUNTS), ALL) else "8",
        int(target) if target.isascii() and target.isdigit() and 0 < int(target[:12]) <= MOST_TARGET else None,
        query.get("breakdown") == "community",
    )


@dataclass(frozen=True)
class Board:
    """One reading. `weeks`: Mondays of weeks that are over, oldest first; `flows` and `levers` by community id."""

    revision: Revision
    sight: Sight
    ask: Ask
    weeks: list[date]
    whole_to: date
    flows: dict[int, dict[date, Flow]]
    levers: dict[int, Levers]

    @cached_property
    def total(self) -> dict[date, Flow]:
        return rules.total(self.flows, self.weeks)

    @property
    def newest(self) -> date:
        return self.weeks[-1]

    @property
    def open_week(self) -> date | None:
        """The week that has begun and is not over."""
        after = self.newest + rules.WEEK
        return after if after < self.whole_to else None

    @cached_property
    def outlook(self) -> Outlook | None:
        return rules.outlook(list(self.total.values()))

    @property
    def target(self) -> int | None:
        """The pool that is aimed at: as typed, else a tenth above what there is."""
        return self.ask.target or (round(self.total[self.newest].active * 1.1) or None)

    def flow_of(self, place: int, week: date) -> Flow:
        return self.flows.get(place, {}).get(week, rules.NOTHING)

    def frequency(self, place: int | None, week: date) -> float | None:
        """Purchases per active customer of the week; None where nobody was."""
        told = self.levers.values() if place is None else [self.levers[place]] if place in self.levers else []
        active = (self.total[week] if place is None else self.flow_of(place, week)).active
        return sum(one.purchases[week] for one in told) / active if active else None


def board_of(sight: Sight, ask: Ask) -> Board | None:
    """None before any order, or before a week is over. Kept as long as nobody writes to what it reads."""
    revision = revisions.now()
    return revisions.kept(revision, (Board, sight.key, ask), lambda: _read(revision, sight, ask))


def _read(revision: Revision, sight: Sight, ask: Ask) -> Board | None:
    everywhere = retention.span(sight.as_of)
    span = everywhere if sight.places is None else retention.span(sight.as_of, sight.places)
    if span is None or everywhere is None:
        return None
    whole_to = weeks_of.reach(sight.as_of, everywhere[1])
    weeks = weeks_of.cohorts_shown(span[0], whole_to, "week", ask.count)
    if not weeks:
        return None
    flows = queries.flows(sight.places, weeks[0], weeks[-1])
    return Board(revision, sight, ask, weeks, whole_to, flows, queries.levers(sight.places, weeks, sight.as_of))


@dataclass(frozen=True)
class Place:
    """A community as the board names it; the unassigned have neither code nor households."""

    id: int
    name: str
    community: Community | None


def places_shown(desk: Desk, board: Board) -> list[Place]:
    """Communities with a row in the weeks shown or ever a payer, largest first; the unassigned at the end."""
    known = {one.pk: one for one in desk.communities}
    shown = [
        Place(place, name or _("Unassigned"), known.get(place))
        for place, _code, name in places.named_places(desk)
        if (place in board.flows or place in board.levers or place in known)
        and (not desk.community or desk.community.pk == place)
    ]
    return sorted(shown, key=lambda one: (one.id == UNASSIGNED, -board.flow_of(one.id, board.newest).active, one.name))


def people_words(flow: str, week: date, place: Place | None = None) -> dict[str, Any]:
    """The customer list's words for those whom a flow counts."""
    words: dict[str, Any] = {"week": week, "flow": flow}
    if place is None:
        return words
    return words | ({"community": place.community.code} if place.community else {"unassigned": 1})
