"""Keys to the API for tests: `caller(people.analyst, "read:rfm").get("api_rfm")`."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

from communities import actions
from communities.models import ApiToken, StaffMember
from communities.rules import SCOPES

_HANDLER = ClientHandler(enforce_csrf_checks=False)  # one for all: loading the middleware takes longer than a request


class Caller:
    """Whoever sends this token with every request. A broken endpoint answers 500 here and raises nothing."""

    def __init__(self, clear_text: str, token: ApiToken | None = None) -> None:
        self.clear_text, self.token = clear_text, token
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {clear_text}"})
        self.client.handler = _HANDLER

    def get(self, name: str, query: dict[str, Any] | None = None, **ids: int | str) -> HttpResponse:
        return self.client.get(reverse(name, kwargs=ids), query)

    def post(self, name: str, form: dict[str, Any] | None = None, **ids: int | str) -> HttpResponse:
        return self.client.post(reverse(name, kwargs=ids), form)


def caller(owner: StaffMember, *scopes: str, days: int = 1) -> Caller:
    """A new token of this person; every scope there is unless some are named."""
    token, clear_text = actions.issue_token(owner=owner, name="tests", scopes=scopes or SCOPES, days=days)
    return Caller(clear_text, token)
