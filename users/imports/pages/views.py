"""The pages of imports: the list with its upload box, one file from upload to report, its problems line by line."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import IMPORT
from opsdesk.lib import htmx, paging, tables
from opsdesk.lib.words import N_
from users.imports import teaching
from users.imports.models import ImportFile
from users.imports.pages import file_page, job_words, problem_page, wanted
from users.imports.pages import queries as page_queries
from users.imports.pages.forms import UploadForm

LIST_KEYS = {"id": paging.SortKey("id", int)}
LIST_COLUMNS = [
    tables.Column("file", N_("File"), template="users/imports/_cell_file.html", fixed=True, wrap="long"),
    tables.Column("state", N_("State"), template="users/imports/_cell_state.html"),
    tables.Column("source.name", N_("Source")),
    tables.Column("rows", N_("Rows"), "count"),
    tables.Column("created", N_("Created"), "count", template="users/imports/_cell_written.html"),
    tables.Column("updated", N_("Updated"), "count", template="users/imports/_cell_written.html"),
    tables.Column("unchanged", N_("Unchanged"), "count", template="users/imports/_cell_written.html"),
    tables.Column("refused", N_("Left out"), "count", template="users/imports/_cell_refused.html"),
    tables.Column("uploaded_by", N_("By")),
    tables.Column("uploaded_at", N_("When"), "day_time"),
]


def file_in_reach(desk: Desk, file_id: int) -> ImportFile:
    """Files of everybody for whoever imports everywhere; else one's own. Any other does not exist."""
    return get_object_or_404(page_queries.files_for(desk.scope, desk.staff), pk=file_id)


@desk_page(IMPORT)
@require_safe
def imports(request: DeskRequest) -> HttpResponse:
    return htmx.render_page(request, "users/imports/list.html", "users/imports/_upload.html", list_context(request))


def list_context(request: DeskRequest, form: UploadForm | None = None) -> dict[str, Any]:
    desk = request.desk
    files, is_left_out = page_queries.files_for(desk.scope, desk.staff), request.GET.get("left_out") == "1"
    files = files.filter(page_queries.left_out_lately(timezone.now())) if is_left_out else files
    sort = paging.Sort("id", descending=True)
    page = paging.page_of(files, LIST_KEYS["id"], sort, paging.place_of(request.GET, int), paging.size_of(request.GET))
    total = files.count()
    return {
        "form": form or UploadForm(initial={"source": page_queries.last_source(desk.scope, desk.staff)}),
        "sources": page_queries.source_names(),
        "mappings": page_queries.any_mapping(),
        "limit": settings.IMPORT_MAX_UPLOAD,
        "table": tables.table_of(LIST_COLUMNS, page, sort, total=total),
        "total": total,
        "unread": teaching.unread_count(desk.scope),
        "fields": wanted.columns_wanted() if not total else [],
        "is_left_out": is_left_out,
    }


@desk_page(IMPORT)
@require_safe
def import_page(request: DeskRequest, file_id: int) -> HttpResponse:
    file = file_in_reach(request.desk, file_id)
    context = file_page.context(file, request.desk, timezone.localdate())
    return render(request, "users/imports/detail.html", context)


@desk_page(IMPORT)
@require_safe
def import_progress(request: DeskRequest, file_id: int) -> HttpResponse:
    """The part that moves, every two seconds; when there is nothing left to wait for the page is asked for anew."""
    file = file_in_reach(request.desk, file_id)
    if file.state not in job_words.RUNNING:
        return over()
    return progress_part(request, file)


def over() -> HttpResponse:
    answer = HttpResponseClientRefresh()
    answer.status_code = htmx.STOP_POLLING
    return answer


def progress_part(request: DeskRequest, file: ImportFile) -> HttpResponse:
    if file.state in (ImportFile.State.UPLOADED, ImportFile.State.CHECKING):
        return render(request, "parts/_job_card.html", {"job": job_words.progress(file)})
    return render(request, "users/imports/_dock_writing.html", file_page.writing(file))


@desk_page(IMPORT)
@require_safe
def import_problems(request: DeskRequest, file_id: int) -> HttpResponse:
    """Line by line with the reason, or all of it as CSV; values are masked."""
    file = file_in_reach(request.desk, file_id)
    asked = problem_page.Asked.of(request.GET)
    if request.GET.get("format") == "csv":
        return problem_page.download(file, asked, request.desk.staff, timezone.localtime())
    context = problem_page.context(file, asked, request.GET)
    return htmx.render_page(
        request,
        "users/imports/problems.html",
        "users/imports/_problems_list.html",
        context | file_page.downloads(request.desk),
    )
