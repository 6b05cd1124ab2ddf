"""An alert as it is shown: its state, its rates in words, the weeks around it, the people behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opsdesk.lib import charts, figures, intervals
from opsdesk.lib.days import day, local_date
from opsdesk.lib.intervals import Interval
from opsdesk.lib.words import N_
from users.retention import alert_queries, alert_rules, rules
from users.retention.alert_rules import FALL, Base, Came, Rows
from users.retention.models import RetentionAlert

STATES = {
    "open": N_("to look into"),
    "snoozed": N_("put off"),
    "recovered": N_("back to the usual"),
    "closed": N_("closed"),
}
DIRECTIONS = {"fall": N_("Falls"), "rise": N_("Rises")}
_AFTER = 8  # cohorts after the alert's own that its page still shows


@dataclass(frozen=True)
class Shown:
    """An alert with its rates. `spark`: the base week by week, then its own."""

    alert: RetentionAlert
    state: str
    came: Came
    base: Base
    spark: charts.Sparkline | None = None

    @property
    def is_fall(self) -> bool:
        return self.alert.direction == FALL

    @property
    def icon(self) -> str:
        return "arrow-down" if self.is_fall else "arrow-up"

    @property
    def state_word(self) -> str:
        return _(STATES[self.state])

    @property
    def points(self) -> str:
        return _("%(change)s pt") % {"change": figures.signed((self.came.rate - self.base.rate) * 100, 1)}

    @property
    def chance(self) -> str:
        return chance(self.alert.q)

    @property
    def p(self) -> str:
        return fine_chance(self.alert.p)

    @property
    def q(self) -> str:
        return fine_chance(self.alert.q)


@dataclass(frozen=True)
class Week:
    """A cohort beside the alert's: what came back of it. `own`: the alert's; `over`: its week is over. The links are
    empty where no list may be opened."""

    cohort: date
    came: Came
    own: bool
    is_base: bool
    range: Interval | None
    href: str = ""
    everybody: str = ""


def of(alerts: Iterable[RetentionAlert], today: date) -> list[Shown]:
    """One question for the lines of all."""
    found = list(alerts)
    if not found:
        return []
    places = sorted({one.community_id for one in found})
    since = min(one.cohort for one in found) - timedelta(weeks=_reach(found))
    rows = alert_queries.first_weeks(since, date.max, places)
    return [_shown(one, today, rows) for one in found]


def of_one(alert: RetentionAlert, today: date) -> tuple[Shown, Rows]:
    rows = alert_queries.first_weeks(alert.cohort - timedelta(weeks=_reach([alert])), date.max, [alert.community_id])
    return _shown(alert, today, rows), rows


def _reach(alerts: Iterable[RetentionAlert]) -> int:
    """Weeks back in which their bases lie; some of them may be empty."""
    return 2 * max(one.base_weeks for one in alerts) + 2


def _shown(alert: RetentionAlert, today: date, rows: Rows) -> Shown:
    before = [came.rate for _day, came in alert_queries.base_now(alert, rows)]
    came = Came(alert.customers, alert.returned)
    base = Base(alert.base_customers, alert.base_returned, alert.base_weeks)
    spark = charts.sparkline([*before, came.rate], 110, 28, mean=base.rate)
    return Shown(alert, alert_queries.state_of(alert, today), came, base, spark)


def weeks(shown: Shown, rows: Rows, whole_to: date, *, linked: bool) -> list[Week]:
    """The base, the cohort itself and those after it whose week is over, oldest first, as they stand now."""
    alert, cohorts = shown.alert, rows.get(shown.alert.community_id, {})
    base = [monday for monday, _came in alert_queries.base_now(alert, rows)]
    later = [alert.cohort + timedelta(weeks=n) for n in range(1, _AFTER + 1)]
    shown_ = [*base, alert.cohort, *(one for one in later if alert_rules.week_of(one, alert.k + 1) <= whole_to)]
    return [_week(alert, one, alert_rules.came_of(cohorts, one, alert.k), one in base, linked) for one in shown_]


def _week(alert: RetentionAlert, cohort: date, came: Came, is_base: bool, linked: bool) -> Week:
    links = people(alert, cohort) if linked else {"back": "", "everybody": ""}
    between = intervals.wilson(came.returned, came.customers)
    return Week(cohort, came, cohort == alert.cohort, is_base, between, links["back"], links["everybody"])


def people(alert: RetentionAlert, cohort: date) -> dict[str, str]:
    """The customer list for everybody of a cohort, and for those of it who bought in the alert's week."""
    week = alert_rules.week_of(cohort, alert.k)
    born: dict[str, object] = {
        "community": alert.community.code, "first_from": cohort, "first_to": cohort + timedelta(days=6)
    }  # fmt: skip
    back = {"bought_from": week, "bought_to": week + timedelta(days=6)}
    return {"everybody": _list(born), "back": _list(born | back)}


