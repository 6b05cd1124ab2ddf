from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.grants.models import Grant
from users.contact.rules import REASONS
from users.outbox.models import Message


class Reminder(models.Model):
    """A customer is reminded on a day of the coupon that ends first: by a message, by the station's staff, or (held
    out, held back) not at all. One a customer and day; one a coupon and number of days before its end."""

    class Fate(models.TextChoices):
        SEND = "send", _("reminded")
        CONTROL = "control", _("held out")
        HELD_BACK = "held", _("held back")

    grant = models.ForeignKey(Grant, db_constraint=False, on_delete=models.DO_NOTHING, related_name="reminders")
    customer_id = models.BigIntegerField()
    community_id = models.IntegerField(default=0)
    station_id = models.IntegerField(null=True)
    day = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    fate = models.CharField(max_length=8, choices=Fate.choices)
    reason = models.CharField(max_length=16, blank=True, choices=[(code, _(label)) for code, label in REASONS.items()])
    done_at = models.DateTimeField(null=True, help_text="staff have said it")
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    said = models.CharField(max_length=16, blank=True, help_text="how it went, in a word")

    class Meta:
        app_label = "coupons"
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "day"], name="reminder_once_a_day"),
            models.UniqueConstraint(fields=["grant", "days_before"], name="reminder_once_a_coupon"),
            models.CheckConstraint(condition=Q(fate="held") ^ Q(reason=""), name="reminder_reason"),
        ]
        indexes = [models.Index(fields=["day", "station_id"], name="reminder_of_a_station")]

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.day}"


class ReminderScript(models.Model):
    """The words of every reminder, for messages and staff alike. The newest is in force; none: rules.SCRIPT. Never
    changed: editing makes the next one."""

    class Way(models.TextChoices):
        """A message and the station's staff, or the staff alone, at the door."""

        SMS = Message.Channel.SMS.value, Message.Channel.SMS.label
        PUSH = Message.Channel.PUSH.value, Message.Channel.PUSH.label
        STAFF = "door", _("staff only, no message")

    channel = models.CharField(_("channel"), max_length=4, choices=Way.choices, default=Way.SMS)
    text = models.CharField(_("text"), max_length=300)
    note = models.CharField(_("why this change"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coupons"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"script v{self.pk}"
