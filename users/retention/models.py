from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from communities.models import Community


class WeekBudget(models.Model):
    """One statement of what a week's acquisition was to cost, by whom and when. The newest of a place and week holds;
    none is ever changed or deleted."""

    community = models.ForeignKey(
        Community, verbose_name=_("community"), null=True, on_delete=models.CASCADE, related_name="+",
        help_text="null: the whole company",
    )  # fmt: skip
    week = models.DateField(_("week"), help_text="its Monday")
    fen = models.BigIntegerField(_("acquisition budget"), null=True, help_text="null: nothing is known again")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["week", "community", "-id"], name="week_budget_in_force")]
        constraints = [models.CheckConstraint(condition=models.Q(fen__gte=0), name="week_budget_not_negative")]

    def __str__(self) -> str:
        return f"{self.fen} for {self.week}"


class Variable(models.Model):
    """A figure that people keep week by week beside the cohorts: weather, deliveries late, answer rate."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "users"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VariableValue(models.Model):
    """One statement of a variable's value in a week. The newest of a variable, place and week holds."""

    variable = models.ForeignKey(Variable, on_delete=models.CASCADE, related_name="values_told")
    community = models.ForeignKey(
        Community, null=True, on_delete=models.CASCADE, related_name="+", help_text="null: the whole company"
    )
    week = models.DateField(help_text="its Monday")
    value = models.DecimalField(max_digits=14, decimal_places=3, null=True, help_text="null: nothing is known again")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["variable", "week", "community", "-id"], name="variable_in_force")]

    def __str__(self) -> str:
        return f"{self.variable_id} {self.week}: {self.value}"


class RetentionAlert(models.Model):
    """A finished week in which a cohort of one community came back otherwise than its own earlier cohorts, as tested
    when it was raised (domain.md, Cohorts, Alert). Once a community, cohort and k; the numbers are those of then."""

    class Direction(models.TextChoices):
        FALL = "fall", _("fall")
        RISE = "rise", _("rise")

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="alerts")
    cohort = models.DateField(help_text="its Monday")
    k = models.PositiveSmallIntegerField(help_text="1 or 2: which week after the first purchase")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    customers = models.IntegerField(help_text="of the cohort")
    returned = models.IntegerField()
    base_customers = models.IntegerField(help_text="of the cohorts it is compared with")
    base_returned = models.IntegerField()
    base_weeks = models.PositiveSmallIntegerField()
    p = models.FloatField(help_text="two-sided, beta-binomial")
    q = models.FloatField(help_text="after Benjamini-Hochberg over the communities of that week")
    policy_version = models.BigIntegerField(default=0)
    raised_at = models.DateTimeField(db_default=Now())
    snoozed_until = models.DateField(null=True)
    snoozed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    recovered_on = models.DateField(null=True, help_text="a later cohort's week was within the usual again")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=200, blank=True, help_text="why it was closed, in words")

    class Meta:
        app_label = "users"
        ordering = ["-cohort", "-id"]
        constraints = [models.UniqueConstraint(fields=["community", "cohort", "k"], name="alert_once")]
        indexes = [models.Index(fields=["closed_at", "-id"], name="alert_open")]

    def __str__(self) -> str:
        return f"{self.direction} of {self.cohort} + {self.k} in {self.community_id}"
