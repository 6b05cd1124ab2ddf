"""What is done to an import in the browser: upload, read another way, write, cancel, take back, take the bad rows."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from communities.access import DeskRequest, desk_page
from communities.rules import IMPORT, REVEAL_PHONE
from opsdesk.lib import htmx
from opsdesk.lib.rates import TooOften
from opsdesk.lib.runs import wake
from opsdesk.lib.unreadable import UnreadableFile
from opsdesk.lib.words import N_
from users.imports import actions, allowance, clearing
from users.imports.allowance import NoRoom
from users.imports.inspection import Inspection
from users.imports.models import ImportFile
from users.imports.pages import actions as page_actions
from users.imports.pages import allowance_words, downloads, fault_words, file_page, job_words, views
from users.imports.pages.forms import OptionsForm, SaveMappingForm, UploadForm

# What actions.NotNow may say: marked here, where it is shown.
NOT_NOW = (
    N_("This import cannot be changed now."),
    N_("This import is too old to be taken back."),
    N_("The upload is no longer kept. Send the file anew."),
    N_("A part of it is written. Take that back first."),
    N_("It is still being stopped. Try again in a moment."),
)


@desk_page(IMPORT)
@require_POST
def import_upload(request: DeskRequest) -> HttpResponse:
    """Stores the file and queues its check; the page of the file follows it from there."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_again(request, form)
    try:
        file = _received(request, form)
    except UnreadableFile as error:
        form.add_error("file", fault_words.sentence({"code": error.code, "params": error.params}))
        return _upload_again(request, form)
    except (TooOften, NoRoom) as error:
        form.add_error("file", allowance_words.sentence(error))
        return _upload_again(request, form, wait=error.wait)
    address = reverse("import", args=[file.pk])
    return HttpResponseClientRedirect(address) if htmx.wants_part(request) else redirect(address)


def _received(request: DeskRequest, form: UploadForm) -> ImportFile:
    sent = form.cleaned_data["file"]
    allowance.take(request.desk.staff, sent.size, timezone.now())
    file = actions.receive(
        sent,
        sent.name,
        form.cleaned_data["source"],
        request.desk.staff,
        today=timezone.localdate(),
        most=settings.IMPORT_MAX_UPLOAD,
        options=form.options(),
    )
    _wake(file)
    return file


def _upload_again(request: DeskRequest, form: UploadForm, wait: int = 0) -> HttpResponse:
    """The form with what is wrong; `wait`: seconds until the file may be sent."""
    context = views.list_context(request, form)
    part = htmx.wants_part(request)
    template = "users/imports/_upload.html" if part else "users/imports/list.html"
    answer = render(request, template, context, status=429 if wait else 200 if part else 422)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


@desk_page(IMPORT)
@require_POST
def import_options(request: DeskRequest, file_id: int) -> HttpResponse:
    """Reads the file another way and checks it again: other columns, known names for communities, or just anew."""
    file = views.file_in_reach(request.desk, file_id)
    change = _CHANGES.get(request.POST.get("part", ""), _how_read)
    return change(request, file)


def _how_read(request: DeskRequest, file: ImportFile) -> HttpResponse:
    if not file.inspection:
        form = OptionsForm(request.POST, headers=[])
        return _changed(request, file, **form.reading()) if form.is_valid() else _refused(request, file, form)
    seen = Inspection.from_json(file.inspection)
    form = file_page.options_form(file, seen, request.POST)
    if not form.is_valid():
        return _refused(request, file, form)
    return _changed(request, file, **form.changes(seen, file.options))


def _communities(request: DeskRequest, file: ImportFile) -> HttpResponse:
    form = file_page.communities_form(file, request.desk, request.POST)
    if not form.is_valid():
        return _refused(request, file, form)
    return _changed(request, file, communities=form.choices())


def _again(request: DeskRequest, file: ImportFile) -> HttpResponse:
    return _changed(request, file)


def _by_names(request: DeskRequest, file: ImportFile) -> HttpResponse:
    """Columns recognised by their names, whatever mapping was chosen."""
    return _changed(request, file, mapping=None, mapping_name="")


_CHANGES: dict[str, Callable[[DeskRequest, ImportFile], HttpResponse]] = {
    "communities": _communities,
    "again": _again,
    "by_names": _by_names,
}


