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
