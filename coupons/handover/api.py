"""Parcels that the shop fetches by itself: what waits for it, and its word that it has one."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import BodySerializer, QuerySerializer
from communities.api_views import ScopedView
from coupons.handover import actions, queries
from coupons.handover.models import Parcel

SCOPE = queries.FETCH
MOST = 10


class PackedSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    customer = serializers.IntegerField(help_text=_("its id"))
    phone = serializers.CharField(help_text=_("whole"))
    coupon = serializers.CharField(help_text=_("its name"))
    valid_from = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text=_("the first moment at which it is worth nothing"))


class ParcelSerializer(serializers.Serializer[Any]):
    """A part of a batch's coupons; the same however often it is read."""

    id = serializers.IntegerField()
    batch = serializers.CharField(help_text=_("its number"))
    number = serializers.IntegerField(help_text=_("of the batch, from 1"))
    coupons = PackedSerializer(many=True)


class FetchedSerializer(serializers.Serializer[Parcel]):
    id = serializers.IntegerField()
    state = serializers.CharField(help_text=_("waiting or done"))
    ended_at = serializers.DateTimeField(allow_null=True)


class ParcelList(ScopedView):
    scope = SCOPE

    @extend_schema(
        operation_id="parcels_list",
        responses=ParcelSerializer(many=True),
        description=_(
            "Parcels that wait to be fetched, the oldest ten with their coupons and whole phones. Every answer that "
            "holds any is kept in the log. A parcel stays in the list until it is told to be fetched."
        ),
    )
    def get(self, request: Request) -> Response:
        QuerySerializer.read(request.query_params)
        found = list(queries.to_fetch(self.desk.scope)[:MOST])
        actions.note_read(found, by=self.desk.staff)
        return Response([queries.contents(parcel) for parcel in found])


class ParcelFetched(ScopedView):
    scope = SCOPE

    @extend_schema(
        operation_id="parcels_fetched",
        request=None,
        responses=FetchedSerializer,
        description=_("The shop has stored a parcel. Told again: answered the same."),
    )
    def post(self, request: Request, parcel_id: int) -> Response:
        BodySerializer.read(request.data)
        reach = queries.in_reach(self.desk.scope).filter(way=Parcel.Way.FETCH)
        parcel = reach.filter(pk=parcel_id).first()
        if parcel is None:
            raise Http404
        told = actions.fetched(parcel, by=self.desk.staff, at=timezone.now())
        return Response(FetchedSerializer(told).data)
