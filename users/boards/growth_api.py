"""Growth accounting over the API: the numbers of the board, week by week."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_views import ScopedView
from users.boards import growth, growth_views
from users.boards.api import BoardQuery, seen
from users.boards.growth import Board
from users.growth import rules
from users.growth.rules import Flow


class GrowthQuery(BoardQuery):
    weeks = serializers.ChoiceField(
        [*map(str, rules.COUNTS), growth.ALL], required=False, help_text=_("finished weeks; 8 unless told")
    )
    breakdown = serializers.ChoiceField(["community"], required=False, help_text=_("none unless told"))
    target = serializers.IntegerField(
        required=False, min_value=1, max_value=growth.MOST_TARGET, help_text=_("active customers aimed at")
    )


class FlowWeekSerializer(serializers.Serializer[Any]):
    """active = active_before + new + recalled - lost, exactly."""

    unit = serializers.CharField(allow_blank=True, help_text=_("name of the breakdown's part; empty: all"))
    week = serializers.DateField(help_text=_("its Monday"))
    active_before = serializers.IntegerField()
    new = serializers.IntegerField()
    recalled = serializers.IntegerField()
    lost = serializers.IntegerField()
    active = serializers.IntegerField()
    retained = serializers.IntegerField()
    quick_ratio = serializers.FloatField(allow_null=True, help_text=_("(new + recalled) / lost"))


class OutlookSerializer(serializers.Serializer[Any]):
    """At the mean tap and leak of so many finished weeks."""

    weeks = serializers.IntegerField(help_text=_("finished weeks that tap and leak are read from"))
    tap = serializers.FloatField(help_text=_("customers a week who join or come back"))
    leak = serializers.FloatField(help_text=_("share of a week's active who do not buy in the next"))
    ceiling = serializers.FloatField(allow_null=True, help_text=_("tap / leak: where the pool levels off"))
    target = serializers.IntegerField()
    reached_in_weeks = serializers.IntegerField(allow_null=True, help_text=_("empty: never"))
    soonest = serializers.IntegerField(allow_null=True)
    latest = serializers.IntegerField(allow_null=True)


class GrowthSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    whole_to = serializers.DateField(help_text=_("periods that end before this day are over"))
    weeks = FlowWeekSerializer(many=True)
    outlook = OutlookSerializer(allow_null=True)


class Growth(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=GrowthSerializer,
        parameters=[GrowthQuery],
        description=_("Customers who joined, stayed, came back and were lost, by week, and where that leads."),
    )
    def get(self, request: Request) -> Response:
        ask = growth.ask_of(GrowthQuery.read(request.query_params))
        board = seen(growth_views.read_board, request._request, self.desk, ask)
        units = (
            [(place.name, board.flows.get(place.id, {})) for place in growth.places_shown(self.desk, board)]
            if ask.by_community
            else [("", board.total)]
        )
        answer = {
            "as_of": board.sight.as_of,
            "whole_to": board.whole_to,
            "weeks": [
                _week(name, week, flows.get(week, rules.NOTHING)) for name, flows in units for week in board.weeks
            ],
            "outlook": _outlook(board),
        }
        return Response(GrowthSerializer(answer).data)


def _week(name: str, week: Any, flow: Flow) -> dict[str, Any]:
    counted = {one: getattr(flow, one) for one in rules.FLOWS}
    return {"unit": name, "week": week, "active_before": flow.before, "quick_ratio": flow.quick_ratio, **counted}


def _outlook(board: Board) -> dict[str, Any] | None:
    if board.outlook is None or board.target is None:
        return None
    expected, soonest, latest = board.outlook.until(board.target)
    return {
        "weeks": board.outlook.weeks, "tap": board.outlook.tap.at, "leak": board.outlook.leak.at,
        "ceiling": board.outlook.ceiling, "target": board.target,
        "reached_in_weeks": expected, "soonest": soonest, "latest": latest,
    }  # fmt: skip
