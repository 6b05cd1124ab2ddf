"""One view, two answers: the whole page, or only its changing part when htmx asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event

STOP_POLLING = 286


def wants_part(request: HttpRequest) -> bool:
    """Boosted links and restored history want the whole page."""
    asked: Any = getattr(request, "htmx", False)
    return bool(asked and not asked.boosted and not asked.history_restore_request)


def render_page(
    request: HttpRequest, template: str, part: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page `template`, or its `part` (the file that the page itself includes) for htmx."""
    answer = render(request, part if wants_part(request) else template, context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def with_toast(answer: HttpResponse, text: str, kind: str = "ok", undo: str = "") -> HttpResponse:
    """Say what was done beside a part; `undo` is the address that takes it back by POST within ten seconds."""
    return trigger_client_event(answer, "toast", {"text": text, "kind": kind, "undo": undo})
