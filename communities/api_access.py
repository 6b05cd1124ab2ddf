"""The doors of the API: a token, its scopes, and the same reach that its owner has on the pages."""

from datetime import timedelta
from typing import Any, cast

from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from communities import actions, queries, rules
from communities.access import Desk
from communities.models import ApiToken, StaffMember
from communities.scoping import Scope

WORD = "Bearer"
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer opsdesk_…`: a token that lives, of a person who may still sign in."""

    def authenticate(self, request: Request) -> tuple[StaffMember, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != WORD.lower():
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Write the header as: Authorization: Bearer opsdesk_…"), "header")
        token = _living(words[1])
        _note_use(token)
        if token.owner.language:
            translation.activate(token.owner.language)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return WORD


def _living(clear_text: str) -> ApiToken:
    found = ApiToken.objects.select_related("owner").filter(digest=actions.token_digest(clear_text)).first()
    if found is None or not found.owner.is_active:
        raise AuthenticationFailed(_("This token is not known."), "token_unknown")
    if found.revoked_at or found.expires_at <= timezone.now():
        raise AuthenticationFailed(_("This token has expired or was revoked. Make a new one."), "token_over")
    if found.owner.password_is_temporary:
        raise AuthenticationFailed(_("Sign in and choose your own password first."), "password_first")
    return found


def _note_use(token: ApiToken) -> None:
    """Once a minute is enough to see that a token is in use, and spares its row a write a request."""
    if token.last_used_at is None or timezone.now() - token.last_used_at >= USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(id=token.id).update(last_used_at=Now())


class ScopePermission(BasePermission):
    """Opens a view that names its `scope` to tokens that carry it, for owners who hold what the scope needs.

    A view that names none stays shut. The view finds `request.desk`, scoped like a page.
    """

    message = ""
    code = ""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return False
        if not hasattr(view, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        scope = scope_of(view, str(request.method))
        if scope not in cast(ApiToken, request.auth).scopes:
            return self._refused("scope_missing", _("This token does not carry the scope %(scope)s."), scope)
        desk = _desk_for(request, rules.SCOPE_NEEDS[scope])
        if not desk.may(rules.SCOPE_NEEDS[scope]):
            return self._refused("role_missing", _("None of your roles opens %(scope)s to a token."), scope)
        request.desk = desk  # type: ignore[attr-defined]
        return True

    def _refused(self, code: str, message: str, scope: str) -> bool:
        self.code, self.message = code, message % {"scope": scope}
        return False


def _desk_for(request: Request, capability: str) -> Desk:
    return desk_of(cast(StaffMember, request.user), capability, request.query_params.get("community", ""))


def desk_of(staff: StaffMember, capability: str, chosen: str = "") -> Desk:
    """Like Desk.of, of the roles that may use the API alone: what is reached through another stays on the pages."""
    grants = rules.grants_for(queries.grants_of(staff), rules.USE_API)
    return Desk(staff, grants, Scope.of(rules.grants_for(grants, capability)), chosen)


def scope_of(view: Any, method: str) -> str:
    """`scope` of a view: one for every method, or a dictionary by method; "" where none is named."""
    scope = getattr(view, "scope", "")
    return str(scope.get("GET" if method == "HEAD" else method, "") if isinstance(scope, dict) else scope)


class TokenThrottle(SimpleRateThrottle):
    """600 requests a minute and token, counted in the cache."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if request.auth is None:
            return None
        return f"throttle_{self.scope}_{cast(ApiToken, request.auth).pk}"
