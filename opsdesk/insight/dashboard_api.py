"""The dashboard over the API: the numbers of one finished period, what they are held against, every place beneath."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer, community_word
from communities.api_views import ScopedView
from opsdesk.insight import dashboard, dashboard_rules
from opsdesk.insight import dashboard_board as boards
from opsdesk.insight import dashboard_tiles as tiles
from opsdesk.insight import dashboard_words as words
from opsdesk.insight.dashboard_board import SHOWN, UNITS, Board
from opsdesk.insight.dashboard_periods import GRAINS
from opsdesk.insight.dashboard_places import keys_of
from opsdesk.insight.dashboard_rules import Pair
from users.pulse.rules import Span


class DashboardQuery(QuerySerializer):
    grain = serializers.ChoiceField(list(GRAINS), required=False, help_text=_("week unless told"))
    unit = serializers.ChoiceField(
        list(UNITS), required=False, help_text=_("what the places are; community unless told")
    )
    station = serializers.IntegerField(required=False, min_value=1, help_text=_("the numbers of one station"))
    as_of = serializers.DateField(required=False, help_text=_("any past date; the latest unless told"))
    community = community_word()


class PeriodSerializer(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField(help_text=_("its last day"))


class NumberSerializer(serializers.Serializer[Any]):
    metric = serializers.ChoiceField(list(SHOWN), help_text=_("a key of the metric dictionary"))
    part = serializers.IntegerField(help_text=_("people, purchases or fen, by the metric"))
    whole = serializers.IntegerField(help_text=_("what part is divided by; 0: nothing to divide by"))
    value = serializers.FloatField(allow_null=True, help_text=_("part ÷ whole; amounts in fen"))


class ComparedSerializer(NumberSerializer):
    before = serializers.FloatField(allow_null=True, help_text=_("of the period before; of a day, its weekday before"))
    mean = serializers.FloatField(allow_null=True, help_text=_("of up to eight finished periods before"))
    line = serializers.ListField(
        child=serializers.FloatField(allow_null=True), help_text=_("the finished periods, oldest first")
    )


class RunningSerializer(serializers.Serializer[Any]):
    """The period that is not over, and as many days of the one before; of a month its same weekdays four weeks earlier
    too, without what is counted once a month."""

    period = PeriodSerializer()
    compared_with = PeriodSerializer()
    numbers = NumberSerializer(many=True)
    numbers_before = NumberSerializer(many=True)
    same_weekdays = PeriodSerializer(allow_null=True, help_text=_("of a month: its days four weeks earlier"))
    numbers_of_same_weekdays = NumberSerializer(many=True)


class PlaceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(allow_blank=True, help_text=_("empty: the unassigned"))
    numbers = NumberSerializer(many=True)


class DashboardSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    grain = serializers.ChoiceField(list(GRAINS))
    unit = serializers.ChoiceField(list(UNITS))
    period = PeriodSerializer(help_text=_("the newest that is over"))
    periods = PeriodSerializer(many=True, help_text=_("those of the lines"))
    numbers = ComparedSerializer(many=True)
    running = RunningSerializer(allow_null=True)
    places = PlaceSerializer(many=True)


class Dashboard(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=DashboardSerializer,
        parameters=[DashboardQuery],
        description=_("Every number of the dashboard, against before, and of every place."),
    )
    def get(self, request: Request) -> Response:
        asked = DashboardQuery.read(request.query_params)
        try:
            board = dashboard.read(self.desk, boards.ask_of({name: str(value) for name, value in asked.items()}))
        except Http404:
            raise NotFound(gettext("That station or community is not in reach.")) from None
        if board is None:
            raise NotFound(gettext("Nothing has been computed yet."))
        return Response(DashboardSerializer(_told(board)).data)


def _told(board: Board) -> dict[str, Any]:
    shown = board.periods.shown
    return {
        "as_of": board.as_of,
        "grain": board.ask.grain,
        "unit": board.ask.unit,
        "period": _period(shown),
        "periods": [_period(span) for span in board.periods.line],
        "numbers": [_compared(board, key) for key in board.keys],
        "running": _running(board),
        "places": [
            {"name": place.name, "numbers": [_number(key, board.pair_of(place, key)) for key in keys_of(board)]}
            for place in board.places
        ],
    }


def _period(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": words.until(span)}


def _number(key: str, pair: Pair) -> dict[str, Any]:
    return {"metric": key, "part": pair[0], "whole": pair[1], "value": dashboard_rules.value(pair)}


def _compared(board: Board, key: str) -> dict[str, Any]:
    line = [dashboard_rules.value(board.pair(key, span)) for span in board.periods.line]
    earlier = board.periods.whole[:-1]
    before = dashboard_rules.value(board.pair(key, earlier[-1])) if earlier else None
    return _number(key, board.pair(key)) | {"before": before, "mean": board.means[key], "line": line}


def _running(board: Board) -> dict[str, Any] | None:
    now, base = board.periods.running, board.periods.running_base
    if now is None or base is None:
        return None
    keys = [key for key in board.keys if key not in tiles.OF_WEEKS]
    weekdays = board.periods.weekdays
    of_days = [key for key in keys if key not in tiles.OF_PERIODS] if weekdays else []
    return {
        "period": _period(now),
        "compared_with": _period(base),
        "numbers": [_number(key, board.pair(key, now)) for key in keys],
        "numbers_before": [_number(key, board.pair(key, base)) for key in keys],
        "same_weekdays": _period(weekdays) if weekdays else None,
        "numbers_of_same_weekdays": [_number(key, board.pair(key, weekdays)) for key in of_days],
    }
