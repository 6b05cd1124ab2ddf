"""The pages of registrations and referrals: the files so far with the upload box, one file from preview to report."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import IMPORT, REVEAL_PHONE, SEE_CUSTOMERS
from opsdesk.lib import limits, paging, rates, tables
from opsdesk.lib.rates import TooOften
from opsdesk.lib.unreadable import UnreadableFile
from opsdesk.lib.words import N_
from users.acquisition.models import SignupImport
from users.acquisition.signups import actions, queries, reading, rules, shown, undoing
from users.acquisition.signups.actions import NotNow
from users.acquisition.signups.forms import ColumnsForm, UploadForm
from users.imports.pages import allowance_words, fault_words, file_page

State = SignupImport.State
KEYS = {"id": paging.SortKey("id", int)}
COLUMNS = [
    tables.Column("name", N_("File"), template="users/signups/_cell_file.html", fixed=True, wrap="long"),
    tables.Column("get_kind_display", N_("Holds")),
    tables.Column("state", N_("State"), template="users/signups/_cell_state.html"),
    tables.Column("rows", N_("Rows"), "count"),
    tables.Column("created", N_("Created"), "count"),
    tables.Column("updated", N_("Updated"), "count"),
    tables.Column("unchanged", N_("Unchanged"), "count"),
    tables.Column("refused", N_("Left out"), "count"),
    tables.Column("by", N_("By")),
    tables.Column("at", N_("When"), "day_time"),
]


@desk_page(IMPORT)
@require_safe
def signups(request: DeskRequest) -> HttpResponse:
    return render(request, "users/signups/list.html", _list_context(request, UploadForm()))


def _list_context(request: DeskRequest, form: UploadForm) -> dict[str, Any]:
    files = queries.files_for(request.desk.scope, request.desk.staff)
    sort, total = paging.Sort("id", descending=True), files.count()
    page = paging.page_of(files, KEYS["id"], sort, paging.place_of(request.GET, int), paging.size_of(request.GET))
    most = {"limit": reading.LIMITS.stored_bytes, "most_rows": reading.MOST_ROWS}
    return {"form": form, "table": tables.table_of(COLUMNS, page, sort, total=total), "total": total, **most}


@desk_page(IMPORT)
@require_POST
def signup_upload(request: DeskRequest) -> HttpResponse:
    """Keeps the file and works out what it would do; nothing is written."""
    form = UploadForm(request.POST, request.FILES)
    file = _received(request, form) if form.is_valid() else None
    if file is None:
        return render(request, "users/signups/list.html", _list_context(request, form), status=422)
    return redirect("signup", file.pk)


def _received(request: DeskRequest, form: UploadForm) -> SignupImport | None:
    """None, and the form says why, where the file cannot be taken."""
    sent, staff = form.cleaned_data["file"], request.desk.staff
    try:
        refuse_too_large(sent.size)
        rates.spend("imports", limits.IMPORTS, staff.pk, timezone.now())
        return actions.receive(
            sent.read(), sent.name, staff, today=timezone.localdate(), kind=form.cleaned_data["kind"]
        )
    except UnreadableFile as error:
        form.add_error("file", fault_words.sentence({"code": error.code, "params": error.params}))
    except TooOften as error:
        form.add_error("file", allowance_words.sentence(error))
    return None


def refuse_too_large(size: int) -> None:
    """Before a byte of it is read."""
    most = reading.LIMITS.stored_bytes or 0
    if size > most:
        raise UnreadableFile("too_large", size=size, limit=most)


def file_in_reach(desk: Desk, file_id: int) -> SignupImport:
    return get_object_or_404(queries.files_for(desk.scope, desk.staff), pk=file_id)


@desk_page(IMPORT)
def signup(request: DeskRequest, file_id: int) -> HttpResponse:
    """The file and what it would do, or did. POST: read by other columns."""
    file = file_in_reach(request.desk, file_id)
    how = shown.look_or_none(file, timezone.localdate())
    form = _columns_form(request, file) if how else None
    if request.method == "POST":
        if form is None or not form.is_valid():
            return _page(request, file, how, form)
        columns, day_order = form.columns(), form.cleaned_data["day_order"]
        return _done(request, file, lambda: actions.remap(file, columns, day_order, today=timezone.localdate()))
    return _page(request, file, how, form)


def _columns_form(request: DeskRequest, file: SignupImport) -> ColumnsForm:
    told = file.mapping
    initial = {**told["columns"], "day_order": told["day_order"]}
    data = request.POST if request.method == "POST" else None
    return ColumnsForm(data, file.kind, told.get("headers", []), initial)


def _page(request: DeskRequest, file: SignupImport, how: reading.Look | None, form: ColumnsForm | None) -> HttpResponse:
    desk, undone = request.desk, file.mapping.get("undone")
    lines = shown.first_lines(file, how) if how and not how.missing else []
    context = {
        "file": file,
        "form": form,
        "missing": ", ".join(gettext(rules.LABELS[key]) for key in how.missing) if how else "",
        "heads": [gettext(rules.LABELS[key]) for key in how.columns] if how else [],
        "lines": lines,
        "writes": file.created + file.updated,
        "groups": shown.groups(file),
        "problems": shown.problem_lines(file),
        "twin": queries.twin(file) if how else None,
        "undone": undone,
        "people": queries.people_counts(file, desk.scope_for(SEE_CUSTOMERS)) if desk.may(SEE_CUSTOMERS) else {},
        "may_see": desk.may(SEE_CUSTOMERS),
        "may_reveal": desk.scope_for(REVEAL_PHONE).everywhere,
        "reasons": [(key, gettext(word)) for key, word in file_page.REASONS.items()],
    }
    return render(request, "users/signups/file.html", context, status=422 if form and form.errors else 200)


@desk_page(IMPORT)
@require_POST
def signup_commit(request: DeskRequest, file_id: int) -> HttpResponse:
    file = file_in_reach(request.desk, file_id)
    return _done(request, file, lambda: actions.commit(file, request.desk.staff, today=timezone.localdate()))


@desk_page(IMPORT)
@require_POST
def signup_let_go(request: DeskRequest, file_id: int) -> HttpResponse:
    file = file_in_reach(request.desk, file_id)
    return _done(request, file, lambda: actions.let_go(file, request.desk.staff))


@desk_page(IMPORT)
@require_POST
def signup_undo(request: DeskRequest, file_id: int) -> HttpResponse:
    file = file_in_reach(request.desk, file_id)
    return _done(request, file, lambda: undoing.take_back(file, request.desk.staff))


def _done(request: DeskRequest, file: SignupImport, deed: Callable[[], object]) -> HttpResponse:
    """A deed that cannot be done now says so."""
    try:
        deed()
    except NotNow as problem:
        messages.error(request, gettext(str(problem)))
    except UnreadableFile as error:
        messages.error(request, fault_words.sentence({"code": error.code, "params": error.params}))
    return redirect("signup", file.pk)


@desk_page(IMPORT)
@require_POST
def signup_refused(request: DeskRequest, file_id: int) -> HttpResponse:
    """The rows left out as they were, full phones in them: for whoever may reveal everywhere, with a reason."""
    if not request.desk.scope_for(REVEAL_PHONE).everywhere:
        raise PermissionDenied(REVEAL_PHONE)
    reason = request.POST.get("reason", "")
    if reason not in file_page.REASONS:
        return HttpResponseBadRequest(gettext("Say what the rows are for."))
    file = file_in_reach(request.desk, file_id)
    return shown.refused_rows(file, by=request.desk.staff, reason=gettext(file_page.REASONS[reason]))
