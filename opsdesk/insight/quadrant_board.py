"""What a plane is asked for, and everything that it reads: one reading feeds page, file and API."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from communities import queries as places_queries
from communities.access import Desk
from communities.rules import SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.insight import quadrant_metrics as metrics
from opsdesk.insight import quadrant_queries as queries
from opsdesk.insight import quadrant_rules as rules
from opsdesk.insight import values
from opsdesk.insight.dashboard_rules import value
from opsdesk.insight.quadrant_metrics import Axis
from opsdesk.insight.quadrant_rules import Bubble
from opsdesk.lib import figures, money
from users.boards import places
from users.boards.places import Sight
from users.growth.models import QuadrantModel
from users.retention import queries as retention
from users.retention import rules as weeks_of


@dataclass(frozen=True)
class Ask:
    """The words of the address. What cannot be read is as if it had not been said; cuts stay as typed."""

    unit: str = metrics.COMMUNITY
    across: str = ""
    up: str = ""
    size: str = ""
    across_cut: str = ""
    up_cut: str = ""
    weeks: int = 4
    corner: str = ""

    @property
    def query(self) -> str:
        """The address that asks for the same plane."""
        words = {
            name: getattr(self, name) for name in ("unit", "across", "up", "size", "across_cut", "up_cut", "weeks")
        }
        return urlencode({name: text for name, text in words.items() if text})


def ask_of(query: Mapping[str, Any]) -> Ask:
    unit = query.get("unit", "")
    unit = unit if unit in metrics.UNITS else metrics.COMMUNITY
    known, usual = metrics.axes(unit), metrics.USUAL[unit]
    across, up, size = (
        query.get(word, "") if query.get(word, "") in known else standard
        for word, standard in zip(("across", "up", "size"), usual, strict=True)
    )
    if up == across:
        up = next(key for key in (*usual, *known) if key != across)
    weeks, corner = str(query.get("weeks", "")), query.get("corner", "")
    return Ask(
        unit, across, up, size, str(query.get("across_cut", ""))[:20], str(query.get("up_cut", ""))[:20],
        int(weeks) if weeks in map(str, rules.WEEKS) else 4, corner if corner in rules.CORNERS else "",
    )  # fmt: skip


def ask_of_model(model: QuadrantModel, size: str = "", corner: str = "") -> Ask:
    cuts = {
        "across_cut": "" if model.across_cut is None else f"{model.across_cut:g}",
        "up_cut": "" if model.up_cut is None else f"{model.up_cut:g}",
    }
    words = {"unit": model.unit, "across": model.across, "up": model.up, "size": size, "weeks": str(model.weeks)}
    return replace(ask_of(words | cuts), corner=corner if corner in rules.CORNERS else "")


@dataclass(frozen=True)
class Plane:
    """One reading: from Monday `start` to, not with, Monday `end`; customers as of `sight.as_of`. `unknown`: things
    without a value on one of the axes. `counts` are of everybody; `bubbles` may be fewer (customers: a sample)."""

    ask: Ask
    sight: Sight
    start: date
    end: date
    bubbles: list[Bubble]
    across_cut: float
    up_cut: float
    counts: dict[str, int]
    unknown: list[str] = field(default_factory=list)

    @cached_property
    def axes(self) -> dict[str, Axis]:
        return metrics.axes(self.ask.unit)

    @property
    def across(self) -> Axis:
        return self.axes[self.ask.across]

    @property
    def up(self) -> Axis:
        return self.axes[self.ask.up]

    @property
    def size(self) -> Axis:
        return self.axes[self.ask.size]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def is_of_customers(self) -> bool:
        return self.ask.unit == metrics.CUSTOMER

    def corner(self, bubble: Bubble) -> str:
        return rules.corner_of(bubble.across, bubble.up, self.across_cut, self.up_cut)


def plane_of(desk: Desk, sight: Sight, ask: Ask) -> Plane | None:
    """None before any order, or before so many weeks are over."""
    span, everywhere = retention.span(sight.as_of, sight.places), retention.span(sight.as_of)
    if span is None or everywhere is None:
        return None
    whole_to = weeks_of.reach(sight.as_of, everywhere[1])
    end = weeks_of.start_of(whole_to, "week")
    start = end - timedelta(weeks=ask.weeks)
    if ask.unit == metrics.CUSTOMER:
        return _of_customers(desk, sight, ask, start, end)
    things = _things(desk, sight, ask, start, end)
    known, usable = metrics.axes(ask.unit), [one for one in things if None not in (one[3][ask.across], one[3][ask.up])]
    bubbles = [
        Bubble(key, name, told[ask.across] or 0, told[ask.up] or 0, told[ask.size], href)
        for key, name, href, told in usable
    ]
    across_cut = rules.cut_of([one.across for one in bubbles], rules.read_cut(ask.across_cut, known[ask.across].kind))
    up_cut = rules.cut_of([one.up for one in bubbles], rules.read_cut(ask.up_cut, known[ask.up].kind))
    counts = rules.counts(bubbles, across_cut, up_cut)
    unknown = [one[1] for one in things if one not in usable]
    return Plane(ask, sight, start, end, bubbles, across_cut, up_cut, counts, unknown)


Thing = tuple[str, str, str, queries.Values]  # id, name, address, values


def _things(desk: Desk, sight: Sight, ask: Ask, start: date, end: date) -> list[Thing]:
    within = places.counted_places(desk, SEE_BOARDS)
    if ask.unit == metrics.PRODUCT:
        return [(key, name, "", told) for key, name, told in queries.products(within, start, end)]
    if ask.unit == metrics.CHANNEL:
        words = {"first_from": start, "first_to": end - timedelta(days=1)} if desk.may(SEE_CUSTOMERS) else None
        return [
            (key, name or _("Channel not told"), sight.people(channel=name, **words) if name and words else "", told)
            for key, name, told in queries.channels(within, start, end)
        ]
    keys = {ask.across, ask.up, ask.size}
    unit: Any = ask.unit
    told = {key: values.of_units(key, unit, start, end, within) for key in keys}
    return [
        (str(place), name, href, {key: value(told[key].get(place, (0, 0))) for key in keys})
        for place, name, href in _named(desk, ask.unit, set().union(*told.values()))
    ]


def _named(desk: Desk, unit: str, found: set[int]) -> list[tuple[int, str, str]]:
    """Communities lead to their growth, stations to their customers."""
    if unit == metrics.STATION:
        stations = [one for one in places_queries.stations_in(desk.scope_for(SEE_BOARDS)) if one.pk in found]
        linked = desk.may(SEE_CUSTOMERS)
        return [(one.pk, one.name, f"{reverse('customers')}?station={one.pk}" if linked else "") for one in stations]
    return [
        (place, name or _("Unassigned"), f"{reverse('growth')}?community={code}" if code else "")
        for place, code, name in places.named_places(desk)
        if place in found
    ]


# -- Customers -------------------------------------------------------------------------------------------------------


def _of_customers(desk: Desk, sight: Sight, ask: Ask, start: date, end: date) -> Plane:
    known = metrics.axes(ask.unit)
    cuts = (_whole(ask.across_cut, known[ask.across]), _whole(ask.up_cut, known[ask.up]))
    found = queries.customers(sight.places, sight.as_of, (ask.across, ask.up, ask.size), cuts)
    bubbles = [Bubble(str(key), "", across, up, size) for key, across, up, size in found.points]
    counts = {corner: found.counts.get(corner, 0) for corner in rules.CORNERS}
    return Plane(ask, sight, start, end, bubbles, found.across_cut, found.up_cut, counts)


def _whole(text: str, axis: Axis) -> int | None:
    """Values of customers are whole numbers, so a threshold between two of them means the upper one."""
    told = rules.read_cut(text, axis.kind)
    return None if told is None else math.ceil(round(told, 6))


_BOUNDS = {  # of the customer list: at least, at most
    "purchases": ("purchases_min", "purchases_max"),
    "net_ever": ("net_min", "net_max"),
    "rfm_frequency": ("frequency_min", "frequency_max"),
    "rfm_monetary": ("monetary_min", "monetary_max"),
    "recency": ("older", "within"),
}


def people_of(plane: Plane, corner: str) -> str:
    """The customer list of a corner of customers; empty where nobody is, or as of an earlier date than the list's."""
    if not plane.counts[corner] or not plane.sight.is_latest:
        return ""
    across, up = corner.split("_")
    words = {"purchases_min": "1"}
    words |= {"scored": "1"} if {plane.ask.across, plane.ask.up} & {"rfm_frequency", "rfm_monetary"} else {}
    words |= _bound(plane.ask.across, across, int(plane.across_cut)) | _bound(plane.ask.up, up, int(plane.up_cut))
    return plane.sight.people(**words)


def _bound(key: str, side: str, cut: int) -> dict[str, str]:
    """`older` means more than so many days: one less than at least."""
    least, most = _BOUNDS[key]
    word, told = (least, cut - (key == "recency")) if side == "high" else (most, cut - 1)
    if told < 0:
        return {}
    return {word: money.yuan(told).removesuffix(".00") if key in ("net_ever", "rfm_monetary") else str(told)}


def size_words(bubble: Bubble, axis: Axis) -> str:
    return figures.NOTHING if bubble.size is None else axis.told(bubble.size)
