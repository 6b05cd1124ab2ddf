"""The only doors to a view: signed in, holding a capability, scoped to what that capability reaches."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from communities import queries, rules
from communities.models import Community, StaffMember
from communities.rules import Grant
from communities.scoping import Scope

View = Callable[..., HttpResponseBase]


@dataclass
class Desk:
    """Who stands at this page, what they may do, and which communities they look at."""

    staff: StaffMember
    grants: list[Grant]
    scope: Scope
    chosen: str = ""
    counts: dict[str, int] | None = None

    @classmethod
    def of(cls, staff: StaffMember, capability: str, chosen: str = "") -> "Desk":
        grants = queries.grants_of(staff)
        return cls(staff, grants, Scope.of(rules.grants_for(grants, capability)), chosen)

    def may(self, capability: str) -> bool:
        return rules.may(self.grants, capability)

    def scope_for(self, capability: str) -> Scope:
        """Each capability has its own reach: analyst everywhere, phones revealed at one station only."""
        return Scope.of(rules.grants_for(self.grants, capability))

    @cached_property
    def communities(self) -> list[Community]:
        return list(queries.communities_in(self.scope))

    @cached_property
    def community(self) -> Community | None:
        """The community chosen in the scope picker; one that is not in reach does not exist."""
        if not self.chosen:
            return None
        for community in self.communities:
            if community.code == self.chosen:
                return community
        raise Http404

    @cached_property
    def roles(self) -> list[str]:
        return list(dict.fromkeys(rules.ROLES[grant.role].label for grant in self.grants))


class DeskRequest(HttpRequest):
    """A request that came through one of the doors below."""

    desk: Desk
    user: StaffMember


def desk_page(capability: str) -> Callable[[View], View]:
    """Open a page to those who hold `capability`; the view finds `request.desk`, scoped to where they hold it."""
    return _door(capability, _sign_in)


def phone_page(capability: str = rules.PHONE) -> Callable[[View], View]:
    return _door(capability, _sign_in)


def signed_in(view: View) -> View:
    """Open a page about oneself to everybody who is signed in, whatever they may do."""
    return _door("", _sign_in)(view)


def _door(capability: str, turned_away: Callable[[HttpRequest], HttpResponse]) -> Callable[[View], View]:
    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return turned_away(request)
            staff = request.user
            if staff.password_is_temporary:
                return _own_password_first(request)
            desk = Desk.of(staff, capability or rules.DESK, request.GET.get("community", ""))
            request.desk = desk  # type: ignore[attr-defined]
            if capability and not desk.may(capability):
                raise PermissionDenied(capability)
            response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
            return response

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return guard


def _sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back to this very address; htmx is told to go there as a whole page."""
    answer = redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": answer.headers["Location"]})
    return answer


def _own_password_first(request: HttpRequest) -> HttpResponse:
    """Whoever came in with a password that a colleague has seen chooses their own before anything else."""
    messages.info(request, _("Choose your own password first: the one you were given is known to a colleague."))
    address = reverse("account_change_password")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


class PreferencesMiddleware:
    """The language a person chose, else the browser's first choice that we speak."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        translation.activate(chosen or translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        return response
