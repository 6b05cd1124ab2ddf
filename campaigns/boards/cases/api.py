"""Incidents and best-practice cards over the API: what is under way, what was closed and why, and who carried it."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.boards.cases import shown
from campaigns.cases import queries, rules
from campaigns.cases.models import Case
from communities.api_query import QuerySerializer, after_word, community_word, limit_word, page_of
from communities.api_views import ScopedView
from communities.rules import SEE_BOARDS


class CaseQuery(QuerySerializer):
    kind = serializers.ChoiceField(list(rules.KINDS), required=False, help_text=_("both unless told"))
    state = serializers.ChoiceField(list(rules.STATES), required=False, help_text=_("every state unless told"))
    community = community_word()
    after = after_word()
    limit = limit_word()


class CaseSerializer(serializers.Serializer[Case]):
    id = serializers.IntegerField()
    number = serializers.CharField(help_text=_("as people call it: I-0003, P-0004"))
    kind = serializers.CharField(help_text=_("incident or practice"))
    community = serializers.CharField(source="community.code")
    week = serializers.DateField(help_text=_("Monday of the cohort that it is about"))
    state = serializers.CharField(help_text=_("open, acting, watching, closed or nothing"))
    cause = serializers.CharField(allow_blank=True)
    story = serializers.CharField(allow_blank=True, help_text=_("what happened, and what was done"))
    opened_at = serializers.DateTimeField()
    taken_by = serializers.StringRelatedField(allow_null=True, help_text=_("who is in charge; null: nobody yet"))  # type: ignore[var-annotated]
    watched_from = serializers.DateField(allow_null=True, help_text=_("the measure is in place from here on"))
    closed_at = serializers.DateTimeField(allow_null=True)


class CasePageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    cases = CaseSerializer(many=True, help_text=_("in the order of their ids"))


class CasePartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    customers = serializers.IntegerField()
    returned = serializers.IntegerField()
    base_customers = serializers.IntegerField(help_text=_("of the cohorts that it is compared with"))
    base_returned = serializers.IntegerField()
    rate = serializers.FloatField(help_text=_("what it carries because its people came back less, as a share"))
    mix = serializers.FloatField(help_text=_("what it carries because there were more or fewer of them, as a share"))


class CaseSuspectSerializer(serializers.Serializer[Any]):
    dimension = serializers.CharField()
    name = serializers.CharField()
    share = serializers.FloatField(help_text=_("of the fall"))
    size = serializers.FloatField(help_text=_("of the people"))
    n = serializers.IntegerField()


class CaseStepSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    finding = serializers.CharField(help_text=_("open, clear or found"))
    evidence = serializers.CharField(allow_blank=True)


class CaseRecoverySerializer(serializers.Serializer[Any]):
    cohort = serializers.DateField()
    k = serializers.IntegerField()
    customers = serializers.IntegerField()
    returned = serializers.IntegerField()
    usual = serializers.FloatField(help_text=_("rate before the fall"))
    recovered = serializers.BooleanField()


class CaseDetailSerializer(CaseSerializer):
    difference = serializers.FloatField(
        allow_null=True, help_text=_("cohort's rate minus the usual one; null: a card, or not known yet")
    )
    suspects = CaseSuspectSerializer(many=True, help_text=_("parts that fell more than their size explains"))
    dimensions = serializers.DictField(
        child=CasePartSerializer(many=True), help_text=_("the split; parts of one dimension add up to the difference")
    )
    steps = CaseStepSerializer(many=True)
    callbacks = serializers.DictField(child=serializers.IntegerField(), help_text=_("calls by state"))
    recoveries = CaseRecoverySerializer(many=True)


class CaseList(ScopedView):
    scope = "read:insight"

    @extend_schema(
        operation_id="cases_list",
        parameters=[CaseQuery],
        responses=CasePageSerializer,
        description=_("Incidents and best-practice cards of communities in reach."),
    )
    def get(self, request: Request) -> Response:
        asked = CaseQuery.read(request.query_params)
        wanted: dict[str, Any] = {name: asked[name] for name in ("kind", "state") if name in asked}
        if self.place is not None:
            wanted["community"] = self.place
        cases, next_after = page_of(queries.visible_to(self.desk.scope_for(SEE_BOARDS)).filter(**wanted), asked)
        return Response(CasePageSerializer({"next_after": next_after, "cases": cases}).data)


class CaseDetail(ScopedView):
    scope = "read:insight"

    @extend_schema(
        operation_id="cases_detail",
        responses=CaseDetailSerializer,
        description=_("One case with its split, checklist, callbacks and what came after its measure."),
    )
    def get(self, request: Request, number: str) -> Response:
        QuerySerializer.read(request.query_params)
        scope = self.desk.scope_for(SEE_BOARDS)
        case = queries.case(scope, number)
        if case is None:
            raise NotFound(gettext("There is no such case in reach."))
        told = CaseSerializer(case).data | {
            "difference": case.split["whole"]["difference"] if case.split else None,
            "suspects": [one | {"name": shown.name_of(one["dimension"], one["name"])} for one in _suspects(case)],
            "dimensions": {by: [_part(by, one) for one in parts] for by, parts in shown.parts(case, scope).items()},
            "steps": queries.steps(case),
            "callbacks": queries.tally(case)["state"],
            "recoveries": queries.recoveries(case),
        }
        return Response({**told, **_nested(told)})


def _suspects(case: Case) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = case.split.get("suspects", [])
    return found


def _part(by: str, one: dict[str, Any]) -> dict[str, Any]:
    part = {
        "name": shown.name_of(by, one["name"]), "customers": one["n"], "returned": one["back"],
        "base_customers": one["base_n"], "base_returned": one["base_back"], "rate": one["rate"], "mix": one["mix"],
    }  # fmt: skip
    return dict(CasePartSerializer(part).data)


def _nested(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "suspects": CaseSuspectSerializer(told["suspects"], many=True).data,
        "steps": CaseStepSerializer(told["steps"], many=True).data,
        "recoveries": CaseRecoverySerializer(told["recoveries"], many=True).data,
    }
