"""What the OpenAPI schema says of a token, of the scope that an endpoint needs, and of refusals."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from communities import api_access
from communities.api_errors import ErrorSerializer


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "communities.api_access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer opsdesk_…"}


class ScopedSchema(AutoSchema):
    """The usual schema, with the scope that opens the endpoint and the refusals that every endpoint has."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["x-scope"] = api_access.scope_of(self.view, self.method)
            responses = {**self._refusals(operation), **operation["responses"]}
            operation["responses"] = dict(sorted(responses.items()))
        return operation

    def _refusals(self, operation: dict[str, Any]) -> dict[str, Any]:
        """400 where something is read from the asker, 404 where something is named, the rest everywhere."""
        parameters = operation.get("parameters", [])
        said = {
            "400": _("What was sent cannot be used; fields say why.")
            if parameters or "requestBody" in operation
            else "",
            "401": _("No token, or one that opens nothing any more."),
            "403": _("The token lacks the scope, or its owner the role."),
            "404": _("Not there, or out of reach.") if parameters else "",
            "429": _("Too many requests; Retry-After says how many seconds to wait."),
        }
        shape = {"application/json": {"schema": self.resolve_serializer(ErrorSerializer(), "response").ref}}
        return {code: {"description": words, "content": shape} for code, words in said.items() if words}
