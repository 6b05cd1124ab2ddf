"""What every endpoint of the API is. (Not beside the doors: DRF reads those while it loads its views.)"""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities.access import Desk
from communities.api_query import QuerySerializer


class ScopedView(APIView):
    """It names its scope, reads through `self.desk`, and its answers are stored nowhere."""

    scope: str | dict[str, str] = ""
    http_method_names = ["get", "head", "post"]

    @property
    def desk(self) -> Desk:
        desk: Desk = self.request.desk  # type: ignore[attr-defined]
        return desk

    @property
    def place(self) -> int | None:
        """Id of the community asked for; None: all in reach."""
        try:
            return self.desk.community.pk if self.desk.community else None
        except Http404:
            raise NotFound(gettext("That community is not in reach.")) from None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whatever is told is told in the body: a word in the address would be lost."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            QuerySerializer.read(request.query_params)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response.headers["Cache-Control"] = "no-store, private"
        return super().finalize_response(request, response, *args, **kwargs)
