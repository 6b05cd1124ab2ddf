"""How a deed is done on a case: by whoever may run it, and answered by its page."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.boards.cases import views
from campaigns.cases import actions
from campaigns.cases.models import Case, Lesson
from communities.access import DeskRequest
from communities.rules import RUN_CASES
from opsdesk.lib import figures

# Answers with the page where something was refused, with nothing where it was done.
Deed = Callable[[DeskRequest, Case], HttpResponse | None]


def answered(request: DeskRequest, case: Case, deed: Deed | None, place: str = "") -> HttpResponse:
    """Does it, then back to `place` on the case's page; what was refused stands there beside its form. 404 without a
    deed, 403 for whoever may not run the case."""
    if deed is None:
        raise Http404
    if not views.may_run(request.desk, case):
        raise PermissionDenied(RUN_CASES)
    try:
        answer = deed(request, case)
    except actions.Finished:
        text = _("%(number)s has moved on meanwhile; nothing was done.")
        messages.error(request, text % {"number": case.number})
        answer = None
    return answer or redirect(f"{actions.href(case)}{place}")


def say_sent(request: DeskRequest, lesson: Lesson) -> None:
    n = lesson.receipts.count()
    text = ngettext("Sent to %(n)s person at the stations", "Sent to %(n)s people at the stations", n)
    messages.success(request, text % {"n": figures.count(n)})


def say_closed(request: DeskRequest, case: Case) -> None:
    messages.success(request, _("%(number)s is closed and stands in the library") % {"number": case.number})
