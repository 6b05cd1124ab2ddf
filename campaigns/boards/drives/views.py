"""Recall drives: the list, one drive with how far it is, and the people behind its numbers."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.drives import effect
from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import plan as drive_plan
from campaigns.boards.drives import queries as reads
from campaigns.drives import queries
from campaigns.drives.models import Candidate, Drive
from campaigns.drives.rules import LEFT_OUT, STATES, channel_label
from campaigns.recall import actions as recall
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import RUN_DRIVES, SEE_COUPONS, SEE_FIELD, SHARE_TASKS
from coupons.batches import queries as batches
from opsdesk.lib import htmx, paging

BY_ID = paging.SortKey("id", int)


@desk_page(SEE_FIELD)
def drives(request: DeskRequest) -> HttpResponse:
    """Newest first, by state, each with how far it is."""
    scope, state = shown.looked_at(request.desk), request.GET.get("state", "")
    found, state = queries.drives(scope), state if state in STATES else ""
    counts = reads.states(found)
    place = paging.place_of(request.GET, BY_ID.read)
    wanted = found.filter(state=state) if state else found
    page = paging.page_of(wanted, BY_ID, paging.Sort("id", True), place, paging.size_of(request.GET))
    progress = reads.of_drives(scope, page.rows)
    context = {
        "rows": [(drive, progress.get(drive.pk, reads.Progress())) for drive in page.rows],
        "page": page,
        "states": [(code, _(label), counts.get(code, 0)) for code, label in STATES.items()],
        "state": state,
        "total": sum(counts.values()),
        "may_plan": request.desk.may(RUN_DRIVES),
    }
    return htmx.render_page(request, "campaigns/drives/list.html", "campaigns/drives/_list.html", context)


def reached(desk: Desk, number: str) -> Drive:
    """Another's drive does not exist."""
    found = queries.drive(desk.scope, number)
    if found is None:
        raise Http404
    return found


def may_run(desk: Desk, drive: Drive) -> bool:
    """A right has a reach of its own: a drive is run by whoever may where all of its people are."""
    return desk.may(RUN_DRIVES) and reads.within(desk.scope_for(RUN_DRIVES), drive)


@desk_page(SEE_FIELD)
def drive(request: DeskRequest, number: str) -> HttpResponse:
    return page(request, reached(request.desk, number))


def page(request: DeskRequest, drive: Drive, status: int = 200, **more: Any) -> HttpResponse:
    """One drive. A draft is shown as it would be today, a started one as it was frozen."""
    desk = request.desk
    context: dict[str, Any] = {
        "drive": drive,
        "pieces": shown.pieces_of(drive, desk),
        "channel_words": [_(channel_label(code)) for code in drive.channels],
        "may_run": may_run(desk, drive),
        "may_share": desk.may(SHARE_TASKS) and drive.state == "running",
        "offers": shown.offers(drive),
        "may_open_batches": desk.may(SEE_COUPONS),
        "history": shown.history(drive),
        "done": shown.DONE,
    }
    context |= _done(drive, desk) if drive.started_at else _planned(drive, desk)
    return render(request, "campaigns/drives/drive.html", context | more, status=status)


def _planned(drive: Drive, desk: Desk) -> dict[str, Any]:
    """Of a draft; one called off before it started comes to nothing any more."""
    if drive.state != "draft":
        return {}
    preview = recall.preview(drive, timezone.now())
    posts = shown.posts_of(drive, drive_plan.scope_of(desk, drive), preview)
    return {
        "subtraction": shown.subtraction(preview.held_back, preview.control, preview.tasks),
        "channels": shown.channels(preview.channels),
        "posts": posts,
        "best_post": shown.best(posts),
        "worth": preview.worth,
    }


def _done(drive: Drive, desk: Desk) -> dict[str, Any]:
    stations = reads.of_stations(desk.scope, drive)
    progress = sum((one.progress for one in stations), reads.Progress())
    return {
        "subtraction": shown.frozen(drive, desk.scope),
        "stations": stations,
        "progress": progress,
        "tiles": shown.tiles(drive, progress),
        "effect": effect.shown(drive, timezone.localdate(), desk.scope),
    }


@desk_page(SEE_FIELD)
def drive_people(request: DeskRequest, number: str) -> HttpResponse:
    """Its candidates in reach by what became of them, masked, in the order of their draw."""
    drive = reached(request.desk, number)
    fate, reason = request.GET.get("fate", ""), request.GET.get("reason", "")
    fate = fate if fate in Candidate.Fate.values else Candidate.Fate.TASK
    reason = reason if reason in LEFT_OUT and fate == Candidate.Fate.HELD_BACK else ""
    found = reads.people(drive, request.desk.scope, fate, reason)
    chosen = reads.behind(found, paging.place_of(request.GET, int), paging.DEFAULT_SIZE + 1)
    more, chosen = len(chosen) > paging.DEFAULT_SIZE, chosen[: paging.DEFAULT_SIZE]
    context = {
        "drive": drive,
        "people": batches.people([one.customer_id for one in chosen]),
        "subtraction": shown.frozen(drive, request.desk.scope),
        "fate": fate,
        "reason": _(LEFT_OUT[reason]) if reason else "",
        "after": paging.encode(chosen[-1].draw, chosen[-1].customer_id) if more else "",
        "as_of": drive.as_of,
    }
    return render(request, "campaigns/drives/people.html", context)
