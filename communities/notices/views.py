"""One's own notifications: the page, the bell's panel, reading them."""

from itertools import groupby

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from communities.access import DeskRequest, signed_in
from communities.models import Notice
from communities.notices import actions, queries, rules
from opsdesk.lib import days, htmx, paging

_SORT = paging.Sort("created_at", descending=True)


@signed_in
@require_safe
def notifications(request: DeskRequest) -> HttpResponse:
    unread = request.GET.get("unread") == "1"
    place = paging.place_of(request.GET, queries.NEWEST.read)
    found = queries.notices_of(request.user, unread)
    page = paging.page_of(found, queries.NEWEST, _SORT, place, paging.size_of(request.GET))
    context = {
        "page": page,
        "days": [(day, list(told)) for day, told in groupby(page.rows, lambda one: days.local_date(one.created_at))],
        "only_unread": unread,
        "unread": queries.unread_count(request.user),
        "today": timezone.localdate(),
        "keep_days": rules.KEEP_DAYS,
    }
    return render(request, "communities/notices/list.html", context)


@signed_in
@require_safe
def newest(request: DeskRequest) -> HttpResponse:
    """The panel under the bell; asked for as a page it leads to the page."""
    if not htmx.wants_part(request):
        return redirect("notifications")
    context = {"notices": queries.newest(request.user), "unread": queries.unread_count(request.user)}
    return render(request, "communities/notices/_panel.html", context)


@signed_in
@require_POST
def notice_open(request: DeskRequest, notice_id: int) -> HttpResponse:
    """Read, and on to the page it is about. Other people's notices do not exist."""
    notice = get_object_or_404(Notice, pk=notice_id, recipient=request.user)
    actions.read(notice)
    return HttpResponseRedirect(notice.href if rules.is_path(notice.href) else reverse("notifications"))


@signed_in
@require_POST
def notices_read(request: DeskRequest) -> HttpResponse:
    actions.read_all(request.user)
    return redirect("notifications")
