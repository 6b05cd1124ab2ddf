"""The metric dictionary over the API."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer
from communities.api_views import ScopedView
from opsdesk.insight import dictionary
from opsdesk.insight.metric_kinds import KINDS, Metric

_TEXTS = ("what", "formula", "window", "whole", "grain", "needs")


class MetricSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    group = serializers.CharField()
    name = serializers.CharField(help_text=_("in the language asked for"))
    what = serializers.CharField()
    formula = serializers.CharField(allow_blank=True)
    window = serializers.CharField(allow_blank=True)
    whole = serializers.CharField(allow_blank=True, help_text=_("what it is divided by"))
    grain = serializers.CharField(allow_blank=True, help_text=_("by which periods and places it is told"))
    kind = serializers.ChoiceField(list(KINDS), help_text=_("how it is written; amounts are fen over the API"))
    query = serializers.CharField(allow_blank=True, help_text=_("what computes it"))
    page = serializers.CharField(allow_blank=True, help_text=_("address of the page that shows it"))
    article = serializers.CharField(allow_blank=True, help_text=_("its number in the source article"))
    needs = serializers.CharField(allow_blank=True, help_text=_("what has to be imported first"))


class MetricList(ScopedView):
    scope = "read:insight"

    @extend_schema(
        responses=MetricSerializer(many=True),
        description=_("Every metric: formula, window, denominator, and the page that shows it."),
    )
    def get(self, request: Request) -> Response:
        QuerySerializer.read(request.query_params)
        return Response(MetricSerializer([_told(metric) for metric in dictionary.METRICS], many=True).data)


def _told(metric: Metric) -> dict[str, str]:
    texts = {name: getattr(metric, name) for name in _TEXTS}
    same = {name: getattr(metric, name) for name in ("key", "group", "kind", "query", "article")}
    own = {"name": gettext(metric.label), "page": dictionary.address(metric)}
    return {name: gettext(text) if text else "" for name, text in texts.items()} | same | own
