"""Acquisition spend over the API: what stands, a row a week, channel and place."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer, community_word
from communities.api_views import ScopedView
from communities.rules import SEE_BOARDS
from users.acquisition import spend_queries as queries
from users.boards import places
from users.boards.api import seen


class SpendQuery(QuerySerializer):
    since = serializers.DateField(required=False, help_text=_("weeks from this day on"))
    until = serializers.DateField(required=False, help_text=_("weeks that begin at the latest on this day"))
    community = community_word()


class SpendSerializer(serializers.Serializer[Any]):
    week = serializers.DateField(help_text=_("its Monday"))
    channel = serializers.CharField()
    community = serializers.CharField(allow_null=True, help_text=_("its code; null: told of the whole company"))
    fen = serializers.IntegerField()


class SpendList(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=SpendSerializer(many=True),
        parameters=[SpendQuery],
        description=_(
            "What acquiring customers cost, as it stands. The company's own figure of a week and channel goes before "
            "the sum of its communities."
        ),
    )
    def get(self, request: Request) -> Response:
        asked = SpendQuery.read(request.query_params)
        ids = seen(places.counted_places, self.desk, SEE_BOARDS)
        codes = {one.pk: one.code for one in self.desk.communities}
        found = queries.told(ids, asked.get("since", date.min), asked.get("until", date.max))
        answer = [
            {"week": week, "channel": channel, "community": codes.get(place), "fen": fen}
            for (week, place, channel), fen in sorted(found.items())
        ]
        return Response(SpendSerializer(answer, many=True).data)