def _changed(request: DeskRequest, file: ImportFile, **options: Any) -> HttpResponse:
    def change(today: date) -> None:
        actions.change_options(file, today=today, by=request.desk.staff, **options)

    return _done(request, file, change)


def _refused(request: DeskRequest, file: ImportFile, form: Any) -> HttpResponse:
    """The choice did not fit; the page says why and is otherwise as it was."""
    wrong = " ".join(error for errors in form.errors.values() for error in errors)
    messages.error(request, wrong)
    return redirect("import", file.pk)


@desk_page(IMPORT)
@require_POST
def import_mapping(request: DeskRequest, file_id: int) -> HttpResponse:
    """Remembers how this file was read, under a name, for the next file of its source."""
    file = views.file_in_reach(request.desk, file_id)
    form = SaveMappingForm(request.POST)
    if not form.is_valid() or not file.inspection:
        return _refused(request, file, form)
    saved = actions.save_mapping(file, form.cleaned_data["name"], request.desk.staff)
    words = gettext("Mapping %(name)s is kept for files of %(source)s with these columns")
    messages.success(request, words % {"name": saved.name, "source": file.source.name})
    return redirect("import", file.pk)


@desk_page(IMPORT)
@require_POST
def import_commit(request: DeskRequest, file_id: int) -> HttpResponse:
    file = views.file_in_reach(request.desk, file_id)
    return _done(request, file, lambda _today: actions.queue_commit(file, request.desk.staff))


@desk_page(IMPORT)
@require_POST
def import_undo(request: DeskRequest, file_id: int) -> HttpResponse:
    file = views.file_in_reach(request.desk, file_id)
    return _done(request, file, lambda today: actions.queue_undo(file, request.desk.staff, today=today))


@desk_page(IMPORT)
@require_POST
def import_cancel(request: DeskRequest, file_id: int) -> HttpResponse:
    """Asks whatever runs for the file to stop, which may take a moment; a file that waits for a decision is let go."""
    file = views.file_in_reach(request.desk, file_id)
    if file.state == ImportFile.State.READY:
        return _done(request, file, lambda _today: page_actions.discard(file, request.desk.staff))
    if not actions.request_cancel(file, request.desk.staff):
        messages.warning(request, gettext("Too late: it had ended already."))
    if not htmx.wants_part(request):
        return redirect("import", file.pk)
    file.refresh_from_db()
    return views.progress_part(request, file) if file.state in job_words.RUNNING else views.over()


@desk_page(IMPORT)
@require_POST
def import_let_go(request: DeskRequest, file_id: int) -> HttpResponse:
    """The upload is removed from disk at once: room for others. What the import said of itself stays."""
    file = views.file_in_reach(request.desk, file_id)
    if clearing.let_go(file, request.desk.staff):
        messages.success(request, gettext("The upload is no longer kept"))
    else:
        messages.error(request, gettext("This import cannot be changed now."))
    return redirect("import", file.pk)


def _done(request: DeskRequest, file: ImportFile, deed: Callable[[date], object]) -> HttpResponse:
    """A deed that queues work, the worker woken for it; one that cannot be done now says so."""
    try:
        deed(timezone.localdate())
    except actions.NotNow as problem:
        messages.error(request, gettext(str(problem)))
    else:
        _wake(file)
    return redirect("import", file.pk)


def _wake(file: ImportFile) -> None:
    file.refresh_from_db(fields=["job"])
    if file.job is not None and file.job.is_open:
        wake.on_commit(file.job)


@desk_page(IMPORT)
@require_POST
def import_refused_rows(request: DeskRequest, file_id: int) -> HttpResponse:
    """The rows left out as they were, full phones in them: for whoever may reveal everywhere, with a reason."""
    if not request.desk.scope_for(REVEAL_PHONE).everywhere:
        raise PermissionDenied(REVEAL_PHONE)
    reason = request.POST.get("reason", "")
    if reason not in file_page.REASONS:
        return HttpResponseBadRequest(gettext("Say what the rows are for."))
    file = views.file_in_reach(request.desk, file_id)
    return downloads.refused_rows(file, by=request.desk.staff, reason=gettext(file_page.REASONS[reason]))
