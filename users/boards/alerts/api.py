"""Alerts over the API: what differed, by how much, how surely, and what became of it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer, after_word, community_word, limit_word, page_of
from communities.api_views import ScopedView
from communities.rules import SEE_BOARDS
from users.boards.alerts import shown
from users.retention import alert_queries
from users.retention.models import RetentionAlert


class AlertQuery(QuerySerializer):
    state = serializers.ChoiceField(list(shown.STATES), required=False, help_text=_("every state unless told"))
    direction = serializers.ChoiceField(list(shown.DIRECTIONS), required=False, help_text=_("both unless told"))
    community = community_word()
    after = after_word()
    limit = limit_word()


class AlertSerializer(serializers.Serializer[RetentionAlert]):
    """The numbers are those of the night that raised it."""

    id = serializers.IntegerField()
    community = serializers.CharField(source="community.code")
    cohort = serializers.DateField(help_text=_("Monday of the week of the first purchase"))
    k = serializers.IntegerField(help_text=_("which week after the first purchase: 1 or 2"))
    direction = serializers.CharField(help_text=_("fall or rise"))
    state = serializers.SerializerMethodField(help_text=_("open, snoozed, recovered or closed"))
    customers = serializers.IntegerField(help_text=_("of the cohort"))
    returned = serializers.IntegerField(help_text=_("of them, with a purchase in that week"))
    base_customers = serializers.IntegerField(help_text=_("of the cohorts that it is compared with"))
    base_returned = serializers.IntegerField()
    base_weeks = serializers.IntegerField(help_text=_("how many cohorts those are"))
    p = serializers.FloatField(help_text=_("two-sided, beta-binomial"))
    q = serializers.FloatField(help_text=_("the same, corrected for all comparisons of that week"))
    raised_at = serializers.DateTimeField()
    recovered_on = serializers.DateField(
        allow_null=True, help_text=_("when a later cohort’s week was within the usual again")
    )
    snoozed_until = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    verdict = serializers.CharField(allow_blank=True, help_text=_("why it was closed, in words"))

    def get_state(self, alert: RetentionAlert) -> str:
        return alert_queries.state_of(alert, self.context["today"])


class AlertPageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    alerts = AlertSerializer(many=True, help_text=_("in the order of their ids"))


class AlertList(ScopedView):
    scope = "read:insight"

    @extend_schema(
        operation_id="alerts_list",
        parameters=[AlertQuery],
        responses=AlertPageSerializer,
        description=_("Cohorts that came back otherwise than those before them."),
    )
    def get(self, request: Request) -> Response:
        asked, today = AlertQuery.read(request.query_params), timezone.localdate()
        found = alert_queries.visible(self.desk.scope_for(SEE_BOARDS), self.place)
        if "state" in asked:
            found = found.filter(alert_queries.in_state(asked["state"], today))
        if "direction" in asked:
            found = found.filter(direction=asked["direction"])
        alerts, next_after = page_of(found, asked)
        answer = {"next_after": next_after, "alerts": alerts}
        return Response(AlertPageSerializer(answer, context={"today": today}).data)
