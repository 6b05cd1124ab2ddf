"""Hours, buildings and channels as they are drawn: number, step of blue, what the pointer is told, where it leads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from campaigns.chances import rules
from campaigns.chances.hour_queries import HOURS, Building, Spell
from campaigns.chances.queries import BestHour
from campaigns.chances.rules import Chance
from opsdesk.lib import figures
from opsdesk.lib.words import N_

FEW = round(rules.HOUR_STRENGTH)  # fewer visits weigh less than what is believed without any
STEPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
KINDS = {"workday": N_("Working days"), "weekend": N_("Weekends")}

Leads = Callable[[Mapping[str, object]], str]


@dataclass(frozen=True)
class Cell:
    rate: str
    n: str
    css: str
    title: str
    href: str


def hour_words(hour: int) -> str:
    return f"{hour}–{hour + 1}"


def weekday_words(weekday: int) -> str:
    """Monday is 1."""
    return str(WEEKDAYS[weekday - 1])


def rows(found: Mapping[tuple[int, int], Spell], leads: Leads) -> list[tuple[str, list[Cell]]]:
    """A line a weekday, a cell an hour."""
    return [(weekday_words(weekday), [_cell(found[weekday, hour], leads) for hour in HOURS]) for weekday in range(1, 8)]


def _cell(spell: Spell, leads: Leads) -> Cell:
    rate = figures.percent(spell.chance.p, 0)
    words = {"weekday": spell.weekday, "hour": spell.hour}
    if not spell.visits:
        return Cell(rate, "0", "believed", _title(spell), "")
    css = f"heat-{step(spell.chance.p)}" + (" few" if spell.visits < FEW else "")
    return Cell(rate, figures.count(spell.visits), css, _title(spell), leads(words))


def table(found: Mapping[tuple[int, int], Spell]) -> list[dict[str, Any]]:
    """The twin of the cells: a line an hour at which anybody knocked."""
    return [
        {
            "day": weekday_words(one.weekday),
            "hour": hour_words(one.hour),
            "spell": one,
            "rate": one.opened / one.visits,
            "expected": between(one.chance),
        }
        for one in found.values()
        if one.visits
    ]


def step(p: float) -> int:
    """Of the eight blues, the same on every page: ten points each, from 70 % on the darkest."""
    return 1 + sum(p >= bound for bound in STEPS)


def _title(spell: Spell) -> str:
    words = {"day": weekday_words(spell.weekday), "hour": hour_words(spell.hour), "expected": between(spell.chance)}
    if not spell.visits:
        return _("%(day)s %(hour)s: nobody knocked yet; expected %(expected)s") % words
    counted = {"opened": figures.count(spell.opened), "n": figures.count(spell.visits)}
    return _("%(day)s %(hour)s: %(opened)s of %(n)s opened; expected %(expected)s") % (words | counted)


def between(chance: Chance) -> str:
    low, high = (figures.percent(value, 0) for value in (chance.low, chance.high))
    return f"{figures.percent(chance.p, 0)} ({low} – {high})"


def best(found: Iterable[BestHour], most: int = 3) -> list[tuple[str, list[tuple[str, str]]]]:
    """The likeliest hours of each kind of day, with their chance."""
    ordered = list(found)
    return [(_(label), [_one_hour(one) for one in ordered if one.kind == kind][:most]) for kind, label in KINDS.items()]


def _one_hour(one: BestHour) -> tuple[str, str]:
    return hour_words(one.hour), between(one.chance)


def buildings(
    found: Iterable[Building], now: Mapping[tuple[int, str], Chance], names: Mapping[int, str], leads: Leads
) -> list[dict[str, Any]]:
    return [
        {
            "building": one,
            "place": names.get(one.community_id, ""),
            "share": one.opened / one.visits,
            "best": [_one_hour(one.best[kind]) for kind in KINDS],
            "now": now.get((one.community_id, one.name)),
            "href": leads({"building": one.name, "place": one.community_id}),
        }
        for one in found
    ]
