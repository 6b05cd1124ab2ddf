"""Customers over the API: the same filters, the same reach and the same masks as the list page."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import QuerySerializer, after_word, limit_word, page_of
from communities.api_views import ScopedView
from opsdesk.lib import names, phones
from users.customers.models import Customer
from users.directory import api_words, filters, queries
from users.directory.filters import Filters


class CustomerQuery(QuerySerializer):
    also = frozenset(filters.READERS)

    after = after_word()
    limit = limit_word()


class CustomerSerializer(serializers.Serializer[Customer]):
    """One customer, masked. Classes, days and sums are those of the last run."""

    id = serializers.IntegerField()
    phone = serializers.SerializerMethodField(help_text=gettext_lazy("138****1234"))
    name = serializers.SerializerMethodField(help_text=gettext_lazy("surname and stars"))
    community = serializers.CharField(source="community.code", allow_null=True, help_text=gettext_lazy("its code"))
    station = serializers.CharField(source="station.name", allow_null=True)
    building = serializers.CharField()
    unit = serializers.CharField()
    room = serializers.CharField()
    channel = serializers.CharField(help_text=gettext_lazy("how they came"))
    registered_at = serializers.DateTimeField(allow_null=True)
    lifecycle = serializers.CharField(allow_null=True, help_text=gettext_lazy("null until a run has counted them"))
    recalled = serializers.BooleanField(allow_null=True, help_text=gettext_lazy("active again after a week as silent"))
    first_purchase = serializers.DateField(allow_null=True)
    last_order = serializers.DateField(allow_null=True)
    purchases = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("all time"))
    net = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("fen, all time"))
    frequency = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("purchases in the RFM window"))
    monetary = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("fen in the RFM window"))
    r_score = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("1 to 5"))
    f_score = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("1 to 5"))
    m_score = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("1 to 5"))
    rfm_class = serializers.CharField(allow_null=True, help_text=gettext_lazy("empty: outside the window"))
    tags = serializers.SerializerMethodField()
    counted_as_of = serializers.DateField(allow_null=True, help_text=gettext_lazy("the run that last changed these"))

    def get_phone(self, customer: Customer) -> str:
        return phones.mask(customer.phone)

    def get_name(self, customer: Customer) -> str:
        return names.mask(customer.name)

    def get_tags(self, customer: Any) -> list[str]:
        return [tagging.tag.name for tagging in customer.tags_in_force]


class CustomerPageSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text=gettext_lazy("for whom the filter holds, on all pages"))
    next_after = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("send it as after; null: the end"))
    customers = CustomerSerializer(many=True, help_text=gettext_lazy("in the order of their ids"))


class CustomerList(ScopedView):
    scope = "read:customers"

    @extend_schema(
        operation_id="customers_list",
        responses=CustomerPageSerializer,
        description=gettext_lazy("Customers in reach. Every filter word of the list page's address works here too."),
        parameters=[CustomerQuery, *api_words.PARAMETERS],
    )
    def get(self, request: Request) -> Response:
        asked = CustomerQuery.read(request.query_params)
        found = queries.people(self.desk.scope, _filters(request))
        customers, next_after = page_of(queries.rows(found), asked)
        told = {"total": found.count(), "next_after": next_after, "customers": customers}
        return Response(CustomerPageSerializer(told).data)


class CustomerDetail(ScopedView):
    scope = "read:customers"

    @extend_schema(
        responses=CustomerSerializer,
        description=gettext_lazy("One customer. Out of reach is the same as not there."),
    )
    def get(self, request: Request, customer_id: int) -> Response:
        QuerySerializer.read(request.query_params)
        found = queries.rows(queries.people(self.desk.scope, Filters())).filter(id=customer_id).first()
        if found is None:
            raise Http404
        return Response(CustomerSerializer(found).data)


def _filters(request: Request) -> Filters:
    asked = filters.from_query(request.query_params)
    if asked.unread:
        raise serializers.ValidationError({word: [_("This value means nothing here.")] for word in asked.unread})
    return asked
