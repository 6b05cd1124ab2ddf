"""The steps of a batch over the API: each carries the revision that was looked at, like the pages."""

from collections.abc import Callable

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_errors import ErrorSerializer
from communities.api_views import ScopedView
from coupons.boards import batch_api, deeds
from coupons.boards import batch_refusals as refusals
from coupons.boards import batch_shapes as shapes

Post = Callable[..., Response]
MAKERS, APPROVERS = "draft:coupons", "approve:coupons"


def _told(verb: str, words: str | Promise) -> Callable[[Post], Post]:
    described: Callable[[Post], Post] = extend_schema(
        operation_id=f"coupon_batches_{verb}",
        request=shapes.TakeSerializer,
        responses={
            200: shapes.BatchDetailSerializer,
            409: OpenApiResponse(ErrorSerializer, _("Somebody was first, or it does not hold any more; detail says.")),
            503: OpenApiResponse(ErrorSerializer, _("Somebody is changing it this very moment; see Retry-After.")),
        },
        description=words,
    )
    return described


class _Step(ScopedView):
    def take(self, verb: str, request: Request, number: str) -> Response:
        batch = batch_api.reached(self, number)
        said = shapes.TakeSerializer.read(request.data)
        try:
            deeds.take(verb, batch.pk, said["revision"], self.desk.staff, said["comment"], timezone.now())
        except refusals.CAUGHT as error:
            raise refusals.refusal(error) from error
        return Response(batch_api.told(batch_api.reached(self, number)))


class BatchFreeze(_Step):
    scope = MAKERS

    @_told("freeze", _("Read the audience now. Read again, it makes a new revision, which is then to be looked at."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("freeze", request, number)


class BatchSubmit(_Step):
    scope = MAKERS

    @_told("submit", _("Hand it in for approval."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("submit", request, number)


class BatchApprove(_Step):
    scope = APPROVERS

    @_told("approve", _("Approve it: never by who made or edited it. The last approval reserves money and issues it."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("approve", request, number)


class BatchRequestChanges(_Step):
    scope = APPROVERS

    @_told("request_changes", _("Send it back to its makers, with a comment."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("request_changes", request, number)


class BatchReject(_Step):
    scope = APPROVERS

    @_told("reject", _("Reject it for good, with a comment."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("reject", request, number)


class BatchPause(_Step):
    scope = APPROVERS

    @_told("pause", _("No further coupon of it, until it is resumed."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("pause", request, number)


class BatchResume(_Step):
    scope = APPROVERS

    @_told("resume", _("Go on behind the last coupon."))
    def post(self, request: Request, number: str) -> Response:
        return self.take("resume", request, number)


class BatchRevoke(_Step):
    scope = APPROVERS

    @_told(
        "revoke", _("Take it back, with a comment: open coupons are void, used ones stay used, the rest is released.")
    )
    def post(self, request: Request, number: str) -> Response:
        return self.take("revoke", request, number)
