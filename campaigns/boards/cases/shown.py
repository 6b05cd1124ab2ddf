"""A case as its page shows it: what fell in words, the split as bars, the checklist with its facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.cases import evidence, queries, rules, split
from campaigns.cases.models import Case, CaseStep
from communities.scoping import Scope
from opsdesk.lib import figures, intervals
from opsdesk.lib.words import N_
from users.boards.alerts import shown as alerts

UNNAMED = {
    "station": N_("No station"),
    "channel": N_("Channel not told"),
    "category": N_("No category"),
    "staff": N_("Nobody in charge"),
    "community": N_("Unassigned"),
}
ROWS = 12
STATES = {
    "open": N_("not begun"),
    "acting": N_("under way"),
    "watching": N_("being watched"),
    "closed": N_("closed"),
    "nothing": N_("nothing to it"),
}


def states() -> dict[str, str]:
    return {code: _(label) for code, label in STATES.items()}


@dataclass(frozen=True)
class Line:
    """One case of a list: its first alert's rate beside the usual one (None for one opened by hand until its numbers
    fall), and what is known of it in a word or two."""

    case: Case
    rate: float | None
    usual: float | None
    what: str


def line(case: Case) -> Line:
    """Of a case with its alerts at hand (queries.with_alerts)."""
    first = min((one.alert for one in case.alerts.all()), key=lambda alert: (alert.cohort, alert.k), default=None)
    named = " · ".join(name_of(one["dimension"], one["name"]) for one in case.split.get("suspects", [])[:2])
    rate = _rate(first.returned, first.customers) if first else None
    usual = _rate(first.base_returned, first.base_customers) if first else None
    if first is None and case.split:
        whole = case.split["whole"]
        rate, usual = _rate(whole["back"], whole["n"]), _rate(whole["base_back"], whole["base_n"])
    return Line(case, rate, usual, _("suspected: %(parts)s") % {"parts": named} if named else case.story[:60])


@dataclass(frozen=True)
class Bar:
    """One part: its numbers, and in per cent of the chart's width where its two effects lie (rate, then mix)."""

    name: str
    n: int
    back: int
    usual: float | None
    missing: float
    rate: float
    mix: float
    href: str
    rate_x: float
    rate_width: float
    mix_x: float
    mix_width: float

    @property
    def now(self) -> float | None:
        return self.back / self.n if self.n else None

    @property
    def rate_points(self) -> float:
        return self.rate * 100

    @property
    def mix_points(self) -> float:
        return self.mix * 100


def headline(case: Case) -> dict[str, Any]:
    """What fell: the rate of the cohort with its interval, and the usual one."""
    whole = case.split["whole"]
    between = intervals.wilson(whole["back"], whole["n"])
    return {
        "cohort": date.fromisoformat(case.split["cohort"]), "k": case.split["k"],
        "as_of": date.fromisoformat(case.split["as_of"]), "n": whole["n"], "back": whole["back"],
        "rate": _rate(whole["back"], whole["n"]), "usual": _rate(whole["base_back"], whole["base_n"]),
        "base_n": whole["base_n"], "weeks": case.split["base_weeks"], "between": between,
        "points": figures.signed(whole["difference"] * 100, 1), "fell": whole["difference"] < 0,
        "missing": whole["base_back"] / whole["base_n"] * whole["n"] - whole["back"] if whole["base_n"] else None,
        "definition": alerts.definition(date.fromisoformat(case.split["as_of"]), whole["n"]),
    }  # fmt: skip


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def name_of(dimension: str, name: str) -> str:
    return name or _(UNNAMED.get(dimension, "–"))


def suspects(case: Case) -> list[dict[str, Any]]:
    """The first three: how many came back instead of how many, and the share of the fall. A part may carry more than
    all of it where others rose; that is told as all."""
    return [_suspect(case, one) for one in case.split.get("suspects", [])[:3]]


