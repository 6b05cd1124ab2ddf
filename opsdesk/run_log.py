"""The run log: what works now, what worked when and how long, what failed and what to do about it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from communities import actions as log
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import RECOMPUTE, SEE_RUNS
from opsdesk import run_story, run_words, work
from opsdesk.lib import htmx, paging
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.models import Job
from users.pulse import queries as pulse

_NEWEST = paging.SortKey("id", int)


@dataclass(frozen=True)
class Line:
    """One ended job of the list."""

    job: Job
    title: str
    rows: int | None
    steps: list[tuple[str, float | None]]
    happened: str

    @classmethod
    def of(cls, job: Job) -> "Line":
        fault = run_story.fault_of(job)
        steps = [(run_story.step_words(step), step.seconds) for step in job.steps.all()]
        happened = fault.happened if fault and job.state == Job.State.FAILED else ""
        return cls(job, run_story.title_of(job), run_story.rows_written(job), steps, happened)


@desk_page(SEE_RUNS)
def run_list(request: DeskRequest) -> HttpResponse:
    asked, today = request.GET.get("kind", ""), timezone.localdate()
    ended = _jobs().exclude(state__in=Job.OPEN)
    if asked in run_words.KINDS:
        ended = ended.filter(kind=asked)
    place = paging.place_of(request.GET, int)
    page = paging.page_of(ended, _NEWEST, paging.Sort("id", descending=True), place, size=20)
    nights = Job.objects.filter(kind=work.NIGHTLY)
    context = {
        "cards": [_card(request.desk, job) for job in _jobs().filter(state__in=Job.OPEN).order_by("id")],
        "lines": [Line.of(job) for job in page.rows],
        "page": page,
        "kinds": [{"label": _("All"), "href": "?", "current": not asked}, *_kinds(asked)],
        "fresh": pulse.freshness(today),
        "last_good": nights.filter(state=Job.State.DONE).order_by("-finished_at").first(),
        "last": nights.order_by("-id").first(),
        "may_run": request.desk.may(RECOMPUTE),
        "today": today,
    }
    return render(request, "runs/list.html", context)


@desk_page(SEE_RUNS)
def run(request: DeskRequest, job_id: int) -> HttpResponse:
    job = get_object_or_404(_jobs(), pk=job_id)
    context = {
        "run": job,
        "title": run_story.title_of(job),
        "card": _card(request.desk, job) if job.is_open else None,
        "fault": run_story.fault_of(job),
        "steps": [run_story.StepLine.of(step) for step in job.steps.all()],
        "link": run_story.link_of(job),
        "dead": run_story.is_dead(job, timezone.now()),
        "may_run": request.desk.may(RECOMPUTE) and job.kind in (work.NIGHTLY, work.RECOMPUTE),
    }
    return render(request, "runs/run.html", context)


@desk_page(SEE_RUNS)
def run_card(request: DeskRequest, job_id: int) -> HttpResponse:
    """The card that moves, every two seconds; when the job has ended the page is asked for anew."""
    job = get_object_or_404(_jobs(), pk=job_id)
    if not job.is_open:
        over = HttpResponseClientRefresh()
        over.status_code = htmx.STOP_POLLING
        return over
    return render(request, "parts/_job_card.html", {"job": _card(request.desk, job)})


@desk_page(SEE_RUNS)
@require_POST
def run_cancel(request: DeskRequest, job_id: int) -> HttpResponse:
    """Whoever started a job may stop it; so may those who run the desk's work."""
    job = get_object_or_404(_jobs(), pk=job_id)
    if not _may_cancel(request.desk, job):
        raise PermissionDenied(RECOMPUTE)
    if runs.request_cancel(job.pk):
        log.write_log(staff=request.user, verb="cancel", thing="run", thing_id=job.pk, detail={"name": job.kind})
    job.refresh_from_db()
    if htmx.wants_part(request) and job.is_open:
        return render(request, "parts/_job_card.html", {"job": _card(request.desk, job)})
    return HttpResponseClientRefresh() if htmx.wants_part(request) else redirect("run", job.pk)


@desk_page(RECOMPUTE)
@require_POST
def run_now(request: DeskRequest) -> HttpResponse:
    """Queue tonight's work now. A worker is woken if it can be; if not, it looks for itself within seconds."""
    job = work.queue_nightly(timezone.localdate(), again=True, by=request.user)
    if job is not None:
        log.write_log(staff=request.user, verb="run", thing="run", thing_id=job.pk, detail={"name": job.kind})
        announce(request, job)
    return redirect("runs")


def announce(request: HttpRequest, job: Job) -> None:
    """Wake a worker for a job that is committed, and say what happens next."""
    if wake.send(job.pk):
        messages.success(request, _("Queued as run #%(id)s; a worker takes it now.") % {"id": job.pk})
    else:
        said = _("Queued as run #%(id)s. Workers cannot be woken at the moment; it waits here and is lost to nobody.")
        messages.warning(request, said % {"id": job.pk})


def _jobs() -> QuerySet[Job]:
    return Job.objects.select_related("created_by").prefetch_related("steps")


def _card(desk: Desk, job: Job) -> dict[str, Any]:
    return run_story.card(job, may_cancel=_may_cancel(desk, job) and not job.cancel_requested)


def _may_cancel(desk: Desk, job: Job) -> bool:
    return desk.may(RECOMPUTE) or job.created_by_id == desk.staff.pk


def _kinds(asked: str) -> list[dict[str, Any]]:
    """Kinds that have ever run, as choices."""
    known = set(Job.objects.order_by().values_list("kind", flat=True).distinct())
    return [
        {"label": _(kind.title), "href": f"?kind={name}", "current": name == asked}
        for name, kind in run_words.KINDS.items()
        if name in known
    ]
