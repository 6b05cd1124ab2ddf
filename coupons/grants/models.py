from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.batches.models import Batch
from coupons.definitions.models import Coupon
from coupons.grants.rules import REFUSALS
from users.customers.models import Customer


class Grant(models.Model):
    """One coupon in one customer's hand. Money in fen. Exactly once a batch and customer; `nth` of that coupon.

    Hot table: no foreign-key triggers to customers, no index that issuing could do without; everything it needs to
    expire and to give budget back is on it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        USED = "used", _("used")
        EXPIRED = "expired", _("expired")
        VOID = "void", _("void")

    batch = models.ForeignKey(
        Batch, db_constraint=False, on_delete=models.DO_NOTHING, related_name="grants", db_index=False
    )
    coupon = models.ForeignKey(
        Coupon, db_constraint=False, on_delete=models.DO_NOTHING, related_name="grants", db_index=False
    )
    customer = models.ForeignKey(
        Customer, db_constraint=False, on_delete=models.DO_NOTHING, related_name="grants", db_index=False
    )
    nth = models.PositiveSmallIntegerField(default=1, help_text="the customer's how-manieth of this coupon that counts")
    code = models.CharField(max_length=16, help_text="what the shop and the customer write")
    community_id = models.IntegerField(default=0, help_text="the customer's at issue: whose budget it counts against")
    station_id = models.IntegerField(null=True)
    reserved = models.BigIntegerField(help_text="the most it can cost; held in the budgets while open")
    issued_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="first moment at which it is worth nothing")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    used_at = models.DateTimeField(null=True)
    order_id = models.BigIntegerField(null=True, help_text="of users.Order, where the use is known from an import")
    order_number = models.CharField(max_length=100, blank=True)
    discount = models.BigIntegerField(default=0, help_text="what the use took off")
    ended_at = models.DateTimeField(null=True, help_text="used, expired or voided then")
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "coupons"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="grant_code_once"),  # without the second index for LIKE
            models.UniqueConstraint(fields=["batch", "customer"], name="grant_once_a_batch_and_customer"),
            models.UniqueConstraint(
                fields=["customer", "coupon", "nth"], condition=~Q(state="void"), name="grant_nth_of_a_coupon"
            ),
            models.UniqueConstraint(
                fields=["order_id", "coupon"], condition=Q(order_id__isnull=False), name="grant_one_use_an_order"
            ),
            models.CheckConstraint(
                condition=Q(state="used", used_at__isnull=False) | (~Q(state="used") & Q(discount=0)),
                name="grant_used_or_costs_nothing",
            ),
            models.CheckConstraint(condition=Q(discount__gte=0, reserved__gte=0), name="grant_money_not_negative"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="grant_to_expire", condition=Q(state="open")),
            models.Index(fields=["batch", "state"], name="grant_batch_state"),
        ]

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """One attempt to use a coupon, as an import or the API told it: taken, or refused with the reason. Kept for ever:
    disputes at the door are settled by it."""

    grant = models.ForeignKey(Grant, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="uses")
    code = models.CharField(max_length=100, help_text="as written")
    customer_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    order_number = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(help_text="of the order")
    discount = models.BigIntegerField(default=0, help_text="fen, as told")
    taken = models.BooleanField()
    reason = models.CharField(max_length=16, blank=True, choices=[(code, _(label)) for code, label in REFUSALS.items()])
    told_by = models.CharField(max_length=8, help_text="import or api")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=120, unique=True, help_text="of the import's order, or the caller's own")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what the caller sent")
    told_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, help_text="its order was cancelled or refunded: the coupon is void")

    class Meta:
        app_label = "coupons"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken=True, reason="", grant__isnull=False) | (Q(taken=False) & ~Q(reason="")),
                name="redemption_taken_or_reason",
            )
        ]
        indexes = [
            models.Index(fields=["order_id"], name="redemption_of_an_order"),
            models.Index(fields=["taken", "-id"], name="redemption_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.order_number}"
