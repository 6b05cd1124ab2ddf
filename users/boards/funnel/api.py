"""The funnel over the API: the numbers of the board, stage by stage."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_views import ScopedView
from users.boards.api import BoardQuery, seen
from users.boards.funnel import board as boards
from users.boards.funnel import views
from users.funnel import queries, rules
from users.funnel.rules import Step


class FunnelQuery(BoardQuery):
    by = serializers.ChoiceField(list(queries.UNITS), required=False, help_text=_("parts told apart; week unless told"))
    week = serializers.DateField(required=False, help_text=_("only who registered in the week of this day"))
    came = serializers.CharField(
        required=False, max_length=40, help_text=_("only who came by this channel; - where nobody told it")
    )


class StageSerializer(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(list(rules.NAMES))
    customers = serializers.IntegerField(help_text=_("reached it and every stage before it"))
    reached_alone = serializers.IntegerField(help_text=_("reached it, whatever was before"))
    part = serializers.IntegerField(help_text=_("of whole, who went on to this stage"))
    whole = serializers.IntegerField(help_text=_("reached all before it, and its window is over"))
    not_over = serializers.IntegerField(help_text=_("reached all before it, and its window is not over"))
    rate = serializers.FloatField(allow_null=True, help_text=_("part / whole"))
    low = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))
    high = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))


class FunnelUnitSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(help_text=_("a Monday, a channel or a community's name"))
    stages = StageSerializer(many=True)


class FunnelSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    customers = serializers.IntegerField(help_text=_("everybody known, registered or not"))
    stages = StageSerializer(many=True)
    units = FunnelUnitSerializer(many=True)


class Funnel(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=FunnelSerializer,
        parameters=[FunnelQuery],
        description=_("Who registered, and which stages of the funnel they reached."),
    )
    def get(self, request: Request) -> Response:
        FunnelQuery.read(request.query_params)
        board = seen(views.read_board, request._request, self.desk)
        names = views.unit_names(self.desk, board)
        units = [{"unit": names.get(unit.key, ""), "stages": _stages(unit.steps)} for unit in board.units]
        told = {"as_of": board.sight.as_of, "customers": board.known, "stages": _stages(board.steps), "units": units}
        return Response(FunnelSerializer(told).data)


def _stages(steps: list[Step]) -> list[dict[str, Any]]:
    told = []
    for step in steps:
        between = boards.interval_of(step)
        told.append(
            {
                "stage": step.name,
                "customers": step.nested,
                "reached_alone": step.own,
                "part": step.part,
                "whole": step.whole,
                "not_over": step.open,
                "rate": step.rate if between else None,
                "low": between.low if between else None,
                "high": between.high if between else None,
            }
        )
    return told
