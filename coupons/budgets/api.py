"""Budgets over the API, read-only: what is promised, spent and left."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer
from communities.api_views import ScopedView
from coupons.budgets import queries
from coupons.budgets.models import Budget


class BudgetQuery(QuerySerializer):
    closed = serializers.BooleanField(default=False, help_text=_("closed ones as well"))


class BudgetSerializer(serializers.ModelSerializer[Budget]):
    """A budget: the company's, or the limit of a community or a station. Fen; amount = reserved + spent + left."""

    community = serializers.CharField(
        source="community.code", default=None, allow_null=True, help_text=_("its code; null: not of a community")
    )
    station = serializers.IntegerField(
        source="station_id", allow_null=True, help_text=_("its id; null: not of a station")
    )
    reserved = serializers.IntegerField(help_text=_("promised: the most that open coupons can still cost"))
    spent = serializers.IntegerField(help_text=_("taken off orders that used a coupon"))
    left = serializers.IntegerField(help_text=_("what can still be promised"))

    class Meta:
        model = Budget
        fields = [
            "id", "name", "community", "station", "begins_on", "ends_on", "amount", "reserved", "spent", "left",
            "closed_at",
        ]  # fmt: skip
        read_only_fields = fields


class BudgetList(ScopedView):
    scope = "read:coupons"

    @extend_schema(
        operation_id="coupon_budgets_list",
        responses=BudgetSerializer(many=True),
        parameters=[BudgetQuery],
        description=_("Budgets in reach, the newest period first. The company's are for owners who reach everybody."),
    )
    def get(self, request: Request) -> Response:
        asked: dict[str, Any] = BudgetQuery.read(request.query_params)
        found = queries.visible_to(self.desk.scope)
        return Response(BudgetSerializer(found if asked["closed"] else found.filter(closed_at=None), many=True).data)
