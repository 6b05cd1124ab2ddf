"""The doors of the API: a token, its scopes, and the same reach that its owner has on the pages."""

import hashlib
from typing import Any, cast

from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from communities import rules
from communities.access import Desk
from communities.models import ApiToken, StaffMember

WORD = "Bearer"


def digest_of(clear_text: str) -> str:
    """What is kept of a token. It is long and random, so a plain hash is enough."""
    return hashlib.sha256(clear_text.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer opsdesk_…`: a token that lives, of a person who may still sign in."""

    def authenticate(self, request: Request) -> tuple[StaffMember, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != WORD.lower():
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Write the header as: Authorization: Bearer opsdesk_…")
        token = self._token(words[1])
        ApiToken.objects.filter(id=token.id).update(last_used_at=Now())
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return WORD

    def _token(self, clear_text: str) -> ApiToken:
        token = ApiToken.objects.select_related("owner").filter(digest=digest_of(clear_text)).first()
        if token is None or not token.owner.is_active:
            raise AuthenticationFailed("This token is not known.")
        if token.revoked_at or token.expires_at <= timezone.now():
            raise AuthenticationFailed("This token has expired or was revoked. Make a new one on your page.")
        return token


class ScopePermission(BasePermission):
    """Opens a view that names its `scope` to tokens that carry it, for owners who hold what the scope needs.

    A view that names none stays shut. The view finds `request.desk`, scoped like a page.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = _scope_of(view, request)
        if scope is None or request.auth is None or scope not in cast(ApiToken, request.auth).scopes:
            self.message = f"This token does not carry the scope {scope}."
            return False
        capability = rules.SCOPE_NEEDS[scope]
        desk = Desk.of(cast(StaffMember, request.user), capability, request.query_params.get("community", ""))
        request.desk = desk  # type: ignore[attr-defined]
        return desk.may(capability) and desk.may(rules.USE_API)


def _scope_of(view: Any, request: Request) -> str | None:
    """`scope` of a view: one for every method, or a dictionary by method."""
    scope = getattr(view, "scope", None)
    return scope.get(request.method) if isinstance(scope, dict) else scope


class TokenThrottle(SimpleRateThrottle):
    """600 requests a minute and token, counted in the cache."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if request.auth is None:
            return None
        return f"throttle_{self.scope}_{cast(ApiToken, request.auth).pk}"
