"""Answers for whoever watches the processes: is it up, may it be sent requests."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def livez(request: HttpRequest) -> JsonResponse:
    """Up: no I/O at all."""
    return JsonResponse({"up": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False, "why": "the database does not answer"}, status=503)
    return JsonResponse({"ready": True})
