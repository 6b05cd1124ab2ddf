"""A filter in words, as it stands above every list: community is Cuiping, and class is silent or active."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opsdesk.lib import figures
from opsdesk.lib.days import day
from opsdesk.lib.words import N_
from users.directory import classes
from users.directory.filters import CHANGED, DEEDS, NEW, NONE, NOT_TOLD, ORDERED, TAKEN, Filters
from users.funnel import rules as funnel
from users.growth import rules as growth


class Names(NamedTuple):
    """What the ids and codes of a filter are called."""

    community: str = ""
    station: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    served_by: str = ""


DID = {
    NEW: N_("first told of"),
    ORDERED: N_("known before and given new orders"),
    CHANGED: N_("with orders changed"),
}
TOLD = dict(zip(TAKEN, (N_("newly told of"), N_("told more of"), N_("told of again")), strict=True))
Pieces = list[tuple[str, bool]]
_VALUE = re.compile(r"\{(\w+)\}")


def pieces(filters: Filters, names: Names) -> Pieces:
    """(text, is it a value) in reading order; without any condition the words for everybody."""
    found: Pieces = []
    for phrase, values in _phrases(filters, names):
        if found:
            found.append((_(", and "), False))
        found += _filled(phrase, values)
    return found or [(_("All customers"), False)]


def text(filters: Filters, names: Names) -> str:
    return "".join(piece for piece, _is_value in pieces(filters, names))


def _filled(phrase: str, values: dict[str, str]) -> Pieces:
    """The phrase cut at its {places}."""
    parts = _VALUE.split(phrase)
    cut = [(values.get(part, part), bool(place % 2)) for place, part in enumerate(parts)]
    return [(part, is_value) for part, is_value in cut if part]


def _phrases(filters: Filters, names: Names) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.q:
        yield _("found by “{value}”"), {"value": filters.q}
    if filters.ids:
        n = len(filters.ids)
        yield ngettext("{value} chosen", "{value} chosen", n), {"value": figures.count(n)}
    if filters.community:
        yield _("community is {value}"), {"value": names.community or filters.community}
    if filters.unassigned:
        yield _("community is {value}"), {"value": _("Unassigned")}
    if filters.station is not None:
        yield _("station is {value}"), {"value": names.station or str(filters.station)}
    if filters.building:
        yield _("building is {value}"), {"value": filters.building}
    if filters.channel:
        not_told = filters.channel == NOT_TOLD
        yield _("came by {value}"), {"value": _("a channel not told") if not_told else filters.channel}
    yield from _classes(filters, names)
    yield from _moves(filters)
    yield from _bought(filters)
    yield from _began(filters, names)
    yield from _flowed(filters)
    yield from _staged(filters)
    yield from _imported(filters)
    yield from _signed_up(filters)


def _classes(filters: Filters, names: Names) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.lifecycle:
        yield _("class is {value}"), {"value": _any_of(filters.lifecycle)}
    if filters.recalled:
        yield "{value}", {"value": _("recalled")}
    if filters.rfm:
        yield _("RFM class is {value}"), {"value": _any_of(filters.rfm)}
    if filters.scored:
        yield "{value}", {"value": _("bought within the RFM window")}
    if filters.tag:
        yield _("tagged {value}"), {"value": _(" or ").join(names.tags) or ",".join(map(str, filters.tag))}
    if filters.service:
        yield "{value}", {"value": _("service customers")}
    if filters.proxy:
        yield "{value}", {"value": _("proxy buyers")}


def _moves(filters: Filters) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.from_ and filters.was:
        yield _("on {day} was {value}"), {"day": day(filters.from_), "value": _any_of(filters.was, _("not known yet"))}
    if filters.to and filters.is_:
        yield _("on {day} is {value}"), {"day": day(filters.to), "value": _any_of(filters.is_)}
    elif filters.to:
        yield _("known on {day}"), {"day": day(filters.to)}


_EACH = {
    "day": N_("purchase begun on every day"),
    "week": N_("purchase begun in every week"),
    "month": N_("purchase begun in every month"),
}
_GAP = {
    "day": N_("no purchase begun on at least one day"),
    "week": N_("no purchase begun in at least one week"),
    "month": N_("no purchase begun in at least one month"),
}


def _began(filters: Filters, names: Names) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.category is not None:
        yield _("first bought {value}"), {"value": names.category or str(filters.category or figures.NOTHING)}
    if filters.served_by is not None:
        yield _("served by {value}"), {"value": names.served_by or str(filters.served_by or figures.NOTHING)}
    if filters.back is not None:
        yield _("bought again {value} weeks after the week of the first purchase"), {"value": str(filters.back)}


def _bought(filters: Filters) -> Iterator[tuple[str, dict[str, str]]]:
    yield from _range(_("number of purchases"), filters.purchases_min, filters.purchases_max, figures.count)
    yield from _range(_("net"), filters.net_min, filters.net_max, _yuan)
    yield from _range(_("purchases in the RFM window"), filters.frequency_min, filters.frequency_max, figures.count)
    yield from _range(_("net in the RFM window"), filters.monetary_min, filters.monetary_max, _yuan)
    if filters.within is not None:
        yield _("last order at most {value} before"), {"value": _days(filters.within)}
    if filters.older is not None:
        yield _("last order more than {value} before"), {"value": _days(filters.older)}
    yield from _range(_("first purchase"), filters.first_from, filters.first_to, day)
    yield from _range(_("ordered"), filters.paid_from, filters.paid_to, day)
    begun = _EACH[filters.each] if filters.each else N_("purchase begun")
    yield from _range(_(begun), filters.bought_from, filters.bought_to, day)
    missed = _GAP[filters.gap] if filters.gap else N_("no purchase begun")
    yield from _range(_(missed), filters.missed_from, filters.missed_to, day)


def _flowed(filters: Filters) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.week and filters.flow:
        flows = _(" or ").join(_(growth.LABELS[one]) for one in filters.flow)
        yield _("{value} in the week from {day}"), {"value": flows, "day": day(filters.week)}


_STAGED = {
    funnel.ALL_BEFORE: N_("stage of the funnel is {value}"),
    funnel.ALONE: N_("reached {value}, whatever was before"),
    funnel.NOT_OVER: N_("may still become {value}"),
    funnel.OVER: N_("could become {value} in the time given"),
    funnel.WENT_ON: N_("could become {value} in the time given, and did"),
}


def _staged(filters: Filters) -> Iterator[tuple[str, dict[str, str]]]:
    if not filters.stage:
        return
    name = filters.stage.split(".")[0]
    yield _(_STAGED[filters.stage.removeprefix(name)]), {"value": _(funnel.LABELS[name])}
    if filters.registered and filters.registered_to:
        weeks = {"day": day(filters.registered), "last": day(filters.registered_to)}
        yield _("registered in the weeks from {day} to that from {last}"), weeks
    elif filters.registered:
        yield _("registered in the week from {day}"), {"day": day(filters.registered)}
    if filters.came:
        yield _("came by {value}"), {"value": _("a channel not told") if filters.came == NOT_TOLD else filters.came}


def _imported(filters: Filters) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.import_ is not None:
        done = _(" or ").join(_(DID[deed]) for deed in filters.did or DEEDS)
        yield _("{value} by import {number}"), {"value": done, "number": f"#{filters.import_}"}


def _signed_up(filters: Filters) -> Iterator[tuple[str, dict[str, str]]]:
    if filters.signup is not None:
        done = _(" or ").join(_(TOLD[outcome]) for outcome in filters.told or TAKEN)
        yield _("{value} by signup file {number}"), {"value": done, "number": f"#{filters.signup}"}


def _range(what: str, low: object, high: object, show: Callable[[Any], str]) -> Iterator[tuple[str, dict[str, str]]]:
    if low is not None and low == high:
        yield _("{what} = {value}").replace("{what}", what), {"value": show(low)}
    elif low is not None and high is not None:
        yield _("{what} from {low} to {high}").replace("{what}", what), {"low": show(low), "high": show(high)}
    elif low is not None:
        yield _("{what} ≥ {value}").replace("{what}", what), {"value": show(low)}
    elif high is not None:
        yield _("{what} ≤ {value}").replace("{what}", what), {"value": show(high)}


def _any_of(codes: tuple[str, ...], none: str = "") -> str:
    none = none or _("outside the window")
    return _(" or ").join(none if code == NONE else _(classes.WORDS[code]) for code in codes)


def _days(n: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": figures.count(n)}


def _yuan(fen: int) -> str:
    return figures.yuan(fen, places=2 if fen % 100 else 0)
