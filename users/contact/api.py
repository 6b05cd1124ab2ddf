"""What a customer wishes, over the API: read, and changed when they said so somewhere else (the shop's app)."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import BodySerializer, QuerySerializer
from communities.api_views import ScopedView
from communities.policies import queries as policies
from opsdesk.lib import phones
from users.contact import actions, queries
from users.contact.models import WishChange
from users.contact.rules import CHANNELS
from users.customers.models import Customer

SHOWN = 50
SUBJECTS = ", ".join(WishChange.Subject.values)


class WishChangeSerializer(serializers.Serializer[WishChange]):
    """One line of the ledger."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    subject = serializers.CharField(help_text=SUBJECTS)
    channel = serializers.CharField(help_text=_("where the subject is a channel"))
    allowed = serializers.BooleanField(allow_null=True, help_text=_("null: nothing is said any more"))
    way = serializers.CharField(help_text=", ".join(WishChange.Way.values))
    note = serializers.SerializerMethodField(help_text=_("phones masked"))

    def get_note(self, change: WishChange) -> str:
        return phones.mask_within(change.note)


class ChannelSerializer(serializers.Serializer[Any]):
    """What stands against one channel at this moment, for a contact that no class decides."""

    channel = serializers.CharField()
    against = serializers.CharField(help_text=_("a short word in English; empty: they may be reached"))


class WishesSerializer(serializers.Serializer[Any]):
    """The wishes as they stand."""

    do_not_contact = serializers.BooleanField()
    no_profiling = serializers.BooleanField(help_text=_("in no class-based batch and in no model"))
    refused = serializers.ListField(child=serializers.CharField(), help_text=_("channels"))
    agreed = serializers.ListField(child=serializers.CharField(), help_text=_("channels"))
    channels = ChannelSerializer(many=True)
    changes = WishChangeSerializer(many=True, help_text=_("the newest fifty, newest first"))


class NewWishSerializer(BodySerializer):
    """One thing that the customer has said."""

    subject = serializers.ChoiceField(WishChange.Subject.values, help_text=_("dnc is every channel at once"))
    channel = serializers.ChoiceField(list(CHANNELS), required=False, help_text=_("where the subject is a channel"))
    allowed = serializers.BooleanField(allow_null=True, help_text=_("null: nothing is said any more"))
    way = serializers.ChoiceField(WishChange.Way.values, default=WishChange.Way.APP, help_text=_("how it was said"))
    note = serializers.CharField(default="", allow_blank=True, max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("channel" in attrs) != (attrs["subject"] == WishChange.Subject.CHANNEL):
            raise serializers.ValidationError({"channel": [gettext("Name a channel where a channel is meant.")]})
        return attrs


class CustomerWishes(ScopedView):
    scope = {"GET": "read:customers", "POST": "change:wishes"}
    parser_classes = [JSONParser, FormParser]

    @extend_schema(
        operation_id="customer_wishes",
        responses=WishesSerializer,
        description=_("What a customer wishes, by what they may be reached now, and who said what when."),
    )
    def get(self, request: Request, customer_id: int) -> Response:
        QuerySerializer.read(request.query_params)
        return Response(_told(_customer(self, customer_id)))

    @extend_schema(
        operation_id="customer_wishes_change",
        request=NewWishSerializer,
        responses=WishesSerializer,
        description=_("Keep one wish. Said again it changes nothing. Answers with the wishes as they stand then."),
    )
    def post(self, request: Request, customer_id: int) -> Response:
        customer = _customer(self, customer_id)
        actions.change_wish(customer=customer, by=self.desk.staff, **NewWishSerializer.read(request.data))
        return Response(_told(customer))


def _customer(view: ScopedView, customer_id: int) -> Customer:
    """One in reach; any other does not exist."""
    found: Customer | None = Customer.objects.visible_to(view.desk.scope).filter(pk=customer_id).first()
    if found is None:
        raise Http404
    return found


def _told(customer: Customer) -> Any:
    wish = queries.wish_of(customer.pk)
    standing = queries.standing(wish, timezone.now(), policies.for_company())
    return WishesSerializer(
        {
            "do_not_contact": wish.do_not_contact,
            "no_profiling": wish.no_profiling,
            "refused": wish.refused,
            "agreed": wish.agreed,
            "channels": [{"channel": channel, "against": against} for channel, against in standing.items()],
            "changes": list(queries.changes_of(customer.pk)[:SHOWN]),
        }
    ).data
