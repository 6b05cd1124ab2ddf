"""Visits over the API: what was told, page by page, and outcomes told by an app of one's own, two hundred at once."""

from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits import actions, queries, reading, rules
from campaigns.visits.actions import Teller
from campaigns.visits.models import Visit
from communities.api_query import QuerySerializer, after_word, limit_word, page_of, refuse_others
from communities.api_views import ScopedView


class EventParser(BaseParser):
    """JSON of which a single event may be broken: see reading.parse."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return reading.parse(stream.read())
        except ValueError as error:
            raise ParseError() from error


class VisitQuery(QuerySerializer):
    after = after_word()
    limit = limit_word()
    day_from = serializers.DateField(required=False, help_text=_("first day on which they took place"))
    day_to = serializers.DateField(required=False, help_text=_("last day on which they took place"))
    community = serializers.CharField(required=False, help_text=_("the code of one community"))
    task = serializers.IntegerField(
        required=False, min_value=1, max_value=reading.BIGGEST, help_text=_("the events of one task")
    )
    live = serializers.BooleanField(
        required=False, allow_null=True, default=None,
        help_text=_("true: those that count; false: those corrected, undone, and the undos"),
    )  # fmt: skip


class VisitSerializer(serializers.Serializer[Visit]):
    """One event as it was told, phones masked. Nothing is ever changed: a correction is an event of its own."""

    id = serializers.IntegerField(help_text=_("in the order in which they were heard of"))
    uuid = serializers.UUIDField(help_text=_("made by the device"))
    task = serializers.IntegerField(source="task_id")
    drive = serializers.IntegerField(source="drive_id", help_text=_("its id"))
    customer = serializers.IntegerField(source="customer_id", help_text=_("its id"))
    community = serializers.SerializerMethodField(help_text=_("its code"))
    station = serializers.IntegerField(source="station_id", allow_null=True, help_text=_("its id"))
    channel = serializers.CharField()
    staff = serializers.CharField(source="staff.name", help_text=_("who told it"))
    outcome = serializers.CharField(help_text=_("empty: an undo"))
    undoes = serializers.BooleanField()
    corrects = serializers.IntegerField(
        source="corrects_id", allow_null=True, help_text=_("the id of the event that it puts right or takes back")
    )
    live = serializers.BooleanField(help_text=_("whether it counts"))
    note = serializers.CharField()
    product = serializers.CharField()
    amount = serializers.IntegerField(allow_null=True, help_text=_("fen"))
    later_at = serializers.DateTimeField(allow_null=True)
    at = serializers.DateTimeField(help_text=_("when it took place, by our clock"))
    day = serializers.DateField()
    device_at = serializers.DateTimeField(allow_null=True, help_text=_("what the device’s clock said"))
    received_at = serializers.DateTimeField()
    skew_seconds = serializers.IntegerField(help_text=_("how far the device’s clock was behind"))
    conflict = serializers.BooleanField(help_text=_("somebody else was at this door at about that time"))

    def get_community(self, visit: Visit) -> str | None:
        code: str | None = self.context["communities"].get(visit.community_id)
        return code


class VisitPageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    visits = VisitSerializer(many=True, help_text=_("in the order of their ids"))


class ToldSerializer(serializers.Serializer[Any]):
    """One outcome, correction or undo."""

    uuid = serializers.UUIDField(help_text=_("made by the device, once; the same event is told any number of times"))
    task_id = serializers.IntegerField(min_value=1)
    outcome = serializers.ChoiceField(choices=list(OUTCOMES), required=False, help_text=_("left out with an undo"))
    corrects = serializers.UUIDField(required=False, help_text=_("the uuid of what is put right or taken back"))
    undoes = serializers.BooleanField(required=False, help_text=_("takes back what it corrects"))
    note = serializers.CharField(required=False, max_length=reading.NOTE_MOST, help_text=_("phones in it are masked"))
    product = serializers.CharField(required=False, max_length=reading.PRODUCT_MOST)
    amount = serializers.IntegerField(required=False, min_value=0, help_text=_("fen, of an order"))
    give_coupon = serializers.BooleanField(required=False, help_text=_("with an order or with interest"))
    later_at = serializers.DateTimeField(required=False, help_text=_("when to come again"))
    device_at = serializers.DateTimeField(required=False, help_text=_("what the device’s clock said"))
    many = serializers.BooleanField(  # type: ignore[assignment]
        required=False, help_text=_("told for many doors at once")
    )


class TellSerializer(serializers.Serializer[Any]):
    sent_at = serializers.DateTimeField(
        required=False, help_text=_("by the device’s clock, just now: how far it is off is put right")
    )
    visits = ToldSerializer(many=True, help_text=_("at most 200"))


class AnswerSerializer(serializers.Serializer[Any]):
    """What became of one event."""

    uuid = serializers.CharField()
    status = serializers.IntegerField(
        help_text=_(
            "200 counts; 404 no such task; 409 told otherwise before; 422 cannot be read. What was refused is kept."
        )
    )
    text = serializers.CharField(help_text=_("a sentence for people"))
    task_id = serializers.IntegerField(allow_null=True)
    task_state = serializers.CharField(help_text=_("open, done or closed"))
    outcome = serializers.CharField(help_text=_("what the task shows now"))
    event_id = serializers.IntegerField(allow_null=True)
    conflict = serializers.BooleanField()
    coupon = serializers.CharField(help_text=_("what became of the coupon that was asked for"))


class AnswersSerializer(serializers.Serializer[Any]):
    results = AnswerSerializer(many=True, help_text=_("one an event, in their order"))


class VisitList(ScopedView):
    scope = {"GET": "read:field", "POST": "record:visits"}
    parser_classes = [EventParser]

    @extend_schema(
        operation_id="visits_list",
        parameters=[VisitQuery],
        responses=VisitPageSerializer,
        description=_("What staff told at doors and on calls, corrections and undos too, within the owner’s reach."),
    )
    def get(self, request: Request) -> Response:
        asked = VisitQuery.read(request.query_params)
        found = wanted(queries.events(self.desk.scope), asked)
        if self.desk.community:
            found = found.filter(community_id=self.desk.community.pk)
        visits, next_after = page_of(found, asked)
        told = {"next_after": next_after, "visits": visits}
        codes = {place.pk: place.code for place in self.desk.communities}
        return Response(VisitPageSerializer(told, context={"communities": codes}).data)

    @extend_schema(
        operation_id="visits_tell",
        request=TellSerializer,
        responses=AnswersSerializer,
        description=_(
            "Outcomes, corrections and undos, each answered for itself: told again the same way it is answered the "
            "same and counted once, so whatever was not answered is simply sent again."
        ),
    )
    def post(self, request: Request) -> Response:
        received_at = timezone.now()
        try:
            sent_at, items = reading.opened(request.data, "visits", actions.MOST)
        except ValueError:
            said = gettext("Send an object with a list of at most 200 events.")
            raise serializers.ValidationError({"visits": [said]}) from None
        refuse_others(request.data, TellSerializer().fields)
        off = rules.skew(sent_at, received_at)
        teller = Teller(self.desk.staff, self.desk.scope, received_at, Visit.Via.API, off)
        return Response({"results": [actions.take_one(item, teller).as_data() for item in items]})


def wanted(found: QuerySet[Visit], asked: dict[str, Any]) -> QuerySet[Visit]:
    """Narrowed by the words of the address; days that no calendar holds find nothing."""
    words = {"day_from": "day__gte", "day_to": "day__lte", "task": "task"}
    found = found.filter(**{lookup: asked[word] for word, lookup in words.items() if word in asked})
    return found if asked["live"] is None else found.filter(live=asked["live"])
