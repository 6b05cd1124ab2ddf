from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.drives.models import CHANNELS, Task
from campaigns.drives.outcomes import OUTCOMES
from coupons.grants.models import Grant


class Visit(models.Model):
    """One outcome as a device told it. Only ever added: a correction is a new row that names the one it corrects, an
    undo a new row without an outcome; `live` says which count now. The id is the order in which we heard of them; `at`
    is when it took place by our clock, `device_at` what the phone's clock said. Money in fen."""

    class Via(models.TextChoices):
        PHONE = "phone", _("phone")
        FORM = "form", _("form")
        API = "api", _("API")
        PAPER = "paper", _("from paper")

    uuid = models.UUIDField(unique=True, help_text="made by the device: the same event is told any number of times")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was told; another under this uuid is refused")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="events")
    customer_id = models.BigIntegerField()
    drive_id = models.BigIntegerField()
    community_id = models.IntegerField(default=0)
    station_id = models.IntegerField(null=True)
    channel = models.CharField(max_length=8, choices=CHANNELS)
    building = models.CharField(max_length=16, blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=12, blank=True, choices=[(code, _(one.label)) for code, one in OUTCOMES.items()]
    )
    undoes = models.BooleanField(default=False, help_text="takes back the event it corrects")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    live = models.BooleanField(default=True, help_text="neither corrected nor undone, and not itself an undo")
    note = models.CharField(_("note"), max_length=300, blank=True)
    product = models.CharField(_("goods"), max_length=120, blank=True)
    amount = models.BigIntegerField(_("amount"), null=True)
    grant = models.ForeignKey(Grant, null=True, db_constraint=False, on_delete=models.SET_NULL, related_name="+")
    no_coupon = models.CharField(max_length=16, blank=True, help_text="why the one asked for was not given, a code")
    later_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    day = models.DateField(help_text="of `at`, Asia/Shanghai")
    device_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    skew_seconds = models.IntegerField(default=0, help_text="how far the phone's clock is behind ours")
    skewed = models.BooleanField(default=False)
    conflict = models.BooleanField(default=False, help_text="somebody else was at this door at about that time")
    many = models.BooleanField(default=False, help_text="told for many doors at once")
    via = models.CharField(max_length=5, choices=Via.choices, default=Via.PHONE)

    class Meta:
        app_label = "campaigns"
        constraints = [
            models.CheckConstraint(
                condition=(Q(undoes=True) & Q(outcome="") & Q(corrects__isnull=False) & Q(live=False))
                | (Q(undoes=False) & ~Q(outcome="")),
                name="visit_outcome_or_undo",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(outcome="ordered", amount__gte=0), name="visit_amount_of_an_order"
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="visit_corrected_once"
            ),
        ]
        indexes = [
            models.Index(fields=["task", "id"], name="visit_of_a_task"),
            models.Index(fields=["day", "community_id"], name="visit_of_a_day", condition=Q(live=True)),
            models.Index(fields=["staff", "at"], name="visit_of_a_person", condition=Q(live=True)),
            models.Index(fields=["customer_id", "day"], name="visit_of_a_customer", condition=Q(live=True)),
            models.Index(fields=["drive_id", "channel"], name="visit_of_a_drive", condition=Q(live=True)),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.outcome or 'undone'}"


class RefusedEvent(models.Model):
    """An event of a device that could not be taken as it was told: kept as it came, for a person to look at."""

    class Reason(models.TextChoices):
        CHANGED = "changed", _("told again with other words")
        UNKNOWN = "unknown", _("no such task in reach")
        UNREAD = "unread", _("could not be read")
        CORRECTED = "corrected", _("corrected by somebody else meanwhile")

    uuid = models.CharField(max_length=64, blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    station_id = models.IntegerField(null=True)
    community_id = models.IntegerField(default=0)
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    told = models.JSONField(default=dict, help_text="what came, without phones")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "campaigns"
        constraints = [models.UniqueConstraint(fields=["uuid", "digest", "staff"], name="refused_once")]
        indexes = [models.Index(fields=["-id"], name="refused_unseen", condition=Q(seen_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.uuid} {self.reason}"
