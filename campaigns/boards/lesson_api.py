"""Lessons and the process numbers of best-practice cards over the API: counts of people told, never who."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.boards import practice_page
from campaigns.cases import lesson_queries, practice_rules, queries, rules
from campaigns.cases.models import Lesson
from communities.api_query import QuerySerializer, after_word, limit_word, page_of
from communities.api_views import ScopedView
from communities.rules import SEE_BOARDS


class LessonQuery(QuerySerializer):
    kind = serializers.ChoiceField(list(rules.LESSON_KINDS), required=False, help_text=_("both unless told"))
    after = after_word()
    limit = limit_word()


class LessonSerializer(serializers.Serializer[Lesson]):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=_("corrective or training"))
    case = serializers.CharField(source="case.number")
    title = serializers.CharField()
    text = serializers.CharField()
    sent_at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True, help_text=_("to be read by"))
    people = serializers.IntegerField(help_text=_("told at the stations in reach"))
    readers = serializers.IntegerField(help_text=_("of them, who have read it"))


class LessonPageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    lessons = LessonSerializer(many=True, help_text=_("in the order of their ids"))


class ReadingSerializer(serializers.Serializer[Any]):
    station = serializers.CharField()
    people = serializers.IntegerField()
    read = serializers.IntegerField()
    overdue = serializers.IntegerField(help_text=_("unread after the last day"))


class LessonDetailSerializer(LessonSerializer):
    stations = ReadingSerializer(many=True)


class MeasureSerializer(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(list(practice_rules.MEASURES))
    part = serializers.IntegerField(source="own.part", help_text=_("in the community of the card"))
    whole = serializers.IntegerField(source="own.whole")
    others_part = serializers.IntegerField(source="others.part", help_text=_("in all other communities in reach"))
    others_whole = serializers.IntegerField(source="others.whole")
    stands_out = serializers.BooleanField(help_text=_("above the others by more than chance"))


class ProcessesSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    measures = MeasureSerializer(many=True, help_text=_("what stands out first"))


class LessonList(ScopedView):
    scope = "read:insight"

    @extend_schema(
        operation_id="lessons_list",
        parameters=[LessonQuery],
        responses=LessonPageSerializer,
        description=_("What all stations were told because of a case, and how many have read it."),
    )
    def get(self, request: Request) -> Response:
        asked = LessonQuery.read(request.query_params)
        found = lesson_queries.lessons(self.desk.scope_for(SEE_BOARDS))
        found = found.filter(kind=asked["kind"]) if "kind" in asked else found
        lessons, next_after = page_of(found, asked)
        return Response(LessonPageSerializer({"next_after": next_after, "lessons": lessons}).data)


class LessonDetail(ScopedView):
    scope = "read:insight"

    @extend_schema(
        operation_id="lessons_detail",
        responses=LessonDetailSerializer,
        description=_("One lesson, with how many have read it station by station."),
    )
    def get(self, request: Request, lesson_id: int) -> Response:
        QuerySerializer.read(request.query_params)
        scope = self.desk.scope_for(SEE_BOARDS)
        lesson = lesson_queries.lessons(scope).filter(pk=lesson_id).first()
        if lesson is None:
            raise NotFound(gettext("There is no such lesson in reach."))
        stations = lesson_queries.of_stations(scope, lesson, timezone.localdate())
        return Response(LessonSerializer(lesson).data | {"stations": ReadingSerializer(stations, many=True).data})


class CaseProcesses(ScopedView):
    scope = "read:insight"

    @extend_schema(
        operation_id="cases_processes",
        responses=ProcessesSerializer,
        description=_("A best-practice card: the process numbers of its stations beside all others."),
    )
    def get(self, request: Request, number: str) -> Response:
        QuerySerializer.read(request.query_params)
        scope = self.desk.scope_for(SEE_BOARDS)
        case = queries.case(scope, number)
        if case is None or case.kind != "practice":
            raise NotFound(gettext("There is no such case in reach."))
        measures = practice_rules.compared(practice_page.counted(case, scope), case.community_id)
        told = [
            {"measure": one.key, "own": one.own, "others": one.others, "stands_out": one.stands_out} for one in measures
        ]
        return Response(ProcessesSerializer({"number": case.number, "measures": told}).data)
