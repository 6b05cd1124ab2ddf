"""What one reading of the visit table looks at: which days, which communities, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.visits import queries
from campaigns.boards.visits.queries import Period
from campaigns.boards.visits.rules import Place
from communities.access import Desk
from communities.policies import queries as policies
from communities.policies.rules import Policies
from communities.rules import SEE_FIELD
from communities.scoping import Scope
from users.pulse import queries as pulse
from users.purchases.models import UNASSIGNED

LONGEST = 92  # days in one table


@dataclass(frozen=True)
class Spot:
    """A community of the table; without a code: customers of none."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Sight:
    scope: Scope
    period: Period
    spots: Sequence[Spot]
    offered: Sequence[Spot]
    places: dict[int, Place]
    company: Policies

    @property
    def days(self) -> list[date]:
        """Newest last."""
        return [self.period.first + timedelta(days=n) for n in range((self.period.last - self.period.first).days + 1)]

    def query(self, spots: Sequence[Spot] | None = None, **words: object) -> str:
        """The words of an address that mean these communities (all of the table's) and this period."""
        asked = self.spots if spots is None else spots
        named = dict(zip(("community", "with"), [*(spot.code for spot in asked), "none"], strict=False))
        days = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return urlencode({name: str(value) for name, value in (named | days | words).items() if value != ""})

    def list_of(self, page: str, spots: Sequence[Spot], **words: object) -> str:
        """The list behind a number; "" where its communities cannot be named in an address."""
        return f"{reverse(page)}?{self.query(spots, **words)}" if all(spot.code for spot in spots) else ""


def sight_of(desk: Desk, asked: QueryDict) -> Sight | None:
    """`from`, `to`, `community` (the scope picker) and `with`; what is missing or unreadable: the two weeks up to the
    newest visit, and the communities visited most. None before the first visit."""
    scope = desk.scope_for(SEE_FIELD)
    newest = queries.last_day(scope)
    if newest is None:
        return None
    first, last = days_of(asked, newest)
    offered = _spots(desk, queries.visited_places(scope, first, last))
    spots = chosen(desk, asked.get("with", ""), offered)
    period = Period(first, last, known_before(timezone.localdate()))
    found = policies.for_every_community()
    places = queries.places((spot.id for spot in spots), found)
    return Sight(scope, period, spots, offered, places, found[None])


def days_of(asked: QueryDict, newest: date) -> tuple[date, date]:
    """The days asked for; one alone gives two weeks."""
    first, last = day_of(asked.get("from", "")), day_of(asked.get("to", ""))
    if first is None or last is None or last < first:
        return queries.two_weeks(last or newest) if first is None else (first, first + timedelta(days=13))
    return max(first, last - timedelta(days=LONGEST - 1)), last


def day_of(text: str) -> date | None:
    """A day as an address writes it, of a year that a calendar has."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def known_before(today: date) -> date:
    """The first day of which orders are not known in full: the last computed date, and no later than the data."""
    fresh = pulse.freshness(today)
    if fresh is None:
        return today
    return min(fresh.as_of, fresh.data_to + timedelta(days=1)) if fresh.data_to else fresh.as_of


def chosen(desk: Desk, other: str, offered: Sequence[Spot]) -> list[Spot]:
    """The two communities side by side; the first is the scope picker's."""
    named = {spot.code: spot for spot in _spots(desk, [place.pk for place in desk.communities])}
    picked = [named[desk.community.code]] if desk.community else []
    if other in named and named[other] not in picked:
        picked = [*picked, named[other]]
    elif other != "none":
        picked = [*picked, *(spot for spot in offered if spot not in picked)]
    return (picked or list(named.values()))[:2]


def _spots(desk: Desk, ids: Sequence[int]) -> list[Spot]:
    named = {place.pk: Spot(place.pk, place.code, place.name) for place in desk.communities}
    nowhere = Spot(UNASSIGNED, "", _("Unassigned"))
    return [named.get(one, nowhere) for one in ids if one in named or one == UNASSIGNED]
