"""Where a page goes after a deed: back where it came from, never off the site."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, fallback: str = "/") -> str:
    """The address in the form's `next`, when it is one of ours."""
    target = request.POST.get("next", "")
    return target if target and url_has_allowed_host_and_scheme(target, {request.get_host()}) else fallback
