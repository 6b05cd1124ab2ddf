"""Best channel and hour over the API: the numbers of the page, every building with enough visits."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.boards.drives.figures import looked_at
from campaigns.boards.hours import channels
from campaigns.boards.hours.channels import Line
from campaigns.chances import hour_queries, queries, rules
from campaigns.chances.hour_queries import Building, Spell
from campaigns.chances.queries import BestHour
from campaigns.chances.rules import Chance
from communities.access import Desk
from communities.api_query import QuerySerializer, community_word
from communities.api_views import ScopedView
from communities.policies import queries as policies
from users.rfm.rules import CLASSES


class HoursQuery(QuerySerializer):
    community = community_word()


class ExpectedSerializer(serializers.Serializer[Any]):
    expected = serializers.FloatField(help_text=_("chance that a door opens, shrunk where few knocks are known"))
    low = serializers.FloatField(help_text=_("95% interval of the chance"))
    high = serializers.FloatField(help_text=_("95% interval of the chance"))


class HourSerializer(ExpectedSerializer):
    weekday = serializers.IntegerField(help_text=_("Monday is 1"))
    hour = serializers.IntegerField(help_text=_("17 is from 17:00 to 18:00"))
    visits = serializers.IntegerField(help_text=_("doors knocked at"))
    opened = serializers.IntegerField()
    open_rate = serializers.FloatField(allow_null=True, help_text=_("opened / visits; null where nobody knocked"))


class KindHourSerializer(ExpectedSerializer):
    kind = serializers.ChoiceField(list(rules.KINDS))
    hour = serializers.IntegerField()


class HourBuildingSerializer(serializers.Serializer[Any]):
    community = serializers.CharField(allow_null=True, help_text=_("its code"))
    building = serializers.CharField()
    visits = serializers.IntegerField(help_text=_("doors knocked at"))
    opened = serializers.IntegerField()
    open_rate = serializers.FloatField(help_text=_("opened / visits"))
    best = KindHourSerializer(many=True, help_text=_("the likeliest hour of each kind of day"))
    now = ExpectedSerializer(help_text=_("at this weekday and hour"))


class ClassWorthSerializer(serializers.Serializer[Any]):
    rfm_class = serializers.ChoiceField(list(CLASSES))
    worth = serializers.IntegerField(help_text=_("fen that one try is expected to bring, less its cost"))
    best = serializers.BooleanField(help_text=_("no other channel brings more, and it pays for itself"))


class ChannelTrySerializer(serializers.Serializer[Any]):
    channel = serializers.CharField()
    tries = serializers.FloatField(help_text=_("older ones count less"))
    reached = serializers.FloatField(help_text=_("share of tries"))
    ordered = serializers.FloatField(help_text=_("share of tries that an order follows"))
    cost = serializers.IntegerField(help_text=_("fen of one try"))
    classes = ClassWorthSerializer(many=True)


class BestHoursSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    since = serializers.DateField(help_text=_("the first day whose knocks are remembered"))
    hours = HourSerializer(many=True)
    best = KindHourSerializer(many=True, help_text=_("every hour of working days and weekends, the likeliest first"))
    buildings = HourBuildingSerializer(many=True, help_text=_("with enough knocks, the most visited first"))
    channels = ChannelTrySerializer(many=True, help_text=_("measured over the whole company"))


class BestHours(ScopedView):
    scope = "read:field"

    @extend_schema(
        responses=BestHoursSerializer,
        parameters=[HoursQuery],
        description=_("When doors open, by own visits, and what a try by each channel is expected to bring."),
    )
    def get(self, request: Request) -> Response:
        HoursQuery.read(request.query_params)
        place, now = self.place, timezone.localtime()
        scope, as_of = looked_at(self.desk), now.date()
        usual = queries.by_hour(scope, as_of)
        known = hour_queries.by_building(scope, as_of)
        likely = queries.likely_at({(one.community_id, one.name) for one in known}, now)
        told = {
            "as_of": as_of,
            "since": hour_queries.since(as_of),
            "hours": [_hour(one) for one in hour_queries.by_weekday(scope, as_of, usual).values()],
            "best": [_best(one) for one in queries.likeliest(usual)],
            "buildings": _buildings(known, likely, self.desk),
            "channels": _channels(channels.lines(as_of, policies.for_community(place))),
        }
        return Response(BestHoursSerializer(told).data)


def _expected(chance: Chance) -> dict[str, float]:
    return {"expected": chance.p, "low": chance.low, "high": chance.high}


def _hour(one: Spell) -> dict[str, Any]:
    return {
        "weekday": one.weekday,
        "hour": one.hour,
        "visits": one.visits,
        "opened": one.opened,
        "open_rate": one.opened / one.visits if one.visits else None,
        **_expected(one.chance),
    }


def _best(one: BestHour) -> dict[str, Any]:
    return {"kind": one.kind, "hour": one.hour, **_expected(one.chance)}


def _buildings(known: Iterable[Building], likely: Mapping[tuple[int, str], Chance], desk: Desk) -> list[dict[str, Any]]:
    codes = {place.pk: place.code for place in desk.communities}
    return [
        {
            "community": codes.get(one.community_id),
            "building": one.name,
            "visits": one.visits,
            "opened": one.opened,
            "open_rate": one.opened / one.visits,
            "best": [_best(hour) for hour in one.best.values()],
            "now": _expected(likely[one.community_id, one.name]),
        }
        for one in known
    ]


def _channels(found: list[Line]) -> list[dict[str, Any]]:
    best = channels.best_of(found)
    return [
        {
            "channel": line.channel,
            "tries": line.n,
            "reached": line.reached,
            "ordered": line.ordered,
            "cost": line.cost,
            "classes": [
                {"rfm_class": one, "worth": line.worth[one], "best": best[one] == line.channel} for one in CLASSES
            ],
        }
        for line in found
    ]
