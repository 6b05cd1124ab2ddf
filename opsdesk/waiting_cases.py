"""What waits of alerts and what became of them: falls nobody looks into, cards nobody has taken up, lessons unread."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from campaigns.boards.cases import shown as cases_shown
from campaigns.cases import lesson_queries as lessons
from campaigns.cases import queries as cases
from campaigns.cases.models import Case
from communities import rules
from communities.access import Desk
from opsdesk.lib.figures import count, percent
from opsdesk.waiting_lines import Item
from users.boards.alerts import shown as alerts_shown
from users.retention import alert_queries as alerts

EACH = 5  # of a kind that are named one by one


def open_alerts(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Alerts that nobody has put off, closed or made a case of (alert_open)."""
    waiting = alerts.visible(desk.scope_for(rules.RUN_CASES)).filter(alerts.in_state("open", now.date()), in_case=None)
    for alert in waiting.order_by("-id")[:EACH]:
        yield Item(
            "alert-triangle",
            gettext("Alert"),
            alerts_shown.title(alert),
            alerts_shown.note(alert),
            alert.raised_at,
            gettext("Look"),
            reverse("alert", args=[alert.pk]),
        )


def untaken_incidents(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Incidents that nobody is in charge of (case_state)."""
    title = gettext("%(community)s: fewer new payers came back, and nobody is in charge")
    for case in cases.untaken(desk.scope_for(rules.RUN_CASES))[:EACH]:
        yield _of_case(case, "alert-triangle", gettext("Incident"), title, urgent=True)


def untaken_cards(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Best-practice cards that nobody has taken up (case_state)."""
    title = gettext("%(community)s: more new payers came back, and nobody has looked why yet")
    for case in cases.untaken_cards(desk.scope_for(rules.RUN_CASES))[:EACH]:
        yield _of_case(case, "star", gettext("Practice"), title)


def _of_case(case: Case, icon: str, kind: str, title: str, *, urgent: bool = False) -> Item:
    line = cases_shown.line(case)
    if line.rate is None:
        return _by_hand(case, line.what)
    told = {"number": case.number, "rate": percent(line.rate), "usual": percent(line.usual)}
    return Item(
        icon,
        kind,
        title % {"community": case.community},
        gettext("%(number)s: %(rate)s came back, usual is %(usual)s") % told,
        case.opened_at,
        gettext("Look"),
        reverse("case", args=[case.number]),
        urgent,
    )


def _by_hand(case: Case, what: str) -> Item:
    """Somebody opened it before a number fell."""
    title = gettext("%(community)s: something has happened, and nobody is in charge") % {"community": case.community}
    note = gettext("%(number)s: %(what)s") % {"number": case.number, "what": what}
    href = reverse("case", args=[case.number])
    return Item("alert-triangle", gettext("Incident"), title, note, case.opened_at, gettext("Look"), href, urgent=True)


def late_lessons(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Lessons past their day that somebody at a station in reach has not read (lesson_unread)."""
    for late in lessons.late(desk.scope_for(rules.RUN_CASES), now.date())[:EACH]:
        stations = ngettext("%(n)s station is late", "%(n)s stations are late", late.stations)
        people = ngettext("%(n)s person has not read it", "%(n)s people have not read it", late.people)
        yield Item(
            "book-2",
            gettext("Unread"),
            gettext("%(title)s: %(stations)s")
            % {"title": late.title, "stations": stations % {"n": count(late.stations)}},
            people % {"n": count(late.people)},
            dt.datetime.combine(late.due_on, dt.time.max, now.tzinfo),
            gettext("Remind"),
            reverse("lesson", args=[late.lesson_id]),
        )
