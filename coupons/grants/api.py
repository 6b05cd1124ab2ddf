"""Coupons in customers' hands over the API: whose they are, what became of a batch's, and their use by the shop."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_errors import Conflict
from communities.api_query import BodySerializer, QuerySerializer
from communities.api_views import ScopedView
from coupons.definitions.rules import Basket, Line
from coupons.grants import actions, queries
from coupons.grants.models import Redemption
from users.customers.models import Customer
from users.directory import queries as directory
from users.directory.filters import Filters

KEY = "Idempotency-Key"
KEY_HEADER = OpenApiParameter(KEY, str, OpenApiParameter.HEADER, required=True)
MOST_FEN = 10**9


class GrantSerializer(serializers.Serializer[Any]):
    """One coupon. Money in fen."""

    code = serializers.CharField()
    coupon = serializers.CharField(source="coupon.code", help_text=_("its template's code"))
    name = serializers.CharField(source="coupon.name")
    batch = serializers.CharField(source="batch.number")
    state = serializers.CharField(help_text=_("open, used, expired or void"))
    issued_at = serializers.DateTimeField()
    valid_from = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text=_("the first moment at which it is worth nothing"))
    used_at = serializers.DateTimeField(allow_null=True)
    order_number = serializers.CharField()
    discount = serializers.IntegerField(help_text=_("what its use took off"))


class LineSerializer(BodySerializer):
    amount = serializers.IntegerField(min_value=0, max_value=MOST_FEN, help_text=_("fen before the coupon"))
    category = serializers.IntegerField(required=False, allow_null=True, default=None, max_value=2**63 - 1)
    product = serializers.IntegerField(required=False, allow_null=True, default=None, max_value=2**63 - 1)


class UseSerializer(BodySerializer):
    code = serializers.CharField(max_length=100)
    customer = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text=_("its id"))
    order_number = serializers.CharField(max_length=100)
    at = serializers.DateTimeField(help_text=_("of the order"))
    discount = serializers.IntegerField(min_value=0, max_value=MOST_FEN, help_text=_("fen that it took off"))
    lines = LineSerializer(many=True, allow_empty=False, help_text=_("what is in the order"))
    is_first = serializers.BooleanField(default=False, help_text=_("the customer's first purchase"))


class UsedSerializer(serializers.Serializer[Redemption]):
    """Taken, or refused with the first reason against it."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    order_number = serializers.CharField()
    taken = serializers.BooleanField()
    reason = serializers.CharField(help_text=_("empty when taken"))
    discount = serializers.IntegerField()


class CustomerCoupons(ScopedView):
    scope = "read:coupons"

    @extend_schema(
        responses=GrantSerializer(many=True),
        description=_("Every coupon of a customer, newest first. Out of reach is the same as not there."),
    )
    def get(self, request: Request, customer_id: int) -> Response:
        QuerySerializer.read(request.query_params)
        customer = _customer(self, customer_id)
        return Response(GrantSerializer(list(queries.coupons_of(customer.pk)), many=True).data)


class CouponUse(ScopedView):
    scope = "use:coupons"

    @extend_schema(
        request=UseSerializer,
        responses=UsedSerializer,
        parameters=[KEY_HEADER],
        description=_(
            "Tell that an order used a coupon. The same key and body again is answered the same; the same key with "
            "another body is a conflict. A refusal is an answer, and is kept."
        ),
    )
    def post(self, request: Request) -> Response:
        key = key_of(request)
        told = _told(UseSerializer.read(request.data))
        _customer(self, told.customer_id)
        staff = self.desk.staff
        try:
            kept = actions.use(told, key=f"api:{staff.pk}:{key}", by=staff)
        except actions.Conflict:
            raise Conflict(gettext("This key was sent with another body before.")) from None
        return Response(UsedSerializer(kept).data)


def key_of(request: Request) -> str:
    """The caller's own word for this deed. Raises ValidationError."""
    key = request.headers.get(KEY, "")
    if not 1 <= len(key) <= 80 or not key.isprintable():
        raise serializers.ValidationError({KEY: [gettext("Send a key of your own, up to 80 signs.")]})
    return key


def _told(asked: dict[str, Any]) -> actions.Use:
    lines = tuple(Line(line["amount"], line["category"], line["product"]) for line in asked["lines"])
    return actions.Use(
        code=asked["code"], customer_id=asked["customer"], order_number=asked["order_number"], at=asked["at"],
        discount=asked["discount"], basket=Basket(lines, is_first=asked["is_first"]),
    )  # fmt: skip


def _customer(view: ScopedView, customer_id: int) -> Customer:
    found: Customer | None = directory.people(view.desk.scope, Filters()).filter(pk=customer_id).first()
    if found is None:
        raise Http404
    return found
