from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from communities.models import Community, ServiceStation


def _range(function: str, low: str, high: str, kind: Callable[[], "models.Field[Any, Any]"]) -> Func:
    """From one column to another, both ends counted. Ranges, since a GiST index compares them without an extension."""
    return Func(F(low), F(high), Value("[]"), function=function, output_field=kind())


def _one_at_a_time(name: str, place: str, message: Any) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            (_range("int8range", place, place, BigIntegerRangeField), RangeOperators.OVERLAPS),
            (_range("daterange", "begins_on", "ends_on", DateRangeField), RangeOperators.OVERLAPS),
        ],
        condition=Q(**{f"{place}__isnull": False}, closed_at=None),
        violation_error_message=message,
    )


class Budget(models.Model):
    """An amount of fen for coupons in a period: the company's (a batch names one), or a limit for a community or a
    station, which every coupon given there counts against. reserved + spent never exceeds amount: a check.
    """

    name = models.CharField(_("name"), max_length=80)
    community = models.ForeignKey(
        Community, verbose_name=_("community"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    station = models.ForeignKey(
        ServiceStation, verbose_name=_("station"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    begins_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), help_text=_("To the end of that day."))
    amount = models.BigIntegerField(_("amount"))
    reserved = models.BigIntegerField(default=0, help_text="promised: the most that open coupons can still cost")
    spent = models.BigIntegerField(default=0, help_text="taken off orders that used a coupon")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "coupons"
        ordering = ["-begins_on", "name"]
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved__gte=0, spent__gte=0, amount__gte=F("reserved") + F("spent")),
                name="budget_never_exceeded",
                violation_error_message=_("The budget does not hold that much."),
            ),
            models.CheckConstraint(
                condition=Q(begins_on__lte=F("ends_on")),
                name="budget_ends_after_it_begins",
                violation_error_message=_("A budget cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(community=None) | Q(station=None),
                name="budget_of_one_place",
                violation_error_message=_("Name a community or a station, not both."),
            ),
            _one_at_a_time(
                "budget_one_a_community",
                "community_id",
                _("This community has a budget for some of these days already."),
            ),
            _one_at_a_time(
                "budget_one_a_station", "station_id", _("This station has a budget for some of these days already.")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_constraints(self) -> list[Any]:
        """What full_clean asks. Django cannot ask the exclusions, which range over id columns: forms do."""
        return [
            (model, [one for one in constraints if not isinstance(one, ExclusionConstraint)])
            for model, constraints in super().get_constraints()
        ]

    @property
    def left(self) -> int:
        """Fen that may still be reserved."""
        return self.amount - self.reserved - self.spent


class BudgetEntry(models.Model):
    """The ledger: every change of a budget, with what made it. The sums of its columns are the budget's. `key` makes
    each change once."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("amount set")
        RESERVE = "reserve", _("reserved")
        SPEND = "spend", _("spent")
        UNSPEND = "unspend", _("given back")
        RELEASE = "release", _("released")

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount = models.BigIntegerField(default=0, help_text="change of the amount")
    reserved = models.BigIntegerField(default=0, help_text="change of what is reserved")
    spent = models.BigIntegerField(default=0, help_text="change of what is spent")
    thing = models.CharField(max_length=16, blank=True)
    thing_id = models.BigIntegerField(null=True)
    grants = models.IntegerField(default=0, help_text="coupons that this entry is for")
    key = models.CharField(max_length=80, unique=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coupons"
        ordering = ["-id"]
        indexes = [models.Index(fields=["thing", "thing_id"], name="budget_entry_thing")]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.kind} {self.key}"