def _suspect(case: Case, one: Mapping[str, Any]) -> dict[str, Any]:
    part = next(part for part in case.split["dimensions"][one["dimension"]] if part["key"] == one["key"])
    return {
        "name": name_of(one["dimension"], one["name"]), "of": _(split.DIMENSIONS[one["dimension"]]), "n": one["n"],
        "now": _rate(part["back"], part["n"]), "usual": _rate(part["base_back"], part["base_n"]),
        "missing": round(part["missing"]), "share": min(one["share"], 1.0), "size": one["size"],
        "href": people_href(case, one["dimension"], one["key"]),
    }  # fmt: skip


def parts(case: Case, scope: Scope) -> dict[str, list[dict[str, Any]]]:
    """The parts of each dimension. How the company fell is for those who see all of it."""
    there: dict[str, list[dict[str, Any]]] = case.split.get("dimensions", {})
    return {by: told for by, told in there.items() if by != split.COMMUNITY or scope.everywhere}


def dimensions(case: Case, scope: Scope) -> list[tuple[str, str]]:
    """(key, label) of those of which anything is known."""
    there = parts(case, scope)
    return [(key, _(label)) for key, label in split.DIMENSIONS.items() if there.get(key)]


def chosen(case: Case, scope: Scope, asked: str) -> str:
    """The dimension asked for, else that of the first suspect."""
    there = [key for key, _label in dimensions(case, scope)]
    first = next((one["dimension"] for one in case.split.get("suspects", [])), "station")
    return asked if asked in there else first if first in there else next(iter(there), "")


def bars(case: Case, dimension: str) -> list[Bar]:
    """The parts, the one that carries most first."""
    drawn = case.split.get("dimensions", {}).get(dimension, [])[:ROWS]
    most = max((max(_reach(one, 1), _reach(one, -1)) for one in drawn), default=0) or 1
    return [_bar(case, dimension, one, most) for one in drawn]


def _reach(part: Mapping[str, Any], side: int) -> float:
    """How far its bars reach to one side of the axis."""
    return max(0.0, side * float(part["rate"])) + max(0.0, side * float(part["mix"]))


def _bar(case: Case, dimension: str, part: Mapping[str, Any], most: float) -> Bar:
    scale = 50.0 / most
    rate, mix = part["rate"] * scale, part["mix"] * scale
    start = 50 + rate if rate * mix > 0 else 50.0  # to the same side: behind it; to the other: from the axis
    return Bar(
        name_of(dimension, part["name"]), part["n"], part["back"], _rate(part["base_back"], part["base_n"]),
        part["missing"], part["rate"], part["mix"],
        people_href(case, dimension, part["key"]) if dimension != split.COMMUNITY else "",
        round(min(50.0, 50 + rate), 2), round(abs(rate), 2), round(min(start, start + mix), 2), round(abs(mix), 2),
    )  # fmt: skip


def people_href(case: Case, dimension: str = "", key: str = "") -> str:
    words = urlencode({"by": dimension, "key": key}) if dimension else ""
    return f"{reverse('case-people', args=[case.number])}{'?' if words else ''}{words}"


# -- The checklist -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    label: str
    now: float | None
    base: float | None
    n: int
    base_n: int


def facts(case: Case, step: str) -> list[Fact]:
    return [_fact(one) for one in case.split.get("evidence", {}).get(step, [])]


def _fact(one: Mapping[str, Any]) -> Fact:
    name = _(one["name"]) if one["key"].startswith("cue_") else name_of("channel", one["name"])
    label = _(evidence.FACTS[one["key"]])
    (now, n), (base, base_n) = one["now"], one["base"]
    return Fact(label % {"name": name} if "%(" in label else label, _rate(now, n), _rate(base, base_n), n, base_n)


def steps(case: Case) -> list[tuple[CaseStep, list[Fact]]]:
    return [(step, facts(case, step.step)) for step in queries.steps(case)]


def tally(case: Case) -> dict[str, list[tuple[str, int]]]:
    """Callbacks in words: by state, by answer, by the cause that was named. Once it is closed nobody calls any more."""
    found = queries.tally(case)
    over = {"open": N_("not called")} if case.state in rules.FINISHED else {}
    words = {"state": rules.CALL_STATES | over, "came_back": rules.ANSWERS, "cause": rules.CAUSES}
    return {
        kind: [(_(label), found[kind][code]) for code, label in labels.items() if found[kind].get(code)]
        for kind, labels in words.items()
    }
