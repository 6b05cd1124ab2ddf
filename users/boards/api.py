"""Segments and RFM over the API: the numbers of the boards, as of any computed date."""

from collections.abc import Callable
from typing import Any, TypeVar

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
from users.boards import places
from users.boards.places import Sight
from users.lifecycle import queries as lifecycle
from users.purchases.models import UNASSIGNED
from users.rfm import queries as rfm
from users.rfm.rules import COMPANY

Seen = TypeVar("Seen")


class BoardQuery(QuerySerializer):
    as_of = serializers.DateField(required=False, help_text=_("a computed date; the latest unless told"))
    community = community_word()


def seen(read: Callable[..., Seen | None], *asked: Any) -> Seen:
    """What `read` answers; NotFound where it finds nothing, or the date or the community asked for is not there."""
    try:
        found = read(*asked)
    except Http404:
        raise NotFound(gettext("That date was not computed, or that community is not in reach.")) from None
    if found is None:
        raise NotFound(gettext("Nothing has been computed yet."))
    return found


class MoveSerializer(serializers.Serializer[Any]):
    before = serializers.CharField(help_text=_("class on the Monday before; empty: not known then"))
    after = serializers.CharField(help_text=_("class now"))
    customers = serializers.IntegerField()
    by_policy = serializers.IntegerField(help_text=_("of them because a setting changed"))


class SegmentsSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    compared_with = serializers.DateField(help_text=_("the Monday before"))
    customers = serializers.DictField(child=serializers.IntegerField(), help_text=_("by class"))
    recalled = serializers.IntegerField(help_text=_("active again after a week as silent"))
    moves = MoveSerializer(many=True, help_text=_("from class to class since the Monday before"))


class RfmClassSerializer(serializers.Serializer[Any]):
    rfm_class = serializers.CharField()
    customers = serializers.IntegerField()
    monetary = serializers.IntegerField(help_text=_("fen in the RFM window"))
    share = serializers.FloatField(help_text=_("of the money, 0 to 1"))
    change = serializers.IntegerField(allow_null=True, help_text=_("customers against the Monday before"))


class CleaningSerializer(serializers.Serializer[Any]):
    """orders = service_orders + proxy_orders + merged_orders + purchases."""

    orders = serializers.IntegerField()
    service_orders = serializers.IntegerField()
    service_customers = serializers.IntegerField()
    proxy_orders = serializers.IntegerField()
    proxy_customers = serializers.IntegerField()
    merged_orders = serializers.IntegerField()
    purchases = serializers.IntegerField()
    outside_window = serializers.IntegerField()


class CutSerializer(serializers.Serializer[Any]):
    place = serializers.ChoiceField(["community", "unassigned", "company"])
    community = serializers.CharField(allow_null=True, help_text=_("its code"))
    origin = serializers.CharField(help_text=_("own, borrowed, fixed, frozen or company"))
    r = serializers.ListField(child=serializers.IntegerField(), help_text=_("four cut points in days"))
    f = serializers.ListField(child=serializers.IntegerField(), help_text=_("four cut points in purchases"))
    m = serializers.ListField(child=serializers.IntegerField(), help_text=_("four cut points in fen"))
    customers = serializers.IntegerField(help_text=_("scored there"))


class RfmSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    classes = RfmClassSerializer(many=True, help_text=_("all eight, in their order"))
    cleaning = CleaningSerializer(help_text=_("what each step before the scores took out"))
    cuts = CutSerializer(many=True, help_text=_("the cut points in use"))


class Segments(ScopedView):
    scope = "read:segments"

    @extend_schema(
        responses=SegmentsSerializer,
        parameters=[BoardQuery],
        description=_("How many stand in each class, and how they moved since the Monday before."),
    )
    def get(self, request: Request) -> Response:
        sight = _sight(self)
        totals = lifecycle.totals(sight.as_of, sight.places)
        cells = lifecycle.transitions(sight.as_of, places=sight.places).cells
        answer = {
            "as_of": sight.as_of,
            "compared_with": sight.before,
            "customers": {code: count.customers for code, count in totals.items()},
            "recalled": sum(count.recalled for count in totals.values()),
            "moves": [cells[pair] for pair in sorted(cells)],
        }
        return Response(SegmentsSerializer(answer).data)


class Rfm(ScopedView):
    scope = "read:rfm"

    @extend_schema(
        responses=RfmSerializer,
        parameters=[BoardQuery],
        description=_("The eight classes with people and money, the cleaning before them, the cut points in use."),
    )
    def get(self, request: Request) -> Response:
        sight = _sight(self)
        answer = {
            "as_of": sight.as_of,
            "classes": rfm.board(sight.as_of, sight.places),
            "cleaning": rfm.cleaning(sight.as_of, sight.places),
            "cuts": _cuts(self, sight),
        }
        return Response(RfmSerializer(answer).data)


def _cuts(view: ScopedView, sight: Sight) -> list[dict[str, Any]]:
    """Communities by name, then the unassigned, then the company. One that is gone since is left out."""
    cuts = rfm.cuts_in_use(sight.as_of, sight.places)
    named = [(community.id, "community", community.code) for community in view.desk.communities]
    every = [*named, (UNASSIGNED, "unassigned", None), (COMPANY, "company", None)]
    shown = ("origin", "r", "f", "m", "customers")
    return [
        {"place": place, "community": code} | {name: getattr(cuts[key], name) for name in shown}
        for key, place, code in every
        if key in cuts
    ]


def _sight(view: ScopedView) -> Sight:
    BoardQuery.read(view.request.query_params)
    return seen(places.sight_of, view.request._request, view.desk)
