"""Reminders over the API, for whatever a station's staff carry: what is to be told, and that it was."""

from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import BodySerializer, QuerySerializer
from communities.api_views import ScopedView
from coupons.reminders import actions, doors, queries, rules
from coupons.reminders.doors import Door
from opsdesk.lib import names, phones

MOST = 500
UNDO = "undo"


class ReminderQuery(QuerySerializer):
    day = serializers.DateField(required=False, help_text=_("today, unless another is named"))
    station = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text=_("a station's id; all in reach unless named")
    )


class ReminderSerializer(serializers.Serializer[Door]):
    """One customer to tell, masked."""

    id = serializers.IntegerField(source="reminder.pk")
    customer = serializers.IntegerField(source="customer.pk", help_text=_("its id"))
    name = serializers.SerializerMethodField(help_text=_("surname and stars"))
    phone = serializers.SerializerMethodField(help_text=_("138****1234"))
    station = serializers.CharField(source="customer.station.name", default=None, allow_null=True)
    building = serializers.CharField(source="customer.building")
    unit = serializers.CharField(source="customer.unit")
    room = serializers.CharField(source="customer.room")
    coupon = serializers.CharField(help_text=_("in one line, in the language asked for"))
    ends = serializers.DateField(help_text=_("the last day on which it is worth something"))
    say = serializers.CharField(help_text=_("the one script, filled in"))
    used = serializers.BooleanField(help_text=_("used meanwhile: nothing is to be said"))
    said = serializers.CharField(source="reminder.said", help_text=_("told, away, or empty: not ticked yet"))
    said_at = serializers.DateTimeField(source="reminder.done_at", allow_null=True)

    def get_name(self, door: Door) -> str:
        return names.mask(door.customer.name)

    def get_phone(self, door: Door) -> str:
        return phones.mask(door.customer.phone)


class ReminderPageSerializer(serializers.Serializer[Any]):
    """The doors of a day, in the order of building, unit and room; at most 500."""

    day = serializers.DateField()
    total = serializers.IntegerField()
    reminders = ReminderSerializer(many=True)


class SaidSerializer(BodySerializer):
    said = serializers.ChoiceField(
        choices=[*rules.SAID, UNDO], default="told", help_text=_("told, away (not met), or undo: take it back")
    )


class ReminderList(ScopedView):
    scope = "read:coupons"

    @extend_schema(
        operation_id="reminders_list",
        parameters=[ReminderQuery],
        responses=ReminderPageSerializer,
        description=_("Customers in reach who are reminded on a day and whom staff tell the same."),
    )
    def get(self, request: Request) -> Response:
        asked: dict[str, Any] = ReminderQuery.read(request.query_params)
        day: date = asked.get("day") or timezone.localdate()
        found = doors.of_day(self.desk.scope, day, asked.get("station"))
        told = {"day": day, "total": len(found), "reminders": found[:MOST]}
        return Response(ReminderPageSerializer(told).data)


class ReminderSaid(ScopedView):
    scope = "mark:reminders"

    @extend_schema(
        operation_id="reminders_said",
        request=SaidSerializer,
        responses=ReminderSerializer,
        description=_("Staff have told a customer, or not met them. Ticked already: as it was."),
    )
    def post(self, request: Request, reminder_id: int) -> Response:
        reminder = queries.reachable(self.desk.scope, reminder_id)
        if reminder is None:
            raise Http404
        if (said := SaidSerializer.read(request.data)["said"]) == UNDO:
            actions.undo(reminder, by=self.desk.staff)
        else:
            actions.done(reminder, by=self.desk.staff, said=said)
        return Response(ReminderSerializer(doors.one(self.desk.scope, reminder_id)).data)
