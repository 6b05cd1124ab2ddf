"""Lessons on the desk: what was sent to all stations, who has read it, station by station; whoever has not is asked
again."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.boards.drives.figures import looked_at
from campaigns.cases import lesson_queries as queries
from campaigns.cases import lessons as actions
from campaigns.cases import rules
from campaigns.cases.models import Lesson
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import EXPORT, RUN_CASES, SEE_BOARDS
from opsdesk.lib import exports, figures, paging

BY_ID = paging.SortKey("id", int)


@desk_page(SEE_BOARDS)
def lessons(request: DeskRequest) -> HttpResponse:
    """Newest first, by kind, each with how many have read it."""
    kind = request.GET.get("kind", "")
    found = queries.lessons(looked_at(request.desk)).order_by()
    found = found.filter(kind=kind) if kind in rules.LESSON_KINDS else found
    place = paging.place_of(request.GET, BY_ID.read)
    page = paging.page_of(found, BY_ID, paging.Sort("id", True), place, paging.size_of(request.GET))
    scope = request.desk.scope
    context = {
        "page": page,
        "reached": {one.case.number for one in page.rows if scope.sees_community(one.case.community_id)},
        "kind": kind,
        "kinds": [(code, _(label)) for code, label in rules.LESSON_KINDS.items()],
        "today": timezone.localdate(),
    }
    return render(request, "campaigns/lessons/list.html", context)


@desk_page(SEE_BOARDS)
def lesson(request: DeskRequest, lesson_id: int) -> HttpResponse:
    """One lesson: its words, stations, and everybody who was told."""
    desk, found = request.desk, _reached(request.desk, lesson_id)
    scope, today = looked_at(desk), timezone.localdate()
    stations = queries.of_stations(scope, found, today)
    context = {
        "lesson": found,
        "stations": stations,
        "people": sum(one.people for one in stations),
        "unread": sum(one.unread for one in stations),
        "is_late": any(one.overdue for one in stations),
        "receipts": queries.receipts(scope, found),
        "may_remind": desk.may(RUN_CASES),
        "may_export": desk.may(EXPORT),
        "case_in_reach": desk.scope.sees_community(found.case.community_id),
    }
    return render(request, "campaigns/lessons/lesson.html", context)


@desk_page(RUN_CASES)
@require_POST
def lesson_remind(request: DeskRequest, lesson_id: int) -> HttpResponse:
    """Those in reach who have not read it, once a day."""
    found, scope = _reached(request.desk, lesson_id), request.desk.scope
    if not scope.everywhere and not scope.communities:
        raise PermissionDenied(RUN_CASES)
    told = actions.remind(found, queries.receipts(scope, found), timezone.localdate(), request.user)
    text = ngettext("Reminded %(n)s person", "Reminded %(n)s people", told) % {"n": figures.count(told)}
    messages.success(request, text if told else _("Everybody who has not read it was reminded today already."))
    return redirect("lesson", lesson_id)


@desk_page(EXPORT)
def lesson_csv(request: DeskRequest, lesson_id: int) -> HttpResponseBase:
    """One row a person in reach who was told."""
    found = _reached(request.desk, lesson_id)
    mark = f"{request.desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    head = ["station", "person", "due_on", "read_at"]
    written = exports.write(exports.CSV, head, list(_rows(request.desk, found)), mark)
    return exports.answer(written, exports.CSV, f"lesson-{found.pk}")


def _rows(desk: Desk, found: Lesson) -> Iterator[list[Any]]:
    for one in queries.receipts(looked_at(desk), found):
        at = f"{timezone.localtime(one.read_at):%Y-%m-%d %H:%M}" if one.read_at else ""
        yield [str(one.station or ""), str(one.staff), str(found.due_on or ""), at]


def _reached(desk: Desk, lesson_id: int) -> Lesson:
    """A lesson that nobody in reach was told, of a case out of reach, does not exist."""
    found = queries.lessons(desk.scope).filter(pk=lesson_id).first()
    if found is None:
        raise Http404
    return found
