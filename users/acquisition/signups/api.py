"""Registrations and referrals over the API: rows as JSON or a file, worked out and written in one call."""

import csv
import io
from typing import Any, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_errors import Conflict, ErrorSerializer, TooLarge
from communities.api_query import BodySerializer
from communities.api_views import ScopedView
from opsdesk.lib import limits, rates
from opsdesk.lib.rates import TooOften
from opsdesk.lib.unreadable import UnreadableFile
from users.acquisition.models import SignupImport
from users.acquisition.signups import actions, queries, reading, rules, views
from users.acquisition.signups.actions import NotNow
from users.imports.pages import allowance_words, fault_words

FORM_BYTES = 1024 * 1024  # what a form may weigh beside its file
ROWS = 5000  # in one call; more is sent as a file
PROBLEMS = 500


class TooOftenError(APIException):
    """Too many imports within an hour; DRF tells `wait` as Retry-After."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, error: TooOften) -> None:
        super().__init__(allowance_words.sentence(error), "too_many_imports")
        self.wait = error.wait


class SignupRowSerializer(BodySerializer):
    """A registration (phone and registered_at) or a referral (referrer and referred), as text."""

    phone = serializers.CharField(required=False, max_length=40)
    registered_at = serializers.CharField(required=False, max_length=40)
    name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    channel = serializers.CharField(required=False, allow_blank=True, max_length=200)
    community = serializers.CharField(required=False, allow_blank=True, max_length=200)
    address = serializers.CharField(required=False, allow_blank=True, max_length=400)
    referrer = serializers.CharField(required=False, max_length=40)
    referred = serializers.CharField(required=False, max_length=40)
    at = serializers.CharField(required=False, allow_blank=True, max_length=40)


class SignupsSerializer(BodySerializer):
    kind = serializers.ChoiceField(
        [rules.REGISTRATIONS, rules.REFERRALS], default="", help_text=_("found by the columns unless told")
    )
    file = serializers.FileField(required=False, help_text=_("CSV or XLSX, instead of rows"))
    rows = SignupRowSerializer(many=True, required=False, help_text=_("instead of a file; at most 5,000"))
    commit = serializers.BooleanField(default=True, help_text=_("false: only work out what it would do"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == bool(attrs.get("rows")):
            raise ValidationError(gettext("Send a file or rows."))
        if len(attrs.get("rows", [])) > ROWS:
            raise ValidationError({"rows": [gettext("At most %(n)s rows in one call.") % {"n": ROWS}]})
        return attrs


class SignupProblemSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text=_("of the file; rows begin with line 2"))
    column = serializers.CharField()
    value = serializers.CharField(help_text=_("phones masked"))
    code = serializers.CharField(source="params.code")
    reason = serializers.SerializerMethodField()

    def get_reason(self, problem: Any) -> str:
        return gettext(problem.reason)


class SignupSerializer(serializers.Serializer[SignupImport]):
    """rows = created + updated + unchanged + refused."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.CharField(help_text=_("done: written; ready: waits to be written on its page"))
    same_as = serializers.IntegerField(allow_null=True, help_text=_("the very same bytes came in as this file before"))
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    problems = SignupProblemSerializer(many=True, help_text=_("the first 500"))


class Signups(ScopedView):
    scope = "import:signups"
    parser_classes = [JSONParser, MultiPartParser]

    @extend_schema(
        operation_id="signups_import",
        request=SignupsSerializer,
        responses={
            201: SignupSerializer,
            409: OpenApiResponse(ErrorSerializer, _("Another import is being written; send it again in a minute.")),
            413: OpenApiResponse(ErrorSerializer, _("The file is larger than is taken here.")),
        },
        description=_(
            "Registrations or referrals. Good rows are written, bad ones stay out with their reasons. Sent twice, "
            "nothing is written twice."
        ),
    )
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > (reading.LIMITS.stored_bytes or 0) + FORM_BYTES:
            raise TooLarge(gettext("The file is larger than is taken here."))
        asked = SignupsSerializer.read(request.data)
        file = self._received(asked)
        if asked["commit"]:
            file = self._committed(file)
        told = {name: getattr(file, name) for name in ("kind", "state", "rows", *rules.OUTCOMES)}
        twin = queries.twin(file)
        told |= {"id": file.pk, "same_as": twin.pk if twin else None, "problems": queries.problems_of(file)[:PROBLEMS]}
        address = reverse("signup", args=[file.pk])
        return Response(SignupSerializer(cast(Any, told)).data, status.HTTP_201_CREATED, headers={"Location": address})

    def _received(self, asked: dict[str, Any]) -> SignupImport:
        sent, staff = asked.get("file"), self.desk.staff
        try:
            if sent is not None:
                views.refuse_too_large(sent.size)
            rates.spend("imports", limits.IMPORTS, staff.pk, timezone.now())
            content, name = (sent.read(), sent.name) if sent is not None else (as_csv(asked["rows"]), "api.csv")
            return actions.receive(content, name, staff, today=timezone.localdate(), kind=asked["kind"])
        except UnreadableFile as error:
            sentence = fault_words.sentence({"code": error.code, "params": error.params})
            raise (TooLarge if error.code == "too_large" else ValidationError)(sentence) from None
        except TooOften as error:
            raise TooOftenError(error) from None

    def _committed(self, file: SignupImport) -> SignupImport:
        try:
            return actions.commit(file, self.desk.staff, today=timezone.localdate())
        except NotNow as problem:
            raise Conflict(gettext(str(problem)), file.state) from None


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """The rows as the file that they stand for; the same rows always make the same bytes."""
    known: list[str] = [str(key) for key in SignupRowSerializer().fields]
    heads = [key for key in known if any(key in row for row in rows)]
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
