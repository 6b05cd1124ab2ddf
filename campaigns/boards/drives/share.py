"""Tasks go from one to another: those ticked, all that one person has, a whole station anew."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.boards.drives import answers
from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import queries as reads
from campaigns.boards.drives import task_list as drive_tasks
from campaigns.boards.drives.views import reached
from campaigns.drives import queries
from campaigns.drives.models import Drive, Task
from campaigns.recall import actions as recall
from communities.access import DeskRequest, desk_page
from communities.models import ServiceStation, StaffMember
from communities.queries import stations_in
from communities.rules import SHARE_TASKS
from opsdesk.lib import figures


@desk_page(SHARE_TASKS)
@require_POST
def drive_share(request: DeskRequest, number: str) -> HttpResponse:
    """`verb`: reassign (`id`s or everything of the filter), hand_over (`from`, `station`), split (`station`, `staff`s);
    `to`: a person, or none. Nothing that the right does not reach is touched."""
    drive, verb = reached(request.desk, number), request.POST.get("verb", "")
    back = _back(request, drive)
    try:
        told = _VERBS[verb](request, drive)
    except KeyError:
        raise PermissionDenied(verb) from None
    except answers.LOST as lost:
        return answers.lost(request, drive, lost)
    except recall.NotThere as refused:
        messages.error(request, answers.refusal(refused))
        return redirect(back)
    messages.success(request, told)
    return redirect(back)


def _back(request: DeskRequest, drive: Drive) -> str:
    query = request.GET.urlencode()
    page = reverse("drive-tasks" if request.POST.get("verb") == "reassign" else "drive", args=[drive.number])
    return f"{page}?{query}" if query else page


def _reassign(request: DeskRequest, drive: Drive) -> str:
    asked = drive_tasks.asked_of(request.GET)
    chosen = drive_tasks.found(shown.looked_at(request.desk), drive, asked)
    if not request.POST.get("everything"):
        ids = [int(text) for text in request.POST.getlist("id") if text.isascii() and text.isdigit() and len(text) < 19]
        chosen = queries.tasks(request.desk.scope).filter(drive=drive, pk__in=ids)
    return _given(request, chosen)


def _hand_over(request: DeskRequest, drive: Drive) -> str:
    """All that one person has still to do at one station."""
    giver = _person(request.POST.get("from", ""))
    theirs = queries.tasks(request.desk.scope).filter(drive=drive, assignee=giver, station_id=_station(request).pk)
    return _given(request, theirs)


def _given(request: DeskRequest, chosen: QuerySet[Task]) -> str:
    to = _person(request.POST.get("to", ""))
    n = recall.reassign(chosen, to, request.user)
    told = {"n": figures.count(n), "who": to}
    if to is None:
        return ngettext("%(n)s task has nobody now", "%(n)s tasks have nobody now", n) % told
    return ngettext("%(n)s task given to %(who)s", "%(n)s tasks given to %(who)s", n) % told


def _split(request: DeskRequest, drive: Drive) -> str:
    station = _station(request)
    staff = [found for text in request.POST.getlist("staff") if (found := _person(text))]
    if not staff:
        raise recall.NotThere(_("nobody"))
    n = recall.split(drive, station, staff, request.user)
    text = ngettext(
        "%(n)s task of %(station)s shared out anew", "%(n)s tasks of %(station)s shared out anew", n
    )  # fmt: skip
    return text % {"n": figures.count(n), "station": station.name}


def _station(request: DeskRequest) -> ServiceStation:
    text = request.POST.get("station", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = stations_in(request.desk.scope).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _person(text: str) -> StaffMember | None:
    """None for nobody; somebody who is not there is not found."""
    if text in ("", drive_tasks.NOBODY):
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = reads.member(number)
    if found is None:
        raise Http404
    return found


_VERBS = {"reassign": _reassign, "hand_over": _hand_over, "split": _split}
