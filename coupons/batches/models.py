from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.batches.rules import STATES
from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.strategies.models import StrategyVersion
from opsdesk.lib.runs.models import Job
from users.contact.rules import REASONS
from users.outbox.models import Message


class Batch(models.Model):
    """Coupons for a frozen audience: what is drafted, approved, issued and judged as one. Money in fen.

    candidates = held_back + control + recipients, always; the people stand in BatchMember. An open batch has no
    members: staff hand its coupons out one by one, `recipients` of them at most.
    """

    class Origin(models.TextChoices):
        HAND = "hand", _("by hand")
        LIST = "list", _("from a customer list")
        STRATEGY = "strategy", _("by a strategy")
        OPEN = "open", _("handed out one by one")

    number = models.CharField(max_length=16, unique=True, help_text="as people and the shop call it: B-0412")
    name = models.CharField(_("name"), max_length=80)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.HAND)
    strategy_version = models.ForeignKey(
        StrategyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )
    due_on = models.DateField(null=True, help_text="the day of the strategy's schedule that drafted it")
    coupon = models.ForeignKey(Coupon, verbose_name=_("coupon"), on_delete=models.PROTECT, related_name="batches")
    budget = models.ForeignKey(Budget, verbose_name=_("budget"), on_delete=models.PROTECT, related_name="batches")
    audience = models.CharField(max_length=4000, help_text="words of the customer list's address")
    scope = models.JSONField(default=dict, help_text="whose customers its maker reached: everywhere, communities, ...")
    message_channel = models.CharField(max_length=4, blank=True, choices=Message.Channel.choices)
    message = models.CharField(_("text"), max_length=500, blank=True)
    send_at = models.DateTimeField(_("send at"), null=True, blank=True, help_text="null: as soon as it is approved")
    decide_by = models.DateTimeField(_("decide by"), null=True, blank=True)

    key = models.CharField(max_length=120, blank=True, help_text="of a draft over the API: told twice, made once")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was sent with the key")

    state = models.CharField(
        max_length=10, default="draft", choices=[(code, _(label)) for code, label in STATES.items()]
    )
    revision = models.PositiveIntegerField(default=1, help_text="one higher with every edit: what was seen is approved")
    holdout_share = models.FloatField(_("held out"), default=0.10)
    no_holdout_reason = models.CharField(_("why nobody is held out"), max_length=200, blank=True)

    frozen_at = models.DateTimeField(null=True)
    as_of = models.DateField(null=True, help_text="of the classes the audience was read by")
    policy_version = models.BigIntegerField(default=0)
    candidates = models.IntegerField(default=0)
    held_back = models.JSONField(default=dict, help_text="reason: customers")
    control = models.IntegerField(default=0)
    recipients = models.IntegerField(default=0)
    most_cost = models.BigIntegerField(default=0, help_text="if every recipient uses it: what approval reserves")

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    issued = models.IntegerField(default=0, help_text="coupons that exist; the job's checkpoint")
    issued_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="every coupon of it is used, expired or void")

    class Meta:
        app_label = "coupons"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="batch_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy_version", "due_on"],
                name="batch_once_a_due_day",
                violation_error_message=_("This strategy has its batch of this day already."),
            ),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="batch_once_a_key"),
            models.CheckConstraint(condition=Q(issued__lte=F("recipients")), name="batch_issues_no_more_than_approved"),
            models.CheckConstraint(
                condition=Q(holdout_share__gt=0, holdout_share__lte=0.5)
                | (Q(holdout_share=0) & ~Q(no_holdout_reason="")),
                name="batch_holdout_or_reason",
                violation_error_message=_("Hold out up to half, or say why nobody is held out."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class BatchMember(models.Model):
    """One candidate of a frozen batch and what becomes of them. Hot table: no foreign-key triggers."""

    class Fate(models.TextChoices):
        SEND = "send", _("gets it")
        CONTROL = "control", _("held out")
        HELD_BACK = "held", _("held back")

    pk = models.CompositePrimaryKey("batch_id", "customer_id")
    batch = models.ForeignKey(Batch, db_constraint=False, on_delete=models.DO_NOTHING, related_name="members")
    customer_id = models.BigIntegerField()
    community_id = models.IntegerField(default=0, help_text="0: unassigned")
    station_id = models.IntegerField(null=True)
    lifecycle = models.CharField(max_length=10, blank=True)
    rfm_class = models.CharField(max_length=10, blank=True)
    fate = models.CharField(max_length=8, choices=Fate.choices)
    reason = models.CharField(max_length=16, blank=True, choices=[(code, _(label)) for code, label in REASONS.items()])
    draw = models.IntegerField(help_text="stable random number of this customer in this batch: order and sample")

    class Meta:
        app_label = "coupons"
        indexes = [
            models.Index(fields=["batch", "fate", "draw", "customer_id"], name="batch_member_fate"),
            models.Index(fields=["customer_id"], name="batch_member_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(fate="held") ^ Q(reason=""), name="batch_member_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.customer_id} {self.fate}"


class Hand(models.Model):
    """Who had a hand in a batch: as maker (drafted, edited, submitted) or as approver. One row a person and batch,
    so that nobody, whatever their rights, approves what they made: the database refuses the second."""

    class Part(models.TextChoices):
        MAKER = "maker", _("maker")
        APPROVER = "approver", _("approver")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="hands")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=Part.choices)

    class Meta:
        app_label = "coupons"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "staff"],
                name="hand_maker_or_approver",
                violation_error_message=_("Nobody approves what they made or edited."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.part} of {self.batch_id}"


class BatchStep(models.Model):
    """The history of a batch: each step with who, when, why and the revision it was taken at."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=16)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    comment = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        app_label = "coupons"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "revision", "by"],
                condition=Q(verb="approve"),
                name="approval_once_a_person",
                violation_error_message=_("You have approved this batch already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.verb} -> {self.after}"


class Hold(models.Model):
    """What a batch holds of a budget: of its own, and of each community's and station's that its coupons count
    against. A grant counts against every hold of its batch whose place is empty or its own."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="holds")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="holds")
    community_id = models.IntegerField(null=True, help_text="only grants of this community")
    station_id = models.IntegerField(null=True, help_text="only grants of this station")
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)

    class Meta:
        app_label = "coupons"
        constraints = [
            models.UniqueConstraint(fields=["batch", "budget"], name="hold_once"),
            models.CheckConstraint(condition=Q(reserved__gte=0, spent__gte=0), name="hold_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} holds {self.reserved} of {self.budget_id}"
