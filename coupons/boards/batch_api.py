"""Batches over the API: the list, one with what became of it, a new draft."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_errors import Conflict, ErrorSerializer
from communities.api_query import QuerySerializer
from communities.api_views import ScopedView
from communities.policies import queries as policies
from coupons.batches import queries
from coupons.batches.models import Batch
from coupons.boards import batch_shapes as shapes
from coupons.boards import deeds
from coupons.boards.batch_forms import BatchForm
from coupons.definitions import queries as templates
from coupons.grants import queries as grants
from coupons.grants.api import KEY_HEADER, key_of
from opsdesk.lib import paging
from users.directory import filters

_KEY = paging.SortKey("id", int)
_NEWEST = paging.Sort("id", descending=True)


class BatchList(ScopedView):
    scope = {"GET": "read:coupons", "POST": "draft:coupons"}

    @extend_schema(
        operation_id="coupon_batches_list",
        parameters=[shapes.BatchQuery],
        responses=shapes.BatchPageSerializer,
        description=_("Batches in reach, newest first."),
    )
    def get(self, request: Request) -> Response:
        asked = shapes.BatchQuery.read(request.query_params)
        wanted = {"state": asked["state"]} if "state" in asked else {}
        found = queries.visible_to(self.desk.scope).filter(**wanted)
        page = paging.page_of(found, _KEY, _NEWEST, asked.get("after"), asked["limit"])
        told = {"next_after": page.after or None, "batches": page.rows}
        return Response(shapes.BatchPageSerializer(told, context=beside(page.rows)).data)

    @extend_schema(
        operation_id="coupon_batches_draft",
        request=shapes.DraftSerializer,
        parameters=[KEY_HEADER],
        responses={
            201: shapes.BatchDetailSerializer,
            409: OpenApiResponse(ErrorSerializer, _("This key was sent with another body before.")),
        },
        description=_(
            "A new draft with its audience read, within the owner's reach. It waits to be handed in. The same key and "
            "body again is answered with the same batch; the same key with another body is a conflict."
        ),
    )
    def post(self, request: Request) -> Response:
        asked = shapes.DraftSerializer.read(request.data)
        try:
            made = self._drafted(asked, key_of(request))
        except deeds.OtherBody:
            raise Conflict(gettext("This key was sent with another body before.")) from None
        return Response(told(reached(self, made.number)), status=status.HTTP_201_CREATED)

    def _drafted(self, said: dict[str, Any], own_key: str) -> Batch:
        at, by = timezone.now(), self.desk.staff
        key, digest = f"{by.pk}:{own_key}", _digest(said)
        if made := deeds.drafted(key, digest):
            return made
        form = _form(said, timezone.localtime(at).date())
        return deeds.draft_once(form, scope=self.desk.scope, by=by, at=at, key=key, digest=digest)


class BatchDetail(ScopedView):
    scope = "read:coupons"

    @extend_schema(
        operation_id="coupon_batches_read",
        responses=shapes.BatchDetailSerializer,
        description=_("One batch: its people counted, who is held back and why, its steps, and what became of it."),
    )
    def get(self, request: Request, number: str) -> Response:
        QuerySerializer.read(request.query_params)
        return Response(told(reached(self, number)))


def reached(view: ScopedView, number: str) -> Batch:
    """Of those in reach of what the view's scope needs; any other does not exist."""
    found = queries.found(view.desk.scope, number)
    if found is None:
        raise Http404
    return found


def told(batch: Batch) -> Mapping[str, Any]:
    return shapes.BatchDetailSerializer(batch, context=beside([batch])).data


def beside(batches: list[Batch]) -> dict[str, Any]:
    return {"fates": grants.fates([one.pk for one in batches]), "makers": queries.makers_of(batches)}


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _form(asked: dict[str, Any], day: date) -> BatchForm:
    """The page's own form, filled and valid. Raises ValidationError by field."""
    coupon = templates.in_use().filter(code=asked["coupon"]).first()
    share = round(policies.for_company().holdout_share * 100)
    said = {"holdout": share} | asked | {"coupon": coupon.pk if coupon else 0, "revision": 0}
    form = BatchForm(said, day=day)
    form.is_valid()
    if unread := filters.from_text(asked["audience"]).unread:
        form.add_error("audience", gettext("This cannot be read: %(words)s") % {"words": ", ".join(unread)})
    if form.errors:
        raise serializers.ValidationError({word: [str(line) for line in lines] for word, lines in form.errors.items()})
    return form
