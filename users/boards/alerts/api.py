"""Alerts over the API: what differed, by how much, how surely, and what became of it."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer
from communities.api_views import ScopedView
from communities.rules import SEE_BOARDS
from users.boards.alerts import shown
from users.retention import alert_queries
from users.retention.models import RetentionAlert

BIGGEST, MOST, PAGE = 2**63 - 1, 500, 100


class AlertQuery(QuerySerializer):
    state = serializers.ChoiceField(list(shown.STATES), required=False, help_text=_("every state unless told"))
    direction = serializers.ChoiceField(list(shown.DIRECTIONS), required=False, help_text=_("both unless told"))
    community = serializers.CharField(
        required=False, max_length=32, help_text=_("a community's code; all in reach unless told")
    )
    after = serializers.IntegerField(
        default=0, min_value=0, max_value=BIGGEST, help_text=_("the id after which this page begins")
    )
    limit = serializers.IntegerField(default=PAGE, min_value=1, max_value=MOST, help_text=_("how many on a page"))


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
        found = alert_queries.visible(self.desk.scope_for(SEE_BOARDS), self._place()).order_by("id")
        if "state" in asked:
            found = found.filter(alert_queries.in_state(asked["state"], today))
        if "direction" in asked:
            found = found.filter(direction=asked["direction"])
        rows = list(found.filter(id__gt=asked["after"])[: asked["limit"] + 1])
        more, rows = len(rows) > asked["limit"], rows[: asked["limit"]]
        answer = {"next_after": rows[-1].pk if more else None, "alerts": rows}
        return Response(AlertPageSerializer(answer, context={"today": today}).data)

    def _place(self) -> int | None:
        try:
            return self.desk.community.pk if self.desk.community else None
        except Http404:
            raise NotFound(gettext("That community is not in reach.")) from None
