from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.cases.rules import ANSWERS, CALL_STATES, CAUSES, FINDINGS, KINDS, LESSON_KINDS, STATES, STEPS
from communities.models import Community, ServiceStation
from coupons.batches.models import Batch
from users.contact.models import ContactPause
from users.customers.models import Customer
from users.retention.models import RetentionAlert


class Case(models.Model):
    """What was done about alerts of one community: an incident (fall) or a best-practice card (rise). While a case of
    its kind is open there, further alerts join it, so that one trouble is one case."""

    number = models.CharField(max_length=16, unique=True, help_text="as people call it: I-0003, P-0001")
    kind = models.CharField(max_length=8, choices=[(code, _(label)) for code, label in KINDS.items()])
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=8, default="open", choices=[(code, _(label)) for code, label in STATES.items()])
    week = models.DateField(help_text="Monday of the cohort it is about, told by an alert or by a person")
    split = models.JSONField(default=dict, help_text="who carried it, as computed when it opened (rules.Split)")
    processes = models.JSONField(default=dict, help_text="process numbers of its stations beside the others")
    cause = models.CharField(max_length=12, blank=True, choices=[(code, _(label)) for code, label in CAUSES.items()])
    story = models.CharField(_("what happened"), max_length=2000, blank=True)
    pause = models.ForeignKey(ContactPause, null=True, on_delete=models.SET_NULL, related_name="+")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="+", help_text="compensation")
    opened_at = models.DateTimeField(db_default=Now())
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    watched_from = models.DateField(null=True, help_text="the corrective action is in place from here on")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        app_label = "campaigns"
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "state", "-id"], name="case_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind"],
                condition=~Q(state__in=["closed", "nothing"]),
                name="case_one_open",
                violation_error_message=_("A case of this kind is open in this community already."),
            )
        ]

    def __str__(self) -> str:
        return self.number


class CaseAlert(models.Model):
    """An alert belongs to one case."""

    alert = models.OneToOneField(RetentionAlert, primary_key=True, on_delete=models.CASCADE, related_name="in_case")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="alerts")

    class Meta:
        app_label = "campaigns"

    def __str__(self) -> str:
        return f"{self.alert_id} in {self.case_id}"


class CaseStep(models.Model):
    """One step of the article's checklist, in its order: what was looked at, and what was found."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=12, choices=[(code, _(label)) for code, label in STEPS.items()])
    finding = models.CharField(
        max_length=8, default="open", choices=[(code, _(label)) for code, label in FINDINGS.items()]
    )
    evidence = models.CharField(_("evidence"), max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        app_label = "campaigns"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="case_step_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.step}"


class Callback(models.Model):
    """A call to one affected customer, with a short questionnaire. Drawn at random, done by the station's staff."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="callbacks")
    customer = models.ForeignKey(Customer, db_constraint=False, on_delete=models.DO_NOTHING, related_name="callbacks")
    community_id = models.IntegerField(default=0)
    station = models.ForeignKey(ServiceStation, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(
        max_length=8, default="open", choices=[(code, _(label)) for code, label in CALL_STATES.items()]
    )
    came_back = models.CharField(
        max_length=8, blank=True, choices=[(code, _(label)) for code, label in ANSWERS.items()]
    )
    cause = models.CharField(max_length=12, blank=True, choices=[(code, _(label)) for code, label in CAUSES.items()])
    words = models.CharField(_("in their own words"), max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(null=True, help_text="of the last try")

    class Meta:
        app_label = "campaigns"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "customer"], name="callback_once")]
        indexes = [models.Index(fields=["station", "state"], name="callback_of_a_station")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.customer_id}"


class Lesson(models.Model):
    """What every station is told because of a case: a corrective action, or a best practice as training."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="lessons")
    kind = models.CharField(max_length=10, choices=[(code, _(label)) for code, label in LESSON_KINDS.items()])
    title = models.CharField(_("title"), max_length=80)
    text = models.CharField(_("what to do from now on"), max_length=2000)
    due_on = models.DateField(_("to be read by"), null=True, blank=True)
    sent_at = models.DateTimeField(db_default=Now())
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        app_label = "campaigns"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class Receipt(models.Model):
    """A lesson in one person's hands: sent to everybody who works at a station then, read once."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="receipts")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lessons")
    station = models.ForeignKey(ServiceStation, null=True, on_delete=models.SET_NULL, related_name="+")
    read_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "campaigns"
        constraints = [models.UniqueConstraint(fields=["lesson", "staff"], name="lesson_receipt_once")]
        indexes = [models.Index(fields=["staff"], condition=Q(read_at=None), name="lesson_unread")]

    def __str__(self) -> str:
        return f"{self.lesson_id} to {self.staff_id}"


class Recovery(models.Model):
    """How the community's cohorts came back one and two weeks after the action: once a case and week."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="recoveries")
    cohort = models.DateField(help_text="Monday of the cohort looked at")
    k = models.PositiveSmallIntegerField()
    customers = models.IntegerField()
    returned = models.IntegerField()
    usual = models.FloatField(help_text="rate before the fall")
    recovered = models.BooleanField(help_text="no longer told apart from the usual")
    looked_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "campaigns"
        ordering = ["cohort", "k"]
        constraints = [models.UniqueConstraint(fields=["case", "cohort", "k"], name="case_recovery_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.cohort} + {self.k}"
