from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.definitions.rules import KINDS
from users.orders.models import Category, Product


class Coupon(models.Model):
    """A coupon template. Money in fen. Frozen by its first batch: what was promised is not changed, only retired.

    threshold: amount_off from an order of `threshold` on; amount: amount_off from any sum;
    percent: `percent_off` of the order, at most `cap`; new_price: `product` for `price` on a first purchase.
    """

    code = models.SlugField(_("code"), max_length=24, unique=True, help_text=_("Short, as the shop knows it: P-07."))
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=[(code, _(label)) for code, label in KINDS.items()])
    threshold = models.BigIntegerField(_("from an order of"), default=0)
    amount_off = models.BigIntegerField(_("off"), null=True, blank=True)
    percent_off = models.PositiveSmallIntegerField(_("percent off"), null=True, blank=True)
    cap = models.BigIntegerField(_("at most"), null=True, blank=True)
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    price = models.BigIntegerField(_("new-customer price"), null=True, blank=True)
    regular_price = models.BigIntegerField(_("regular price"), null=True, blank=True)
    categories = models.ManyToManyField(
        Category, verbose_name=_("categories"), blank=True, related_name="+", help_text=_("None: all goods.")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("To the end of that day."))
    valid_days = models.PositiveSmallIntegerField(
        _("days after issue"), null=True, blank=True, help_text=_("The day of issue is not counted.")
    )
    per_customer = models.PositiveSmallIntegerField(_("per customer at most"), default=1)
    is_public = models.BooleanField(_("anybody can have it"), default=False)
    combines_with = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, help_text="codes; none: alone"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "coupons"
        ordering = ["code"]
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="threshold", threshold__gt=0, amount_off__gt=0, amount_off__lt=models.F("threshold"))
                    | Q(kind="amount", amount_off__gt=0, threshold=0)
                    | Q(kind="percent", percent_off__range=(1, 99), cap__gt=0)
                    | Q(kind="new_price", price__gte=0, regular_price__gt=models.F("price"), product__isnull=False)
                ),
                name="coupon_makes_sense",
                violation_error_message=_("These values do not make a coupon of this kind."),
            ),
            models.CheckConstraint(
                condition=Q(valid_days__isnull=True, valid_to__isnull=False) | Q(valid_days__gt=0, valid_to=None),
                name="coupon_ends",
                violation_error_message=_("A coupon ends on a day, or some days after its issue: give one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=models.F("valid_to")),
                name="coupon_ends_after_it_begins",
                violation_error_message=_("A coupon cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(per_customer__range=(1, 99)),
                name="coupon_per_customer",
                violation_error_message=_("Each customer may have 1 to 99."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def most_off(self) -> int:
        """Fen: the most that one use can cost. What a budget reserves for each."""
        if self.kind == "percent":
            return self.cap or 0
        if self.kind == "new_price":
            return (self.regular_price or 0) - (self.price or 0)
        return self.amount_off or 0
