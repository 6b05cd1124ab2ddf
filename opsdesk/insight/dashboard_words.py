"""Numbers and periods of the dashboard as they are written, and the customer lists behind the numbers."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from opsdesk.insight import dashboard_queries as queries
from opsdesk.insight import dashboard_rules as rules
from opsdesk.insight.dashboard_rules import Pair
from opsdesk.insight.dictionary import BY_KEY
from opsdesk.lib import days, figures, intervals
from users.pulse.rules import Grain, Span

DAY = timedelta(days=1)
SAMPLES = ("repurchase", "daily_repurchase", "wake")  # rates of people who might have done otherwise
PAYING = ("gmv", "net", "payers", "arppu", "aov")  # whose people are those who paid in the period


class Told(NamedTuple):
    """A number of a table: as it is written, what the pointer is told, whether it is of few people."""

    written: str
    title: str
    is_few: bool


@lru_cache(maxsize=8192)
def told(_language: str, key: str, pair: Pair, few: int) -> Told:
    """Remembered: whoever looks at a board today looks at the same hundreds of numbers."""
    return Told(written(key, rules.value(pair)), title(key, pair), is_few(key, pair, few))


def written(key: str, value: float | None) -> str:
    kind = BY_KEY[key].kind
    if value is None:
        return figures.NOTHING
    if kind == "percent":
        return figures.percent(value)
    if kind == "number":
        return figures.grouped(value, 2)
    return figures.count(value) if kind == "count" else figures.yuan(round(value), 0 if kind == "yuan0" else 2)


def is_share(key: str) -> bool:
    return BY_KEY[key].kind == "percent"


def n_of(key: str, pair: Pair) -> str:
    """What a rate or an average is of; nothing for plain sums. A part in money is not told: the whole is the n."""
    part, whole = pair
    if key in rules.COUNTED or not whole:
        return ""
    if not is_share(key) or key in ("subsidy_rate", "discount_rate"):
        return f"n={figures.count(whole)}" if not is_share(key) else ""
    return f"{figures.count(part)}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{figures.count(whole)}"


def title(key: str, pair: Pair) -> str:
    """What the pointer is told of a rate of people: its parts, and its interval where it is a sample of them."""
    between = intervals.wilson(*pair) if key in SAMPLES else None
    if between is None:
        return n_of(key, pair)
    told = {
        "part": figures.count(pair[0]), "n": figures.count(pair[1]), "value": figures.percent(between.at),
        "low": figures.percent(between.low), "high": figures.percent(between.high),
    }  # fmt: skip
    return _("%(part)s of %(n)s = %(value)s, 95%% interval %(low)s to %(high)s") % told


def is_few(key: str, pair: Pair, few: int) -> bool:
    return 0 < pair[1] < few and key not in rules.COUNTED and bool(n_of(key, pair))


def change(key: str, now: float | None, before: float | None) -> str:
    """Against an earlier value: in points for shares, else relative; empty where there is nothing to compare."""
    moved = change_of(key, now, before)
    if moved is None:
        return ""
    return (
        _("%(change)s pt") % {"change": figures.signed(moved, 1)} if is_share(key) else f"{figures.signed(moved, 1)}%"
    )


def change_of(key: str, now: float | None, before: float | None) -> float | None:
    """Percentage points for shares, else percent."""
    if now is None or before is None:
        return None
    if is_share(key):
        return (now - before) * 100
    return (now / before - 1) * 100 if before else None


def period(grain: Grain, span: Span) -> str:
    """A period as a column's head: 22 Nov, W47, Nov 2018."""
    if grain == "day":
        return days.day(span.start)
    return days.week(span.start) if grain == "week" else f"{span.start:%Y-%m}"


def until(span: Span) -> date:
    return span.end - DAY


def people(customers: str, key: str, grain: Grain, span: Span, as_of: date, place: Mapping[str, object]) -> str:
    """The customer list (`customers`: its address) of exactly those whom a number counts; empty where no list can say
    them."""
    words = _words(key, grain, span, as_of)
    return f"{customers}?{urlencode({**words, **place})}" if words else ""


def _words(key: str, grain: Grain, span: Span, as_of: date) -> dict[str, object]:
    if key in PAYING:
        return {"paid_from": span.start, "paid_to": until(span)}
    if key == "new_payers":
        return {"first_from": span.start, "first_to": until(span)}
    if key == "daily_repurchase" and grain == "day":
        return {"first_from": span.start - 7 * DAY, "first_to": span.start - DAY, "paid_on": span.start}
    weeks = queries.weeks_of(span, grain, as_of)
    if key in ("repurchase", "wake") and len(weeks) == 1:
        monday = weeks[0]
        code = "new_paying" if key == "repurchase" else "silent"
        return {"to": monday, "is": code, "bought_from": monday, "bought_to": monday + 6 * DAY}
    return {}
