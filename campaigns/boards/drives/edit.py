"""Planning a drive and changing its draft: the form, and beside it what it would come to now."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.boards.drives import answers, deeds
from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import forms as drive_forms
from campaigns.boards.drives import plan as drive_plan
from campaigns.boards.drives.plan import Plan
from campaigns.boards.drives.views import may_run, reached
from campaigns.drives.models import Drive
from communities.access import DeskRequest, desk_page
from communities.rules import RUN_DRIVES
from users.directory import audiences, filters


@desk_page(RUN_DRIVES)
def drive_new(request: DeskRequest) -> HttpResponse:
    """GET may bring `audience`: words of the customer list's address."""
    plan = _plan(request, None)
    if _only_looks(request):
        return _page(request, None, plan)
    if not plan.is_valid():
        return _page(request, None, plan, 422)
    made = deeds.keep(plan, None, request.desk.scope, request.user)
    messages.success(request, _("%(number)s is planned: look at it, then start it") % {"number": made.number})
    return redirect("drive", made.number)


@desk_page(RUN_DRIVES)
@require_POST
def drive_from_list(request: DeskRequest) -> HttpResponse:
    """The rows ticked in the customer list, or all that its filter leaves, as the audience of a new drive."""
    too_many = _("At most %(n)s customers can be ticked for one drive: filter the list down to them instead.")
    return audiences.handed_to(request, "drive-new", too_many)


@desk_page(RUN_DRIVES)
def drive_edit(request: DeskRequest, number: str) -> HttpResponse:
    """Only a draft: the list of one that was started is frozen."""
    drive = reached(request.desk, number)
    if not may_run(request.desk, drive):
        raise Http404
    if drive.state != "draft":
        messages.warning(request, _("%(number)s has been started: its list is frozen") % {"number": drive.number})
        return redirect("drive", drive.number)
    plan = _plan(request, drive)
    if _only_looks(request):
        return _page(request, drive, plan)
    if not plan.is_valid():
        return _page(request, drive, plan, 422)
    try:
        deeds.keep(plan, drive, request.desk.scope, request.user)
    except answers.LOST as lost:
        return answers.lost(request, drive, lost)
    messages.success(request, _("%(number)s changed: look at it, then start it") % {"number": drive.number})
    return redirect("drive", drive.number)


@desk_page(RUN_DRIVES)
@require_POST
def drive_preview(request: DeskRequest) -> HttpResponse:
    """What the form comes to as it stands; with the stations drawn anew when the audience was changed."""
    drive = _changed(request)
    plan = _plan(request, drive)
    moved = request.headers.get("HX-Trigger-Name", "") in drive_forms.PICKED
    context = _preview(request, plan, drive) | {"again": True, "moved": moved}
    return render(request, "campaigns/drives/_preview.html", context)


def _changed(request: DeskRequest) -> Drive | None:
    """The draft that a preview is asked for; None: a new one."""
    if not request.POST.get("number"):
        return None
    drive = reached(request.desk, request.POST["number"])
    if not may_run(request.desk, drive):
        raise Http404
    return drive


def _only_looks(request: DeskRequest) -> bool:
    """Nothing is to be kept: the page is opened, or (without scripts) asked for its preview."""
    return request.method != "POST" or "look" in request.POST


def _plan(request: DeskRequest, drive: Drive | None) -> Plan:
    data = request.POST if request.method == "POST" else None
    audience = filters.from_text(request.GET.get("audience", "")).to_query()
    return drive_plan.of(request.desk, data, drive, audience, timezone.localdate())


def _page(request: DeskRequest, drive: Drive | None, plan: Plan, status: int = 200) -> HttpResponse:
    """The preview takes a second or two, so the page comes without and asks for it at once."""
    looked = "look" in request.POST
    found = _preview(request, plan, drive) if looked else _whom(request, plan)
    return render(request, "campaigns/drives/edit.html", {"drive": drive, "looked": looked} | found, status=status)


def _whom(request: DeskRequest, plan: Plan) -> dict[str, Any]:
    pieces = shown.pieces(plan.wanted, request.desk)
    return {"plan": plan, "form": plan.form, "pieces": pieces, "query": plan.wanted.to_query() or "all=1"}


def _preview(request: DeskRequest, plan: Plan, drive: Drive | None) -> dict[str, Any]:
    preview = deeds.tried(plan, drive_plan.scope_of(request.desk, drive), request.user, timezone.localtime())
    posts = shown.posts(plan.posts, preview)
    return _whom(request, plan) | {
        "subtraction": shown.subtraction(preview.held_back, preview.control, preview.tasks),
        "channels": shown.channels(preview.channels),
        "posts": posts,
        "best_post": shown.best(posts),
        "spoken": [(one.taste, shown.spoken(one.offer)) for one in plan.said if one.is_said],
        "worth": preview.worth,
    }
