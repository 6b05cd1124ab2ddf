"""Sample data by one click, and away by another."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import rules
from communities.access import DeskRequest, desk_page
from opsdesk import work
from opsdesk.demo import planting
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake


@desk_page(rules.IMPORT)
def demo(request: HttpRequest) -> HttpResponse:
    context = {"planted": planting.is_planted(), "empty": planting.is_empty(), "contents": planting.contents()}
    return render(request, "demo.html", context)


@require_POST
@desk_page(rules.IMPORT)
def plant(request: HttpRequest) -> HttpResponse:
    """Queue it for the worker; the run log shows how far it is."""
    if not planting.is_empty():
        messages.error(request, _("The desk is not empty, so no sample data was added."))
        return redirect("demo")
    staff = cast(DeskRequest, request).desk.staff
    job = runs.queue(work.PLANT, slot="demo", payload={"until": timezone.localdate().isoformat()}, by=staff)
    wake.on_commit(job)
    messages.success(request, _("Sample data is being imported: about two minutes."))
    return redirect("runs")


@require_POST
@desk_page(rules.IMPORT)
def remove(request: HttpRequest) -> HttpResponse:
    if not planting.is_planted():
        messages.error(request, _("There is no sample data here; nothing was changed."))
        return redirect("demo")
    went = planting.remove(keep=cast(DeskRequest, request).desk.staff)
    told = _("Removed: %(customers)s customers, %(files)s files, %(people)s made-up staff.")
    messages.success(request, told % {name: f"{count:,}" for name, count in went.items()})
    return redirect("home")
