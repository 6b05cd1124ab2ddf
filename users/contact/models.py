from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from users.contact.rules import CHANNELS, PASSED_OVER, REASONS, UNSENT
from users.customers.models import Customer

CHANNEL_CHOICES = [(code, _(label)) for code, label in CHANNELS.items()]
WHY_NOT_CHOICES = [(code, _(label)) for code, label in {**REASONS, **PASSED_OVER, **UNSENT}.items()]


class ContactWish(models.Model):
    """What a customer wishes, as it stands now: the row the gate reads. No row: nothing was ever said."""

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="wish")
    do_not_contact = models.BooleanField(default=False, help_text="by no channel, ever")
    no_profiling = models.BooleanField(default=False, help_text="in no class-based batch and in no model")
    refused = ArrayField(models.CharField(max_length=8), default=list, help_text="channels refused")
    agreed = ArrayField(models.CharField(max_length=8), default=list, help_text="channels agreed to")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"wish of {self.customer_id}"


class WishChange(models.Model):
    """The ledger of wishes: who said what, when, how it reached us. Never changed, never deleted."""

    class Subject(models.TextChoices):
        DO_NOT_CONTACT = "dnc", _("do not contact")
        PROFILING = "profiling", _("profiling")
        CHANNEL = "channel", _("a channel")

    class Way(models.TextChoices):
        STAFF = "staff", _("told to staff")
        DOOR = "door", _("at the door")
        REPLY = "reply", _("replied to a message")
        IMPORT = "import", _("imported")
        APP = "app", _("in the app")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="wish_changes")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    channel = models.CharField(max_length=8, blank=True, choices=CHANNEL_CHOICES)
    allowed = models.BooleanField(null=True, help_text="null: taken back to nothing said")
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.STAFF)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "users"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(subject="channel") ^ models.Q(channel=""), name="wish_channel_named"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.subject} {self.channel} {self.allowed}"


class ContactPause(models.Model):
    """A community where nobody is contacted for a while: an incident is open there."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="contact_pauses")
    begins_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    href = models.CharField(max_length=200, blank=True, help_text="the page that says why")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        app_label = "users"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community"],
                condition=models.Q(ended_at=None),
                name="contact_pause_one_open",
                violation_error_message=_("Contact with this community is paused already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.community_id} since {self.begins_at}"


class Touch(models.Model):
    """One treatment of one customer: what reached them (or will, or did not: held out, held back), why, on whose
    approval. A message waits until it is handed over; the caps count it from the moment it was planned.

    `thing` and `thing_id` name what did it: batch 12, reminder 7, drive 3. Cost in fen.
    Hot table: written by the hundred thousand, so it carries no foreign-key trigger to customers.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not handed over yet")
        DONE = "done", _("reached")
        CONTROL = "control", _("held out")
        BLOCKED = "blocked", _("held back")
        UNKNOWN = "unknown", _("unknown")

    customer = models.ForeignKey(
        Customer, db_constraint=False, on_delete=models.DO_NOTHING, related_name="touches", db_index=False
    )
    community_id = models.IntegerField(default=0, help_text="the customer's then; 0: unassigned")
    at = models.DateTimeField()
    channel = models.CharField(max_length=8, choices=CHANNEL_CHOICES)
    thing = models.CharField(max_length=16)
    thing_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DONE)
    blocked_by = models.CharField(max_length=16, blank=True, choices=WHY_NOT_CHOICES)
    lifecycle = models.CharField(max_length=10, blank=True)
    rfm_class = models.CharField(max_length=10, blank=True)
    as_of = models.DateField(null=True, help_text="of the classes above")
    policy_version = models.BigIntegerField(default=0)
    strategy_version_id = models.BigIntegerField(null=True)
    cost = models.BigIntegerField(default=0)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    approval_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "users"
        constraints = [
            models.UniqueConstraint(fields=["customer", "thing", "thing_id", "channel"], name="touch_once"),
            models.CheckConstraint(condition=models.Q(state="blocked") ^ models.Q(blocked_by=""), name="touch_blocked"),
        ]
        indexes = [
            models.Index(fields=["thing", "thing_id", "state"], name="touch_of_a_thing"),
            models.Index(
                fields=["customer", "at"],
                name="touch_counted",
                condition=models.Q(state__in=("waiting", "done", "unknown")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.channel} {self.thing} {self.thing_id}"
