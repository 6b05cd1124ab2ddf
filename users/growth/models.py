from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

UNITS = {
    "community": _("communities"),
    "station": _("stations"),
    "product": _("products"),
    "channel": _("channels"),
    "customer": _("customers"),
}


class QuadrantModel(models.Model):
    """A saved coordinate model (S22): the need, two metrics with a threshold each as axes, what else matters, and what
    is done in each of the four corners. A threshold of null is the median of what is shown."""

    name = models.CharField(_("name"), max_length=60)
    need = models.CharField(_("which question it answers"), max_length=300)
    unit = models.CharField(_("bubbles"), max_length=10, choices=list(UNITS.items()))
    across = models.CharField(_("metric across"), max_length=40, help_text="a key of the metric dictionary")
    up = models.CharField(_("metric up"), max_length=40)
    across_cut = models.FloatField(_("threshold across"), null=True, blank=True)
    up_cut = models.FloatField(_("threshold up"), null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(_("weeks"), default=4, help_text="how many finished weeks are read")
    factors = models.CharField(_("what else matters"), max_length=300, blank=True)
    high_high = models.CharField(_("what to do: both high"), max_length=300, blank=True)
    high_low = models.CharField(_("what to do: across high, up low"), max_length=300, blank=True)
    low_high = models.CharField(_("what to do: across low, up high"), max_length=300, blank=True)
    low_low = models.CharField(_("what to do: both low"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "users"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(retired_at=None),
                name="quadrant_name_once",
                violation_error_message=_("There is a model of this name already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(across=models.F("up")),
                name="quadrant_two_metrics",
                violation_error_message=_("Choose two different metrics."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
