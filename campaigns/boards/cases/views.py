"""Incidents and best-practice cards: those under way, the library of closed ones, one case, the people behind it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards import practice_page
from campaigns.boards.cases import forms, history, shown
from campaigns.cases import lesson_queries, lessons, numbers, queries, rules, split, split_queries
from campaigns.cases.models import Case, CaseStep
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS, EXPORT, RUN_CASES, SEE_BOARDS, SEE_CUSTOMERS
from coupons.batches import queries as batches
from opsdesk.lib import htmx, paging

CLOSED = paging.SortKey("id", int)
SHOWN = 100  # callbacks and people on one page


@desk_page(SEE_BOARDS)
def cases(request: DeskRequest) -> HttpResponse:
    """What is under way, then the library of what was closed."""
    desk, form = request.desk, forms.LibraryForm(request.GET)
    said = form.said()
    place = desk.community.id if desk.community else None
    found = queries.library(
        desk.scope, words=said["q"], cause=said["cause"], kind=said["kind"], community_id=place
    ).order_by()
    at = paging.place_of(request.GET, CLOSED.read)
    page = paging.page_of(found, CLOSED, paging.Sort("id", True), at, paging.size_of(request.GET))
    under_way = queries.with_alerts(queries.open_ones(desk.scope, place, said["kind"]))
    context = {
        "open": [shown.line(one) for one in under_way],
        "open_telling": queries.telling(under_way, said["q"]) if said["q"] and not page.rows else [],
        "states": shown.states(),
        "may_open": desk.may(RUN_CASES) and bool(desk.communities),
        "may_export": desk.may(EXPORT),
        "form": form,
        "is_searched": any(said.values()),
        "page": page,
        "kind": said["kind"],
        "kinds": [(code, _(label)) for code, label in rules.KINDS.items()],
    }
    return htmx.render_page(request, "campaigns/cases/list.html", "campaigns/cases/_library.html", context)


def reached(desk: Desk, number: str) -> Case:
    """A case of a community out of reach does not exist."""
    found = queries.case(desk.scope, number)
    if found is None:
        raise Http404
    return found


def may_run(desk: Desk, case: Case) -> bool:
    return desk.may(RUN_CASES) and desk.scope_for(RUN_CASES).sees_community(case.community_id)


@desk_page(SEE_BOARDS)
def case(request: DeskRequest, number: str) -> HttpResponse:
    return page(request, reached(request.desk, number))


def page(request: DeskRequest, case: Case, status: int = 200, **more: Any) -> HttpResponse:
    """One case. `more`: forms that were refused, in place of the empty ones."""
    desk = request.desk
    context: dict[str, Any] = {
        "case": case,
        "state": shown.states()[case.state],
        "may_run": may_run(desk, case) and case.state not in rules.FINISHED,
        "may_reopen": may_run(desk, case) and case.state in rules.FINISHED,
        "may_draft": desk.may(DRAFT_COUPONS),
        "may_see": desk.may(SEE_CUSTOMERS),
        "may_export": desk.may(EXPORT),
        "alerts": queries.alerts(case),
        "lessons": lesson_queries.lessons(desk.scope).filter(case=case),
        "recoveries": queries.recoveries(case),
        "has_recovered": queries.has_recovered(case),
        "history": history.lines(case),
        **_forms(case),
    }
    if case.kind == "incident":
        context["is_incident"] = True
        context |= _incident(request, case)
    else:
        context |= practice_page.context(case, desk, request.GET.get("measure", ""))
    return render(request, "campaigns/cases/case.html", context | more, status=status)


def _incident(request: DeskRequest, case: Case) -> dict[str, Any]:
    by = shown.chosen(case, request.desk.scope, request.GET.get("by", ""))
    return {
        "head": shown.headline(case) if case.split else None,
        "absent": None if case.split else numbers.absent(case, timezone.localdate()),
        "suspects": shown.suspects(case),
        "dimensions": shown.dimensions(case, request.desk.scope),
        "by": by,
        "is_basket": by in split.BASKETS,
        "is_company": by == split.COMMUNITY,
        "bars": shown.bars(case, by),
        "steps": [(step, facts, _step_form(step)) for step, facts in shown.steps(case)],
        "tally": shown.tally(case),
        "callbacks": queries.callbacks(case).count(),
        "answers": queries.answers(case),
        "people_at_stations": lessons.people(),
        "told_on": rules.first_told(case.watched_from) if case.watched_from else None,
    }  # fmt: skip


def _step_form(step: CaseStep) -> forms.StepForm:
    said = {"step": step.step, "finding": step.finding, "evidence": step.evidence}
    return forms.StepForm(initial=said, auto_id=f"id_{step.step}_%s")


def _forms(case: Case) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "close_form": forms.CloseForm(initial={"cause": case.cause, "story": case.story}),
        "nothing_form": forms.NothingForm(initial={"story": case.story}),
        "watch_form": forms.WatchForm(initial={"day": case.watched_from or today}),
        "lesson_form": forms.LessonForm(initial={"due_on": lessons.usual_due(today)}),
        "compensation_form": forms.CompensationForm(day=today),
    }


@desk_page(SEE_CUSTOMERS)
def case_people(request: DeskRequest, number: str) -> HttpResponse:
    """The people of a part of the cohort, masked, those who did not come back first."""
    found = reached(request.desk, number)
    by, key = request.GET.get("by", ""), request.GET.get("key", "")
    if found.kind != "incident" or (by and (by not in split.DIMENSIONS or by == split.COMMUNITY)):
        raise Http404
    people = split_queries.people(queries.fall_of(found), by, key)
    who = request.GET.get("who", "")
    wanted = [(pk, back) for pk, back in people if not (who == "missing" and back)]
    start = int(request.GET["after"]) if request.GET.get("after", "").isdecimal() else 0
    rows = {row.pk: row for row in batches.people([pk for pk, _back in wanted[start : start + SHOWN]])}
    context = {
        "case": found,
        "part": _part_name(found, by, key),
        "is_told": bool(found.split) or numbers.absent(found, timezone.localdate()).is_over,
        "people": [(rows[pk], back) for pk, back in wanted[start : start + SHOWN] if pk in rows],
        "all": len(people),
        "missing": sum(not back for _pk, back in people),
        "who": who,
        "total": len(wanted),
        "before": max(0, start - SHOWN) if start else None,
        "after": start + SHOWN if len(wanted) > start + SHOWN else None,
        "ids": ",".join(str(pk) for pk, _back in wanted) if len(wanted) <= 500 else "",
    }
    return render(request, "campaigns/cases/people.html", context)


def _part_name(case: Case, by: str, key: str) -> str:
    names = {part["key"]: part["name"] for part in case.split.get("dimensions", {}).get(by, [])}
    return f"{_(split.DIMENSIONS[by])}: {shown.name_of(by, names.get(key, ''))}" if by else ""