def _list(words: Mapping[str, object]) -> str:
    return f"{reverse('customers')}?{urlencode(words)}"


def drawn(shown: Shown, within: Interval) -> charts.Interval:
    """What 95 of 100 cohorts like the base lie within, with the cohort's own rate as the dot, on one scale."""
    top = min(1.0, max(within.high, shown.came.rate) * 1.2)
    return charts.interval(within.low, shown.came.rate, within.high, (0, top))


def definition(as_of: date, n: int) -> dict[str, Any]:
    """What the (i) beside a rate of new payers who came back says (parts/_definition.html)."""
    return {"what": _(rules.DEFINITIONS["retention", "in"]), "metric": "retention", "as_of": as_of, "n": n}


def tiles(shown: Shown, within: Interval, links: Mapping[str, str]) -> list[dict[str, Any]]:
    """What parts/_tile.html asks for: came back, usual, difference, chance."""
    came, base, as_of = shown.came, shown.base, local_date(shown.alert.raised_at)
    weeks = ngettext("n=%(n)s, %(weeks)s cohort before", "n=%(n)s, %(weeks)s cohorts before", base.weeks)
    usual = {"low": figures.percent(within.low, 0), "high": figures.percent(within.high, 0)}
    return [
        {
            "label": _("Came back"), "number": figures.percent(came.rate), "href": links.get("back", ""),
            "base": _("%(part)s of %(n)s") % {"part": figures.count(came.returned), "n": figures.count(came.customers)},
            "definition": definition(as_of, came.customers),
        },
        {
            "label": _("Usual"), "number": figures.percent(base.rate),
            "base": weeks % {"n": figures.count(base.customers), "weeks": base.weeks},
        },
        {
            "label": _("Difference"), "number": shown.points, "base": _("%(low)s to %(high)s would be usual") % usual,
        },
        {"label": _("Chance"), "number": shown.chance, "base": _("corrected for all comparisons")},
    ]  # fmt: skip


def chance(q: float) -> str:
    """A probability in words that do not pretend to more than they know."""
    return _("less than 0.1%") if q < 0.001 else figures.percent(q, 1)


def fine_chance(p: float) -> str:
    """The same to three places; what is smaller is never told as 0."""
    return _("less than 0.001%") if p < 0.00001 else figures.percent(p, 3)


def title(alert: RetentionAlert) -> str:
    told = {"community": alert.community.name}
    if alert.direction == FALL:
        return _("%(community)s: fewer new payers came back than usual") % told
    return _("%(community)s: more new payers came back than usual") % told


def note(alert: RetentionAlert) -> str:
    """One short line: which week, how many came back, how many usually do."""
    told = {
        "k": alert.k, "week": day(alert.cohort), "rate": figures.percent(alert.returned / alert.customers),
        "usual": figures.percent(alert.base_returned / alert.base_customers),
    }  # fmt: skip
    return _("new payers of the week of %(week)s, week %(k)s: %(rate)s, usual is %(usual)s") % told


def in_words(shown: Shown) -> str:
    """The evidence as one sentence."""
    told = {
        "n": figures.count(shown.came.customers), "part": figures.count(shown.came.returned),
        "rate": figures.percent(shown.came.rate), "usual": figures.percent(shown.base.rate), "k": shown.alert.k,
        "weeks": shown.base.weeks,
    }  # fmt: skip
    text = ngettext(
        "Of %(n)s new payers %(part)s bought again in week %(k)s: %(rate)s, where %(usual)s was usual over the cohort "
        "before.",
        "Of %(n)s new payers %(part)s bought again in week %(k)s: %(rate)s, where %(usual)s was usual over the "
        "%(weeks)s cohorts before.",
        shown.base.weeks,
    )
    return text % told
