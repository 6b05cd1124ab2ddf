"""Channels and first categories over the API: the numbers of the board."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_views import ScopedView
from users.boards import channel_views, channels
from users.boards.api import BoardQuery, seen
from users.boards.channels import Rate, Unit


class ChannelQuery(BoardQuery):
    weeks = serializers.ChoiceField(
        [f"{weeks}" for weeks in channels.WEEKS], required=False, help_text=_("finished weeks; 8 unless told")
    )


class RateSerializer(serializers.Serializer[Any]):
    part = serializers.IntegerField()
    whole = serializers.IntegerField(help_text=_("of whom; only those whose time is over"))
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))
    high = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))


class AcquisitionChannelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text=_("as exports name it"))
    new_payers = serializers.IntegerField()
    spend = serializers.IntegerField(allow_null=True, help_text=_("fen; null: nobody told it"))
    cost_per_new = serializers.IntegerField(allow_null=True, help_text=_("fen, over the weeks whose spend is told"))
    registered = serializers.IntegerField()
    activation = RateSerializer()
    arppu_4_weeks = serializers.IntegerField(allow_null=True, help_text=_("fen of net a new payer, first four weeks"))
    week_1 = RateSerializer(help_text=_("came back in the week after the first"))
    week_4 = RateSerializer(help_text=_("came back in the fourth week after the first"))


class ChannelsSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    first_week = serializers.DateField(help_text=_("Monday of the oldest week"))
    last_week = serializers.DateField(help_text=_("Monday of the newest week"))
    channels = AcquisitionChannelSerializer(many=True)
    first_categories = AcquisitionChannelSerializer(
        many=True, help_text=_("the same by what was bought first; nothing is spent")
    )


class Channels(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=ChannelsSerializer,
        parameters=[ChannelQuery],
        description=_("How customers came, what that cost, and what became of those who paid."),
    )
    def get(self, request: Request) -> Response:
        ChannelQuery.read(request.query_params)
        board = seen(channel_views.read_board, request._request, self.desk)
        answer = {
            "as_of": board.sight.as_of,
            "first_week": board.weeks[0],
            "last_week": board.weeks[-1],
            "channels": [_unit(unit) for unit in board.channels],
            "first_categories": [_unit(unit) for unit in board.categories],
        }
        return Response(ChannelsSerializer(answer).data)


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "new_payers": unit.customers,
        "spend": unit.fen,
        "cost_per_new": unit.cost,
        "registered": unit.registered.customers,
        "activation": _rate(unit.activation),
        "arppu_4_weeks": unit.value[0],
        "week_1": _rate(unit.retention(1)),
        "week_4": _rate(unit.retention(4)),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    between = rate.interval
    return {
        "part": rate.part,
        "whole": rate.whole,
        "value": rate.value,
        "low": between.low if between else None,
        "high": between.high if between else None,
    }
