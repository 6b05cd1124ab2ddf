"""Cohorts over the API: the numbers of the board, cell by cell."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_views import ScopedView
from users.boards import cohort_levers, cohort_views, cohorts
from users.boards.api import BoardQuery, seen
from users.boards.cohorts import Board
from users.retention import rules
from users.retention.rules import Line, Spot


class CohortQuery(BoardQuery):
    grain = serializers.ChoiceField(list(rules.GRAINS), required=False, help_text=_("week unless told"))
    weeks = serializers.ChoiceField(
        [*map(str, rules.COUNTS), cohorts.ALL],
        required=False,
        help_text=_("periods after the cohort's own; 8 unless told"),
    )
    metric = serializers.ChoiceField(list(rules.METRICS), required=False, help_text=_("retention unless told"))
    mode = serializers.ChoiceField(
        list(rules.MODES), required=False,
        help_text=_("back in that very period (in), in it or later (after), in every period up to it (every)"),
    )  # fmt: skip
    breakdown = serializers.ChoiceField(list(rules.BREAKDOWNS), required=False, help_text=_("none unless told"))
    censored = serializers.ChoiceField(
        ["out"], required=False, help_text=_("leave out cohorts that may have bought before")
    )
    variables = serializers.CharField(
        required=False, max_length=100, help_text=_("ids of weekly variables, with commas, to tell beside the budget")
    )


class CohortCellSerializer(serializers.Serializer[Any]):
    k = serializers.IntegerField(help_text=_("periods after the cohort's own"))
    part = serializers.IntegerField(help_text=_("people, purchases or fen, by the metric"))
    whole = serializers.IntegerField(help_text=_("what part is divided by"))
    value = serializers.FloatField()
    low = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))
    high = serializers.FloatField(allow_null=True, help_text=_("95% interval of a rate"))


class CohortSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField(allow_blank=True, help_text=_("name of the breakdown's part; empty: all"))
    cohort = serializers.DateField(help_text=_("first day of the period of the first purchase"))
    customers = serializers.IntegerField()
    left_censored = serializers.BooleanField(help_text=_("from the first weeks of the data: may have bought before"))
    cells = CohortCellSerializer(many=True, help_text=_("periods that are over; those that are not are left out"))


class LeverSerializer(serializers.Serializer[Any]):
    cohort = serializers.DateField()
    budget = serializers.IntegerField(allow_null=True, help_text=_("acquisition budget in fen; null: not known"))
    budget_source = serializers.ChoiceField(["", *cohort_levers.SOURCES], help_text=_("where the budget is from"))
    discount_rate = serializers.FloatField(allow_null=True, help_text=_("coupon discount over gross"))
    variables = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text=_("values of the variables asked for, by name")
    )


class CohortsSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    whole_to = serializers.DateField(help_text=_("periods that end before this day are over"))
    metric = serializers.CharField()
    mode = serializers.CharField()
    levers = LeverSerializer(many=True, help_text=_("of the whole place, once a cohort"))
    cohorts = CohortSerializer(many=True)


class Cohorts(ScopedView):
    scope = "read:segments"

    @extend_schema(
        responses=CohortsSerializer,
        parameters=[CohortQuery],
        description=_("New payers by the period of their first purchase, and what became of them."),
    )
    def get(self, request: Request) -> Response:
        ask = cohorts.ask_of(CohortQuery.read(request.query_params))
        board = seen(cohort_views.read_board, request._request, self.desk, ask)
        names = cohort_views.unit_names(self.desk, board)
        units = board.by_unit if ask.breakdown else {"": board.lines}
        levers = cohort_levers.of_board(self.desk, board)
        answer = {
            "as_of": board.sight.as_of,
            "levers": [
                {"cohort": cohort, "variables": levers.values(cohort)} | levers.of(cohort) for cohort in board.cohorts
            ],
            "whole_to": board.whole_to,
            "metric": ask.metric,
            "mode": ask.told_mode,
            "cohorts": [_cohort(board, names.get(unit, ""), line) for unit, lines in units.items() for line in lines],
        }
        return Response(CohortsSerializer(answer).data)


def _cohort(board: Board, name: str, line: Line) -> dict[str, Any]:
    over = [_cell(board, spot) for spot in line.spots if spot.state == rules.DONE]
    return {
        "unit": name,
        "cohort": line.cohort,
        "customers": line.size,
        "left_censored": board.is_censored(line.cohort),
        "cells": over,
    }


def _cell(board: Board, spot: Spot) -> dict[str, Any]:
    between = cohorts.interval_of(spot, board.ask.metric)
    return {
        "k": spot.k,
        "part": spot.part,
        "whole": spot.whole,
        "value": spot.value,
        "low": between.low if between else None,
        "high": between.high if between else None,
    }
