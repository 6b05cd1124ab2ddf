from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from users.customers.models import Customer


class SignupImport(models.Model):
    """One file (or one call over the API) of registrations or referrals: rows = created + updated + unchanged +
    refused, always. Taken back whole while nothing leans on it."""

    class Kind(models.TextChoices):
        REGISTRATIONS = "registrations", _("registrations")
        REFERRALS = "referrals", _("referrals")

    class State(models.TextChoices):
        READY = "ready", _("to be written")
        DONE = "done", _("written")
        UNDONE = "undone", _("taken back")
        LET_GO = "let_go", _("let go")

    kind = models.CharField(max_length=14, choices=Kind.choices)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    content = models.BinaryField(
        null=True, help_text="the file until it is written; then what undoing it needs, packed, until it is taken back"
    )
    mapping = models.JSONField(default=dict, help_text="field: its column in the file")
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    rows = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "users"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done")
                | models.Q(
                    rows=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("refused")
                ),
                name="signup_rows_add_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} {self.name}"


class SignupProblem(models.Model):
    """A row that was not taken: where, what stood there, why."""

    file = models.ForeignKey(SignupImport, on_delete=models.CASCADE, related_name="problems")
    line = models.IntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True, help_text="phones masked")
    reason = models.CharField(max_length=300, help_text="English msgid")
    params = models.JSONField(default=dict)
    cells = models.JSONField(default=list, help_text="the row as it stood, for the download")

    class Meta:
        app_label = "users"
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.file_id}: line {self.line}"


class Registration(models.Model):
    """When and how a customer registered, as the shop's app tells it. The earliest told holds."""

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="registration")
    at = models.DateTimeField()
    channel = models.CharField(max_length=40, blank=True)
    file = models.ForeignKey(SignupImport, on_delete=models.PROTECT, related_name="registrations")
    made_customer = models.BooleanField(default=False, help_text="nobody knew them before this file")

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["at"], name="registration_at")]

    def __str__(self) -> str:
        return f"{self.customer_id} at {self.at}"


class Referral(models.Model):
    """Who brought whom. A customer is brought once, by somebody else."""

    referred = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="brought_by")
    referrer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="brought")
    at = models.DateTimeField(null=True)
    file = models.ForeignKey(SignupImport, on_delete=models.PROTECT, related_name="referrals")

    class Meta:
        app_label = "users"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(referred=models.F("referrer")),
                name="referral_of_another",
                violation_error_message=_("Nobody brings themselves."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id} brought {self.referred_id}"


class Spend(models.Model):
    """One statement of what acquiring customers cost: a channel, a community (null: the whole company), a week. The
    newest of the three holds; none is ever changed or deleted."""

    class Way(models.TextChoices):
        TYPED = "typed", _("typed")
        PASTED = "pasted", _("pasted")
        IMPORTED = "imported", _("imported")

    channel = models.CharField(_("channel"), max_length=40)
    community = models.ForeignKey(
        Community, verbose_name=_("community"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    week = models.DateField(_("week"), help_text="its Monday")
    fen = models.BigIntegerField(_("spend"), null=True, help_text="null: nothing is known again")
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.TYPED)
    sheet = models.UUIDField(null=True, help_text="statements made in one go, taken back in one go")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["week", "community", "channel", "-id"], name="spend_in_force")]
        constraints = [models.CheckConstraint(condition=models.Q(fen__gte=0), name="spend_not_negative")]

    def __str__(self) -> str:
        return f"{self.channel} {self.week}: {self.fen}"
