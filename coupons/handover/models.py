from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.batches.models import Batch


class Parcel(models.Model):
    """A part of a batch's coupons handed to the shop: grants with ids from `first` to `last`. At most once:
    what is `unknown` is handed over again by a person only, who has asked the shop."""

    class Way(models.TextChoices):
        FILE = "file", _("file")
        CALL = "call", _("call to the shop")
        FETCH = "fetch", _("fetched by the shop")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DONE = "done", _("handed over")
        FAILED = "failed", _("refused by the shop")
        UNKNOWN = "unknown", _("unknown")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="parcels")
    number = models.PositiveIntegerField(help_text="of the batch, from 1")
    way = models.CharField(max_length=5, choices=Way.choices)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    grants = models.IntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was handed over")
    answer = models.CharField(max_length=300, blank=True, help_text="what the shop said")
    tries = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    sending_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "coupons"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="parcel_once")]
        indexes = [models.Index(fields=["state", "id"], name="parcel_state")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"
