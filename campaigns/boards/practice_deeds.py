"""What is done with a best-practice card: put into words, shared as training, closed. Taken and opened again like any
case."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.boards.cases import deeds, views
from campaigns.boards.cases.deeds import Deed
from campaigns.boards.practice_forms import ShareForm, StoryForm
from campaigns.boards.practice_page import counted
from campaigns.cases import actions, practice_rules, practices
from campaigns.cases.models import Case
from communities.access import DeskRequest, desk_page
from communities.models import Community, ServiceStation
from communities.rules import EXPORT, RUN_CASES
from opsdesk.lib import exports


@desk_page(RUN_CASES)
@require_POST
def practice_deed(request: DeskRequest, number: str, deed: str) -> HttpResponse:
    return deeds.answered(request, _reached(request, number), DEEDS.get(deed))


def _reached(request: DeskRequest, number: str) -> Case:
    case = views.reached(request.desk, number)
    if case.kind != "practice":
        raise Http404
    return case


def _story(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = StoryForm(request.POST)
    if not form.is_valid():
        return views.page(request, case, 422, story_form=form)
    practices.tell_story(case, form.cleaned_data["story"], request.user)
    messages.success(request, _("Kept in words"))
    return None


def _share(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = ShareForm(request.POST)
    if not form.is_valid():
        return views.page(request, case, 422, share_form=form)
    said = form.cleaned_data
    lesson = practices.share(case, said["title"], said["text"], said["due_on"], request.user)
    deeds.say_sent(request, lesson)
    return None


def _close(request: DeskRequest, case: Case) -> HttpResponse | None:
    try:
        practices.close(case, request.user)
    except actions.StoryNeeded:
        text = _("Say first what they do differently: the library finds the card by these words.")
        return views.page(request, case, 422, refused=text, refused_at="#story", story_form=StoryForm({}))
    deeds.say_closed(request, case)
    return None


DEEDS: dict[str, Deed] = {"story": _story, "share": _share, "close": _close}


@desk_page(EXPORT)
def practice_csv(request: DeskRequest, number: str) -> HttpResponseBase:
    """One row a process number and place in reach, as frozen."""
    case = _reached(request, number)
    places = dict(Community.objects.values_list("pk", "name"))
    stations = dict(ServiceStation.objects.values_list("pk", "name"))
    rows = [
        [_(practice_rules.MEASURES[one.key]), places.get(one.place[0], ""), stations.get(one.place[1] or 0, ""),
         one.share.part, one.share.whole]
        for one in counted(case, request.desk.scope)
    ]  # fmt: skip
    mark = f"{request.desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, ["measure", "community", "station", "part", "whole"], rows, mark)
    return exports.answer(written, exports.CSV, f"{case.number}-processes")
