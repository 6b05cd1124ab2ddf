"""Drives and tasks over the API: what runs, and what the token's owner has to do, masked."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.drives import queries
from campaigns.drives.models import Drive, Offer, Task
from communities.api_query import QuerySerializer, after_word, limit_word, page_of
from communities.api_views import ScopedView
from communities.scoping import Scope
from opsdesk.lib import names, phones


class PageQuery(QuerySerializer):
    after = after_word()
    limit = limit_word()


class DriveSerializer(serializers.Serializer[Drive]):
    """One drive; tasks are counted within the owner's reach."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField(help_text=_("draft, running, ended or off"))
    channels = serializers.ListField(child=serializers.CharField())
    begins_on = serializers.DateField()
    ends_on = serializers.DateField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    tasks = serializers.SerializerMethodField(help_text=_("by state: open, done, closed"))

    def get_tasks(self, drive: Drive) -> dict[str, int]:
        found: dict[str, int] = self.context["tasks"].get(drive.pk, {})
        return {"open": 0, "done": 0, "closed": 0} | found


class DrivePageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    drives = DriveSerializer(many=True, help_text=_("in the order of their ids"))


class TaskSerializer(serializers.Serializer[Task]):
    """One customer to reach, masked; the door is as it was when the drive began."""

    id = serializers.IntegerField()
    drive = serializers.CharField(source="drive.number", help_text=_("its number"))
    ends_on = serializers.DateField(source="drive.ends_on", help_text=_("the last day of the drive"))
    channel = serializers.CharField()
    place = serializers.IntegerField(help_text=_("its turn in the walk, from 1"))
    building = serializers.CharField()
    unit = serializers.CharField()
    room = serializers.CharField()
    floor = serializers.IntegerField(allow_null=True)
    customer = serializers.IntegerField(source="customer_id", help_text=_("its id"))
    name = serializers.SerializerMethodField(help_text=_("surname and stars"))
    phone = serializers.SerializerMethodField(help_text=_("138****1234"))
    lifecycle = serializers.CharField()
    rfm_class = serializers.CharField()
    script = serializers.SerializerMethodField(help_text=_("what to say"))
    product = serializers.SerializerMethodField(help_text=_("goods to offer"))
    price = serializers.SerializerMethodField(help_text=_("fen"))
    is_mine = serializers.SerializerMethodField(help_text=_("false: of the station, and nobody’s yet"))
    outcome = serializers.CharField(help_text=_("the last; empty: none yet"))
    visits = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)
    later_at = serializers.DateTimeField(allow_null=True, help_text=_("asked to come again then"))

    def get_name(self, task: Task) -> str:
        return names.mask(task.customer.name)

    def get_phone(self, task: Task) -> str:
        return phones.mask(task.customer.phone)

    def get_script(self, task: Task) -> str:
        offer = self._offer(task)
        return offer.script if offer else ""

    def get_product(self, task: Task) -> str:
        offer = self._offer(task)
        return offer.product if offer else ""

    def get_price(self, task: Task) -> int | None:
        offer = self._offer(task)
        return offer.price if offer else None

    def get_is_mine(self, task: Task) -> bool:
        return task.assignee_id is not None

    def _offer(self, task: Task) -> Offer | None:
        return task.offer or self.context["offers"].get(task.drive_id)


class TaskPageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    tasks = TaskSerializer(many=True, help_text=_("in the order of their ids; walk them by place"))


class DriveList(ScopedView):
    scope = "read:field"

    @extend_schema(
        operation_id="drives_list",
        parameters=[PageQuery],
        responses=DrivePageSerializer,
        description=_("Recall drives with people in reach, and how their tasks stand."),
    )
    def get(self, request: Request) -> Response:
        asked = PageQuery.read(request.query_params)
        page, next_after = page_of(queries.drives(self.desk.scope), asked)
        context = {"tasks": tasks_by_state(self.desk.scope, page)}
        told = {"next_after": next_after, "drives": page}
        return Response(DrivePageSerializer(told, context=context).data)


class TaskList(ScopedView):
    scope = "record:visits"

    @extend_schema(
        operation_id="tasks_list",
        parameters=[PageQuery],
        responses=TaskPageSerializer,
        description=_(
            "What the owner of the token has to do now: their own tasks and those nobody has at their station."
        ),
    )
    def get(self, request: Request) -> Response:
        asked = PageQuery.read(request.query_params)
        mine = Q(assignee=self.desk.staff) | Q(assignee=None, station_id__in=self.desk.scope.stations)
        found = queries.open_tasks(self.desk.scope, timezone.now()).filter(mine)
        page, next_after = page_of(found.exclude(channel=queries.BY_THEMSELVES), asked)
        offers = Offer.objects.filter(drive__in={task.drive_id for task in page}, taste=None)
        context = {"offers": {offer.drive_id: offer for offer in offers}}
        return Response(TaskPageSerializer({"next_after": next_after, "tasks": page}, context=context).data)


def tasks_by_state(scope: Scope, drives: Sequence[Drive]) -> dict[int, dict[str, int]]:
    """By drive: how many tasks in reach are in each state (task_once_a_drive)."""
    rows = Task.objects.filter(scope.condition(), drive__in=drives).values_list("drive", "state")
    found: dict[int, dict[str, int]] = {}
    for drive, state, many in rows.annotate(many=Count("pk")).order_by():
        found.setdefault(drive, {})[state] = many
    return found
