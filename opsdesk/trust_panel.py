"""The trust panel: which invariants hold, since when, and who breaks those that do not."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import actions as log
from communities.access import Desk, DeskRequest, desk_page
from communities.models import Community
from communities.rules import RECOMPUTE, SEE_COUPONS, SEE_CUSTOMERS, SEE_RUNS
from opsdesk import invariants, run_log, run_story, trust
from opsdesk.invariant import Invariant
from opsdesk.lib.runs.models import Check, Job
from opsdesk.lib.words import N_
from users.directory import classes

# Columns of offenders that lead to a page, and what opens it.
_PAGES = {
    "customer_id": ("customer", SEE_CUSTOMERS), "import_id": ("import", SEE_RUNS), "job_id": ("run", SEE_RUNS),
    "budget_id": ("budget", SEE_COUPONS),
}  # fmt: skip
_HEADS = {
    "customer_id": N_("Customer"), "import_id": N_("Import"), "job_id": N_("Run"), "community_id": N_("Community"),
    "day": N_("Day"), "week": N_("Week"), "cohort": N_("Cohort"), "lifecycle": N_("Class"), "rfm_class": N_("Class"),
    "kept": N_("Kept"), "counted": N_("Counted anew"), "order_id": N_("Order"), "version": N_("Version"),
    "key": N_("Threshold"), "kind": N_("Kind"), "name": N_("Name"), "what": N_("What"), "number": N_("Number"),
    "budget_id": N_("Budget"), "drive_id": N_("Drive"), "task_id": N_("Task"), "visit_id": N_("Visit"),
    "cue_id": N_("Cue"), "sheet_id": N_("Cue sheet"),
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """An invariant and what the last check said of it; no check, no colour."""

    invariant: Invariant
    check: Check | None

    @property
    def state(self) -> str:
        return "unknown" if self.check is None else "holds" if self.check.holds else "broken"

    @property
    def offenders(self) -> int | None:
        return self.check.detail.get("offenders") if self.check else None

    @property
    def looked(self) -> int | None:
        return self.check.detail.get("looked") if self.check else None

    @property
    def seconds(self) -> float | None:
        return self.check.detail.get("seconds") if self.check else None


@desk_page(SEE_RUNS)
def panel(request: DeskRequest) -> HttpResponse:
    answers = _answers()
    broken = sum(answer.state == "broken" for answer in answers)
    request.desk.counts = {"broken": broken}
    open_check = Job.objects.filter(kind=trust.KIND, state__in=Job.OPEN).first()
    context = {
        "groups": [(group, list(members)) for group, members in groupby(answers, key=lambda one: one.invariant.group)],
        "held": sum(answer.state == "holds" for answer in answers),
        "broken": broken,
        "total": len(answers),
        "checked_at": max((answer.check.checked_at for answer in answers if answer.check), default=None),
        "last_good": Job.objects.filter(kind="nightly", state=Job.State.DONE).order_by("-finished_at").first(),
        "card": run_story.card(open_check, may_cancel=False) if open_check else None,
        "may_check": request.desk.may(RECOMPUTE),
    }
    return render(request, "runs/trust.html", context)


@desk_page(SEE_RUNS)
def invariant(request: DeskRequest, name: str) -> HttpResponse:
    """One invariant: what it says, how it was asked, the first offenders of the last check."""
    if name not in invariants.BY_NAME:
        raise Http404
    answer = Answer(invariants.BY_NAME[name], Check.objects.filter(name=name).first())
    found = answer.check.detail.get("rows", []) if answer.check else []
    context = {
        "answer": answer,
        "heads": [_(_HEADS.get(key, key)) for key in _keys(found)],
        "rows": _rows(request.desk, found),
        "error": answer.check.detail.get("error", "") if answer.check else "",
    }
    return render(request, "runs/invariant.html", context)


@desk_page(RECOMPUTE)
@require_POST
def check_now(request: DeskRequest) -> HttpResponse:
    job = trust.queue_check(by=request.user)
    log.write_log(staff=request.user, verb="check", thing="trust", thing_id=job.pk)
    run_log.announce(request, job)
    return redirect("trust")


def _answers() -> list[Answer]:
    known = {check.name: check for check in Check.objects.all()}
    return [Answer(one, known.get(one.name)) for one in invariants.INVARIANTS]


def _rows(desk: Desk, found: list[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    """Each offender as cells of (text, address or "")."""
    names = dict(Community.objects.values_list("id", "name"))
    return [[_cell(desk, key, row.get(key), names) for key in _keys(found)] for row in found]


def _keys(found: list[dict[str, Any]]) -> list[str]:
    """Every column of the offenders, who they are before what is wrong."""
    order = list(_HEADS)
    keys = {key for row in found for key in row}
    return sorted(keys, key=lambda key: order.index(key) if key in order else len(order))


def _cell(desk: Desk, key: str, value: Any, names: dict[int, str]) -> tuple[str, str]:
    if value is None:
        return "–", ""
    if key == "community_id":
        return names.get(value, _("unassigned")), ""
    if value in classes.WORDS:
        return _(classes.WORDS[value]), ""
    name, needs = _PAGES.get(key, ("", ""))
    if not name or not desk.may(needs):
        return str(value), ""
    try:
        return f"#{value}", reverse(name, args=[value])
    except NoReverseMatch:
        return f"#{value}", ""
