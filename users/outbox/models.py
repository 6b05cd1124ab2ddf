from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from users.contact.models import Touch
from users.customers.models import Customer


class Message(models.Model):
    """One text to one customer. Handed to a provider at most once: what is `unknown` is never sent again by itself.

    `key` is the business key: the same reminder of the same coupon is one message however often it is asked for.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("handed over")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")
        CANCELLED = "cancelled", _("cancelled")

    class Channel(models.TextChoices):
        SMS = "sms", _("text message")
        PUSH = "push", _("push message")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="messages")
    touch = models.ForeignKey(Touch, null=True, on_delete=models.SET_NULL, related_name="messages")
    channel = models.CharField(max_length=4, choices=Channel.choices)
    key = models.CharField(max_length=80, unique=True)
    thing = models.CharField(max_length=16, help_text="what asked for it: batch, reminder ...")
    thing_id = models.BigIntegerField()
    text = models.CharField(max_length=500)
    not_before = models.DateTimeField(db_default=Now())
    not_after = models.DateTimeField(null=True, help_text="worth nothing later: cancelled then")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    provider = models.CharField(max_length=16, blank=True)
    provider_id = models.CharField(max_length=80, blank=True, help_text="the provider's number for it")
    error = models.CharField(max_length=200, blank=True)
    cost = models.BigIntegerField(default=0, help_text="fen")
    created_at = models.DateTimeField(db_default=Now())
    sending_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "users"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["channel", "not_before"], name="message_due", condition=models.Q(state="waiting")),
            models.Index(fields=["state", "id"], name="message_state"),
            models.Index(fields=["thing", "thing_id"], name="message_of_a_thing"),
            models.Index(fields=["provider", "provider_id"], name="message_of_a_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class HandOff(models.Model):
    """A file of messages for somebody to send by other means: the way out when no provider is set up."""

    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=4, choices=Message.Channel.choices)
    messages = models.ManyToManyField(Message, related_name="hand_offs")
    reason = models.CharField(max_length=200, blank=True)
    downloads = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "users"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"hand-off {self.pk}"
