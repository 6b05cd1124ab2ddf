"""Imports over the API: send a file, follow it, read what is wrong with it, write it."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_errors import Conflict, ErrorSerializer, TooLarge
from communities.api_query import BodySerializer, QuerySerializer, cursor_word, limit_word
from communities.api_views import ScopedView
from opsdesk.lib import paging
from opsdesk.lib.rates import TooOften
from opsdesk.lib.runs import wake
from opsdesk.lib.unreadable import UnreadableFile
from users.imports import actions, allowance, api_shapes, problems
from users.imports.allowance import NoRoom
from users.imports.api_shapes import UploadSerializer
from users.imports.models import ImportFile
from users.imports.pages import allowance_words, fault_words, problem_page
from users.imports.pages import queries as page_queries

State = ImportFile.State
FORM_BYTES = 1024 * 1024  # what a form may weigh beside its file
NOT_YET = {
    State.UPLOADED: _("It is still being checked. Ask for it again, and write it once its state is ready."),
    State.CHECKING: _("It is still being checked. Ask for it again, and write it once its state is ready."),
    State.REFUSED: _("It was refused; refusal says why. Nothing of it can be written."),
    State.FAILED: _("Its last work broke off. Have it checked again on its page, or send it anew."),
    State.CANCELLED: _("It was cancelled. Have it checked again on its page, or send it anew."),
    State.UNDOING: _("It is being taken back."),
    State.UNDONE: _("It was taken back. Send the file anew."),
}


class NotNow(APIException):
    """Too many imports within an hour, or no room for one more; DRF tells `wait` as Retry-After."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, error: TooOften | NoRoom) -> None:
        code = "too_many_imports" if isinstance(error, TooOften) else "no_room"
        super().__init__(allowance_words.sentence(error), code)
        self.wait = error.wait


class ImportQuery(QuerySerializer):
    after = serializers.IntegerField(
        default=paging.BIGGEST,
        min_value=1,
        max_value=paging.BIGGEST,
        help_text=_("the id after which this page begins"),
    )
    limit = limit_word(50, 200)


class ProblemQuery(QuerySerializer):
    after = cursor_word()
    limit = limit_word()
    kind = serializers.ChoiceField(
        [problem_page.REFUSED, problem_page.NOTES], default="", help_text=_("rows left out, or taken with a remark")
    )
    code = serializers.ChoiceField(list(problems.PROBLEMS), default="", help_text=_("one kind of problem"))

    def validate_after(self, cursor: str) -> paging.Place:
        place = paging.decode(cursor, int)
        if place is None:
            raise serializers.ValidationError(gettext("This value means nothing here."))
        return place


class ImportList(ScopedView):
    scope = {"GET": "read:imports", "POST": "import:orders"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="imports_list",
        parameters=[ImportQuery],
        responses=api_shapes.ImportPageSerializer,
        description=_("Imports, newest first: everybody's for whoever imports everywhere, else one's own."),
    )
    def get(self, request: Request) -> Response:
        asked = ImportQuery.read(request.query_params)
        limit = asked["limit"]
        found = list(_files(self).filter(id__lt=asked["after"]).order_by("-id")[: limit + 1])
        told = {"next_after": found[limit - 1].pk if len(found) > limit else None, "imports": found[:limit]}
        return Response(api_shapes.ImportPageSerializer(told).data)

    @extend_schema(
        request=UploadSerializer,
        responses={
            201: api_shapes.ReceivedSerializer,
            413: OpenApiResponse(ErrorSerializer, _("The file is larger than is taken here.")),
        },
        description=_(
            "Send an export (CSV, XLSX, .gz). It is checked at once and written when it is asked for; with commit=true "
            "as soon as it is checked: good rows in, bad rows kept apart with their reasons."
        ),
    )
    def post(self, request: Request) -> Response:
        self._refuse_too_large(int(request.META.get("CONTENT_LENGTH") or 0))
        asked = UploadSerializer.read(request.data, sources=page_queries.source_names())
        file = self._received(asked)
        told = api_shapes.ReceivedSerializer(file, context={"same_as": self._same_as(file)}).data
        return Response(told, status.HTTP_201_CREATED, headers={"Location": reverse("api_import", args=[file.pk])})

    def _refuse_too_large(self, length: int) -> None:
        """Before a byte of it is read."""
        most = settings.IMPORT_MAX_UPLOAD
        if length > most + FORM_BYTES:
            raise TooLarge(fault_words.sentence({"code": "too_large", "params": {"size": length, "limit": most}}))

    def _received(self, asked: dict[str, Any]) -> ImportFile:
        try:
            allowance.take(self.desk.staff, asked["file"].size, timezone.now())
            file = actions.receive(
                asked["file"],
                asked["file"].name,
                asked["source"],
                self.desk.staff,
                today=timezone.localdate(),
                most=settings.IMPORT_MAX_UPLOAD,
                options={name: asked[name] for name in ("encoding", "create_communities")},
                commit=asked["commit"],
            )
        except UnreadableFile as error:
            raise TooLarge(fault_words.sentence({"code": error.code, "params": error.params})) from None
        except (TooOften, NoRoom) as error:
            raise NotNow(error) from None
        _wake(file)
        return file

    def _same_as(self, file: ImportFile) -> int | None:
        """The newest other import of the very same bytes that is in, or on its way in."""
        living = (State.UPLOADED, State.CHECKING, State.READY, State.COMMITTING, State.DONE)
        twins = _files(self).filter(sha256=file.sha256, state__in=living).exclude(pk=file.pk)
        newest: ImportFile | None = twins.order_by("-id").first()
        return newest.pk if newest else None


