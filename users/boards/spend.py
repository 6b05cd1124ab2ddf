"""The sheet of acquisition spend: weeks down, channels across, of one community or of all in reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict

from communities.access import Desk
from communities.rules import CHANGE_BUDGETS, SEE_BOARDS
from opsdesk.lib import plaintext
from users.acquisition import spend_queries as queries
from users.acquisition import spend_rules as rules
from users.acquisition import spend_sums as sums
from users.acquisition.spend_rules import Frame
from users.acquisition.spend_sums import Told
from users.boards import places
from users.directory import queries as directory
from users.purchases.rules import monday_of

WEEKS = (13, 26, 52)
AHEAD = 1  # weeks after this one that can be typed


@dataclass(frozen=True)
class Line:
    """A week: what is told of each channel (None: nothing), and the sum of it."""

    week: date
    cells: list[tuple[str, Told | None]]
    total: int | None


@dataclass(frozen=True)
class Board:
    weeks: list[date]
    channels: list[str]
    lines: list[Line]
    totals: list[int | None]
    whole: int | None
    is_newest: bool


def board_of(desk: Desk, query: QueryDict, today: date) -> Board:
    ids = places.counted_places(desk, SEE_BOARDS)
    weeks, newest = weeks_of(query, today)
    place = desk.community.id if desk.community else rules.COMPANY
    told = sums.by_channel(queries.told(ids, weeks[0], weeks[-1]), place)
    channels = channels_of(ids, query)
    lines = [_line(week, channels, told) for week in weeks]
    totals = [_sum(line.cells[place][1] for line in lines) for place in range(len(channels))]
    return Board(weeks, channels, lines, totals, _plus(totals), newest)


def _line(week: date, channels: list[str], told: Mapping[tuple[date, str], Told]) -> Line:
    cells = [(channel, told.get((week, channel))) for channel in channels]
    return Line(week, cells, _sum(one for _channel, one in cells))


def _sum(told: Iterable[Told | None]) -> int | None:
    return _plus([one.fen if one else None for one in told])


def _plus(amounts: list[int | None]) -> int | None:
    known = [fen for fen in amounts if fen is not None]
    return sum(known) if known else None


def weeks_of(query: QueryDict, today: date) -> tuple[list[date], bool]:
    """The Mondays shown, oldest first, and whether none is newer. `weeks` how many, `until` the last of them."""
    asked = query.get("weeks", "")
    count = int(asked) if asked in [f"{weeks}" for weeks in WEEKS] else WEEKS[0]
    newest = monday_of(today) + timedelta(weeks=AHEAD)
    last = _until(query.get("until", ""), newest)
    return [last - timedelta(weeks=back) for back in range(count - 1, -1, -1)], last == newest


def _until(text: str, newest: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return newest
    monday = monday_of(day)
    return monday if rules.FIRST_MONDAY + timedelta(weeks=max(WEEKS)) <= monday <= newest else newest


def channels_of(ids: list[int], query: QueryDict) -> list[str]:
    """Ways that customers came, those of which anything was told, and those that the address adds."""
    added = [plaintext.tidy(text)[: rules.CHANNEL_CHARS] for text in query.getlist("add")[:10]]
    return list(dict.fromkeys(one for one in [*directory.channels(), *queries.channels(ids), *added] if one))


# -- Who may tell what -----------------------------------------------------------------------------------------------


def may_tell(desk: Desk) -> bool:
    """Of the chosen community, or of the company where none is chosen."""
    scope = desk.scope_for(CHANGE_BUDGETS)
    return scope.sees_community(desk.community.id) if desk.community else scope.everywhere


def frame_of(desk: Desk, query: QueryDict, today: date, *, any_channel: bool) -> Frame:
    """What a pasted sheet is read against; the page must have been asked for by the same address."""
    scope = desk.scope_for(CHANGE_BUDGETS)
    named: dict[str, int] = {}
    for community in (one for one in desk.communities if scope.sees_community(one.id)):
        named |= {name.lower(): community.id for name in (community.code, community.name, *community.aliases)}
    weeks, _newest = weeks_of(query, today)
    channels = channels_of(places.counted_places(desk, SEE_BOARDS), query)
    chosen = desk.community.id if desk.community else None
    return Frame(today, weeks, channels, chosen, named, scope.everywhere, any_channel)
