"""Quadrants over the API: the points of a plane, its thresholds, how many lie in each corner."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_views import ScopedView
from opsdesk.insight import quadrant_board as board
from opsdesk.insight import quadrant_metrics as metrics
from opsdesk.insight import quadrant_rules as rules
from opsdesk.insight import quadrant_views as views
from users.boards.api import BoardQuery, seen

_METRIC = _("a metric of that unit; the usual one unless told")
_CUT = _("yuan, percent or a number, as the metric is; the median unless told")


class QuadrantQuery(BoardQuery):
    unit = serializers.ChoiceField(list(metrics.UNITS), required=False, help_text=_("community unless told"))
    across = serializers.CharField(required=False, max_length=40, help_text=_METRIC)
    up = serializers.CharField(required=False, max_length=40, help_text=_METRIC)
    size = serializers.CharField(required=False, max_length=40, help_text=_METRIC)
    across_cut = serializers.CharField(required=False, max_length=20, help_text=_CUT)
    up_cut = serializers.CharField(required=False, max_length=20, help_text=_CUT)
    weeks = serializers.ChoiceField(
        [str(n) for n in rules.WEEKS], required=False, help_text=_("finished weeks read; 4 unless told")
    )


class BubbleSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    across = serializers.FloatField()
    up = serializers.FloatField()
    size = serializers.FloatField(allow_null=True)
    quadrant = serializers.ChoiceField(list(rules.CORNERS))


class QuadrantSerializer(serializers.Serializer[Any]):
    """Money in fen, shares from 0 to 1. A threshold belongs to the high side."""

    as_of = serializers.DateField()
    unit = serializers.CharField()
    start = serializers.DateField(help_text=_("the first Monday read"))
    end = serializers.DateField(help_text=_("the Monday before which reading ends"))
    across = serializers.CharField()
    up = serializers.CharField()
    size = serializers.CharField()
    across_cut = serializers.FloatField()
    up_cut = serializers.FloatField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text=_("by corner: across first, then up"))
    bubbles = BubbleSerializer(many=True, help_text=_("without customers, who are only counted"))


class Quadrants(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=QuadrantSerializer,
        parameters=[QuadrantQuery],
        description=_("Communities, stations, products, channels or customers on a plane of two metrics."),
    )
    def get(self, request: Request) -> Response:
        ask = board.ask_of(QuadrantQuery.read(request.query_params))
        plane = seen(views.read_plane, request._request, self.desk, ask)
        names = ("id", "name", "across", "up", "size", "quadrant")
        rows = [] if plane.is_of_customers else views.file_rows(plane)
        answer = {
            "as_of": plane.sight.as_of, "unit": ask.unit, "start": plane.start, "end": plane.end,
            "across": ask.across, "up": ask.up, "size": ask.size,
            "across_cut": plane.across_cut, "up_cut": plane.up_cut, "counts": plane.counts,
            "bubbles": [dict(zip(names, row, strict=True)) for row in rows],
        }  # fmt: skip
        return Response(QuadrantSerializer(answer).data)
