"""What every endpoint of the API is. (Not beside the doors: DRF reads those while it loads its views.)"""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities.access import Desk


class ScopedView(APIView):
    """It names its scope, reads through `self.desk`, and its answers are stored nowhere."""

    scope: str | dict[str, str] = ""
    http_method_names = ["get", "head", "post"]

    @property
    def desk(self) -> Desk:
        desk: Desk = self.request.desk  # type: ignore[attr-defined]
        return desk

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response.headers["Cache-Control"] = "no-store, private"
        return super().finalize_response(request, response, *args, **kwargs)
