"""What Django itself refuses: in the API's shape where a program asks, else the page."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from communities import api_errors

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    told = ("parse_error", _("The request cannot be read."))
    return _json(400, *told) if _of_the_api(request) else defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    told = ("permission_denied", _("None of your roles opens this."))
    return _json(403, *told) if _of_the_api(request) else defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    told = ("not_found", _("There is no such address. Addresses of the API end in a slash."))
    return _json(404, *told) if _of_the_api(request) else defaults.page_not_found(request, exception)


@csrf_exempt
def without_slash(request: HttpRequest) -> HttpResponse:
    """Not there: a redirect would turn the sending of a file into the reading of a list, and look like success."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponseBase:
    told = ("error", _("Something broke here; it is in the log. Nothing was half done: try again."))
    return _json(500, *told) if _of_the_api(request) else defaults.server_error(request)


def _of_the_api(request: HttpRequest) -> bool:
    """The reference itself is a page."""
    return request.path.startswith(API) and request.path != API


def _json(status: int, code: str, detail: str) -> HttpResponse:
    body = api_errors.body(code, detail)
    headers = {"Cache-Control": "no-store, private"}
    return JsonResponse(body, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})
