from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.strategies.rules import RHYTHMS
from users.outbox.models import Message


class Strategy(models.Model):
    """One row of the matrix: a kind of customer and what is done for them. What it says stands in its versions."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    running_since = models.DateTimeField(null=True, help_text="its schedule drafts batches; null: only by hand")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "coupons"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class StrategyVersion(models.Model):
    """What a strategy said from some moment on. Never changed: editing makes the next one; treatments name theirs."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    audience = models.CharField(max_length=500, help_text="words of the customer list's address (users.directory)")
    goal = models.CharField(_("goal"), max_length=120)
    online_action = models.CharField(_("online action"), max_length=200, blank=True)
    offline_action = models.CharField(_("offline action"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=8, default="coupon", help_text="a key of contact CHANNELS")
    coupon = models.ForeignKey(
        Coupon, verbose_name=_("coupon"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    budget = models.ForeignKey(
        Budget, verbose_name=_("budget"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    message_channel = models.CharField(
        _("message"), max_length=4, blank=True, choices=Message.Channel.choices, help_text="sent with the coupon"
    )
    message = models.CharField(_("text"), max_length=500, blank=True)
    script = models.TextField(_("script"), blank=True, max_length=1000, help_text="what staff say")
    rhythm = models.CharField(
        max_length=8, default="hand", choices=[(code, _(label)) for code, label in RHYTHMS.items()]
    )
    weekday = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0 Monday; of a weekly rhythm")
    send_time = models.TimeField(_("send time"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(_("at most once in"), default=14, help_text="days, a customer")
    note = models.CharField(_("why this change"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coupons"
        ordering = ["strategy", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="strategy_version_once",
                violation_error_message=_("Somebody else has just saved this strategy."),
            ),
            models.CheckConstraint(
                condition=Q(rhythm="weekly", weekday__range=(0, 6)) | (~Q(rhythm="weekly") & Q(weekday=None)),
                name="strategy_weekday",
                violation_error_message=_("A weekly strategy names its weekday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy_id} v{self.number}"
