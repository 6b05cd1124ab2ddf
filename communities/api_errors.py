"""Every refusal of the API in one shape: {"code", "detail"}, and what is wrong with each field where fields are."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


class ErrorSerializer(serializers.Serializer[Any]):
    """What every refusal says."""

    code = serializers.CharField(help_text=gettext_lazy("one word for programs"))
    detail = serializers.CharField(help_text=gettext_lazy("a sentence for people"))
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text=gettext_lazy("with 400: what is wrong, by the word that was sent"),
    )


class Conflict(APIException):
    """The thing is in no state for this; the detail says which state and what would help."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None, for what nobody foresaw, leaves the answer (and the log) to Django."""
    response = exception_handler(_as_ours(error), context)
    if response is not None:
        response.data = _told(response)
    return response


def body(code: str, detail: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"code": code, "detail": detail} | ({"fields": fields} if fields else {})


def _as_ours(error: Exception) -> Exception:
    """What Django raises while it reads a request is the asker's fault as well."""
    if isinstance(error, RequestDataTooBig):
        return TooLarge(_("The fields of the form are too large."))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return ParseError()
    return error


def _told(response: Response) -> dict[str, Any]:
    told: Any = response.data
    if response.status_code == status.HTTP_400_BAD_REQUEST and "detail" not in told:
        fields = told if isinstance(told, dict) else {"": told}
        return body(ValidationError.default_code, _("What was sent cannot be used."), fields)
    return body(told["detail"].code, str(told["detail"]))
