"""The API's reference for people: the OpenAPI schema, read out on a page of our own (no foreign scripts)."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities.access import DeskRequest, desk_page
from communities.api_access import TokenAuthentication, desk_of
from communities.rules import USE_API
from opsdesk import api_reference


class MayUseApi(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        return user.is_authenticated and not user.password_is_temporary and desk_of(user, USE_API).may(USE_API)


@extend_schema(exclude=True)
class Schema(APIView):
    """The schema as a file: for whoever is signed in on the pages, and for any living token."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [MayUseApi]

    def get(self, request: Request) -> Response:
        return Response(schema_in(get_language()))


@require_safe
@desk_page(USE_API)
def reference(request: DeskRequest) -> HttpResponse:
    address = request.build_absolute_uri(reverse("api"))
    endpoints = list(api_reference.endpoints(schema_in(get_language())))
    return render(request, "api/reference.html", {"endpoints": endpoints, "address": address})


@cache
def schema_in(language: str | None) -> dict[str, Any]:
    """The same for everybody; only its words depend on the language, which must be the active one."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found
