"""Templates over the API, read-only: what a shop or a page needs to know of a coupon."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer
from communities.api_views import ScopedView
from coupons.definitions import queries, words
from coupons.definitions.models import Coupon


class TemplateQuery(QuerySerializer):
    retired = serializers.BooleanField(default=False, help_text=_("those out of use as well"))


class TemplateSerializer(serializers.ModelSerializer[Coupon]):
    """A coupon template. Money in fen. valid_days counts from the day after issue; valid_to is a whole day."""

    terms = serializers.SerializerMethodField(help_text=_("in one line, in the language asked for"))
    product = serializers.CharField(source="product.name", default=None, help_text=_("its name; new-customer price"))
    categories: Any = serializers.SlugRelatedField(
        slug_field="name", many=True, read_only=True, help_text=_("names; empty: all goods")
    )
    combines_with = serializers.ListField(child=serializers.CharField(), help_text=_("codes; each must name the other"))
    most_off = serializers.IntegerField(help_text=_("fen: the most that one use takes off"))
    in_use = serializers.SerializerMethodField(help_text=_("whether a new batch may give it"))

    class Meta:
        model = Coupon
        fields = [
            "id", "code", "name", "kind", "terms", "threshold", "amount_off", "percent_off", "cap", "product", "price",
            "regular_price", "most_off", "categories", "valid_from", "valid_to", "valid_days", "per_customer",
            "is_public", "combines_with", "in_use",
        ]  # fmt: skip
        read_only_fields = fields

    def get_terms(self, coupon: Coupon) -> str:
        return words.terms(coupon)

    def get_in_use(self, coupon: Coupon) -> bool:
        return coupon.retired_at is None


class TemplateList(ScopedView):
    scope = "read:coupons"

    @extend_schema(
        operation_id="coupon_templates_list",
        responses=TemplateSerializer(many=True),
        parameters=[TemplateQuery],
        description=_("Coupon templates by their code."),
    )
    def get(self, request: Request) -> Response:
        asked: dict[str, Any] = TemplateQuery.read(request.query_params)
        found = queries.templates() if asked["retired"] else queries.in_use()
        return Response(TemplateSerializer(found, many=True).data)


class TemplateDetail(ScopedView):
    scope = "read:coupons"

    @extend_schema(responses=TemplateSerializer, description=_("One coupon template, in use or not."))
    def get(self, request: Request, coupon_id: int) -> Response:
        QuerySerializer.read(request.query_params)
        found = queries.templates().filter(pk=coupon_id).first()
        if found is None:
            raise Http404
        return Response(TemplateSerializer(found).data)