class ImportDetail(ScopedView):
    scope = "read:imports"

    @extend_schema(
        responses=api_shapes.ImportDetailSerializer,
        description=_("One import: its state, how far its work is, what became of its rows, why it was refused."),
    )
    def get(self, request: Request, file_id: int) -> Response:
        QuerySerializer.read(request.query_params)
        return Response(api_shapes.ImportDetailSerializer(_file(self, file_id)).data)


class ImportProblems(ScopedView):
    scope = "read:imports"

    @extend_schema(
        parameters=[ProblemQuery],
        responses=api_shapes.ProblemPageSerializer,
        description=_("What is wrong with an import, line by line; no phone in it is whole."),
    )
    def get(self, request: Request, file_id: int) -> Response:
        asked = ProblemQuery.read(request.query_params)
        found = problem_page.Asked(asked["kind"], asked["code"]).found(_file(self, file_id))
        key, sort = problem_page.KEYS["line"], paging.Sort("line", descending=False)
        page = paging.page_of(found, key, sort, asked.get("after"), asked["limit"])
        return Response(
            api_shapes.ProblemPageSerializer({"next_after": page.after or None, "problems": page.rows}).data
        )


class ImportCommit(ScopedView):
    scope = "import:orders"

    @extend_schema(
        request=None,
        responses={
            200: OpenApiResponse(api_shapes.ImportDetailSerializer, _("It was in already.")),
            202: OpenApiResponse(api_shapes.ImportDetailSerializer, _("The work is queued.")),
            409: OpenApiResponse(ErrorSerializer, _("It is in no state for this; detail says which.")),
        },
        description=_("Write a checked import. Asked twice it is written once: 202 on its way, 200 once it is in."),
    )
    def post(self, request: Request, file_id: int) -> Response:
        BodySerializer.read(request.data)
        file = _file(self, file_id)
        try:
            actions.queue_commit(file, self.desk.staff)
        except actions.NotNow:
            return self._in_no_state(file_id)
        _wake(file)
        return Response(api_shapes.ImportDetailSerializer(_file(self, file_id)).data, status=status.HTTP_202_ACCEPTED)

    def _in_no_state(self, file_id: int) -> Response:
        """It may have got in meanwhile, or long ago: then what was asked for is done."""
        file = _file(self, file_id)
        if file.state != State.DONE:
            raise Conflict(NOT_YET.get(State(file.state), gettext("This import cannot be changed now.")), file.state)
        return Response(api_shapes.ImportDetailSerializer(file).data)


def _files(view: ScopedView) -> Any:
    return page_queries.files_for(view.desk.scope, view.desk.staff)


def _file(view: ScopedView, file_id: int) -> ImportFile:
    """One in reach; any other does not exist."""
    file: ImportFile | None = _files(view).filter(pk=file_id).first()
    if file is None:
        raise Http404
    return file


def _wake(file: ImportFile) -> None:
    file.refresh_from_db(fields=["job"])
    if file.job is not None:
        wake.on_commit(file.job)
