"""The lifecycle map over the API: who stands where, and the ways between."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer, community_word
from communities.api_views import ScopedView
from users.boards.api import seen
from users.boards.journey import board as boards
from users.boards.journey import views


class LifecycleMapQuery(QuerySerializer):
    community = community_word()


class WaySerializer(serializers.Serializer[Any]):
    start = serializers.CharField(help_text=_("stage before"))
    end = serializers.CharField(help_text=_("stage after"))
    part = serializers.IntegerField(help_text=_("of whole, who went this way"))
    whole = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text=_("part / whole"))
    low = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))
    high = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))


class LifecycleMapSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    customers = serializers.DictField(
        child=serializers.IntegerField(), help_text=_("by stage; recalled are among the active, lost among the silent")
    )
    ways = WaySerializer(many=True)


class LifecycleMap(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=LifecycleMapSerializer,
        parameters=[LifecycleMapQuery],
        description=_("The stages of a customer's life, and what share goes from one to the next."),
    )
    def get(self, request: Request) -> Response:
        LifecycleMapQuery.read(request.query_params)
        board = seen(views.read_board, self.desk)
        ways = []
        for way in board.ways:
            between = boards.interval_of(way)
            told = {"low": between.low if between else None, "high": between.high if between else None}
            ways.append(
                {"start": way.start, "end": way.end, "part": way.part, "whole": way.whole, "rate": way.rate} | told
            )
        answer = {"as_of": board.sight.as_of, "customers": board.now, "ways": ways}
        return Response(LifecycleMapSerializer(answer).data)
