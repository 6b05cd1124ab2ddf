"""What a batch is over the API, and what is sent to draft one or to take a step."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from communities.api_query import BodySerializer, QuerySerializer, cursor_word, limit_word
from coupons.batches import queries, rules
from coupons.batches.models import Batch, BatchStep
from opsdesk.lib import paging
from users.contact.rules import REASONS

LARGEST = 2**31 - 1


class BatchQuery(QuerySerializer):
    state = serializers.ChoiceField(choices=[*rules.STATES], required=False, help_text=_("only those in this state"))
    after = cursor_word()
    limit = limit_word(50, 200)

    def validate_after(self, cursor: str) -> paging.Place:
        place = paging.decode(cursor, int)
        if place is None or place.value is None:
            raise serializers.ValidationError(gettext("This value means nothing here."))
        return place


class HeldBackSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(help_text=_("one word for programs"))
    words = serializers.CharField(help_text=_("in the language asked for"))
    customers = serializers.IntegerField()


class FatesSerializer(serializers.Serializer[Any]):
    """issued = used + open + expired + void, always."""

    issued = serializers.IntegerField()
    used = serializers.IntegerField()
    open = serializers.IntegerField()
    expired = serializers.IntegerField()
    void = serializers.IntegerField()
    discount = serializers.IntegerField(help_text=_("fen that the used ones took off"))


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch. Money in fen. candidates = held back + control + recipients. Context: fates and makers by its id."""

    state = serializers.CharField(help_text=", ".join(rules.STATES))
    coupon = serializers.CharField(source="coupon.code", help_text=_("its template's code"))
    budget = serializers.IntegerField(source="budget_id", help_text=_("its id"))
    strategy = serializers.CharField(source="strategy_version.strategy.name", default=None, allow_null=True)
    held_back = serializers.SerializerMethodField(help_text=_("customers by the reason that holds them back"))
    fates = serializers.SerializerMethodField(help_text=_("what became of its coupons"))
    makers = serializers.SerializerMethodField(help_text=_("who had a hand in making it: none of them approves it"))

    class Meta:
        model = Batch
        fields = [
            "number", "name", "state", "revision", "origin", "strategy", "coupon", "budget", "audience",
            "message_channel", "message", "send_at", "decide_by", "holdout_share", "no_holdout_reason", "candidates",
            "held_back", "control", "recipients", "most_cost", "frozen_at", "as_of", "makers", "made_at",
            "submitted_at", "approvals_needed", "approved_at", "issued_at", "ended_at", "fates",
        ]  # fmt: skip
        read_only_fields = fields

    def get_held_back(self, batch: Batch) -> HeldBackSerializer(many=True):  # type: ignore[valid-type]
        told = [(reason, n) for reason, n in sorted(batch.held_back.items()) if n]
        return [{"reason": one, "words": gettext(REASONS.get(one, one)), "customers": n} for one, n in told]

    def get_fates(self, batch: Batch) -> FatesSerializer:
        return FatesSerializer(self.context["fates"][batch.pk]).data  # type: ignore[return-value]

    def get_makers(self, batch: Batch) -> list[str]:
        return [str(one) for one in self.context["makers"][batch.pk]]


class BatchPageSerializer(serializers.Serializer[Any]):
    """A page of batches, newest first."""

    next_after = serializers.CharField(allow_null=True, help_text=_("after of the next page; null on the last"))
    batches = BatchSerializer(many=True)


class StepSerializer(serializers.ModelSerializer[BatchStep]):
    """One step of its history."""

    by = serializers.CharField(default=None, allow_null=True, help_text=_("null: the schedule"))

    class Meta:
        model = BatchStep
        fields = ["verb", "before", "after", "revision", "by", "at", "comment"]
        read_only_fields = fields


class BatchDetailSerializer(BatchSerializer):
    """A batch with all that was done to it, the last step first."""

    steps = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "steps"]

    def get_steps(self, batch: Batch) -> StepSerializer(many=True):  # type: ignore[valid-type]
        return StepSerializer(queries.steps(batch), many=True).data


class DraftSerializer(BodySerializer):
    """What a new batch says; the rules are those of the page's form."""

    name = serializers.CharField(max_length=80)
    coupon = serializers.CharField(max_length=40, help_text=_("its template's code"))
    budget = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text=_("its id"))
    audience = serializers.CharField(
        max_length=4000, default="", allow_blank=True,
        help_text=_("the words of the customer list's address; empty: everybody in reach"),
    )  # fmt: skip
    open = serializers.BooleanField(default=False, help_text=_("handed out one by one, to nobody named beforehand"))
    quantity = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST, help_text=_("coupons at most; of an open one")
    )
    holdout = serializers.IntegerField(
        required=False, min_value=0, max_value=100, help_text=_("percent held out; the policy's unless it is said")
    )
    no_holdout_reason = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text=_("needed when nobody is held out")
    )
    message_channel = serializers.CharField(max_length=4, default="", allow_blank=True)
    message = serializers.CharField(max_length=500, default="", allow_blank=True)
    send_at = serializers.DateTimeField(required=False, help_text=_("as soon as it is approved unless it is said"))
    decide_by = serializers.DateTimeField(required=False)


class TakeSerializer(BodySerializer):
    revision = serializers.IntegerField(min_value=1, max_value=LARGEST, help_text=_("the one that was looked at"))
    comment = serializers.CharField(max_length=500, default="", allow_blank=True, help_text=_("kept with the step"))
