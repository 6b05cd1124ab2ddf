from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext_lazy as _

from users.customers.models import Customer, Tag


class Source(models.Model):
    """Where exports come from. Order numbers are unique within one, and its column mapping is remembered."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A kind of goods. `is_service` categories (housekeeping ...) are cleaned out of RFM."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    is_service = models.BooleanField(_("service"), default=False)
    taste = models.ForeignKey(Tag, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    first_import_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        app_label = "users"
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    name = models.CharField(_("name"), max_length=500, unique=True)
    category = models.ForeignKey(Category, null=True, on_delete=models.SET_NULL, related_name="products")
    first_import_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        app_label = "users"
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """One order as the shop's latest export tells it. A fact: written by imports, read by nothing but roll-ups and
    the customer's page. Money in fen; `net` = paid − refunds, 0 when the order does not count.

    A refund that came before its order waits here as an order with refund lines only: state `waiting`, never counted.
    Sale rows and refund rows of an export replace one another apart, so each part has a fingerprint of its own.
    Hot table: no foreign-key triggers; imports prove integrity set-based, the trust panel proves it again.
    """

    class State(models.TextChoices):
        PAID = "paid", _("paid")
        UNPAID = "unpaid", _("not paid")
        CANCELLED = "cancelled", _("cancelled")
        REFUNDED = "refunded", _("refunded in full")
        WAITING = "waiting", _("refund without its order")

    source = models.ForeignKey(
        Source, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    number = models.CharField(max_length=100, help_text="as exported; @day or @timestamp where there is none")
    customer = models.ForeignKey(
        Customer, db_constraint=False, on_delete=models.DO_NOTHING, related_name="orders", db_index=False
    )
    community_id = models.IntegerField(null=True, help_text="as this order names it")
    station_id = models.IntegerField(null=True, help_text="as this order names it")
    placed_at = models.DateTimeField()
    day = models.DateField(help_text="business day, Asia/Shanghai, decided once, here")
    delivery_day = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    counted = models.BooleanField(help_text="paid, neither cancelled nor fully refunded")
    gross = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0, help_text="never more than paid; of a waiting refund, its amount")
    refund_told = models.BigIntegerField(default=0, help_text="the part of it that the sale rows tell")
    net = models.BigIntegerField(default=0)
    service_amount = models.BigIntegerField(default=0, help_text="lines in service categories")
    amount_known = models.BooleanField(default=True)
    channel = models.CharField(max_length=200, blank=True)
    coupon_code = models.CharField(max_length=100, blank=True)
    name = models.TextField(blank=True, help_text="who receives it")
    address = models.TextField(blank=True, help_text="where to, as written")
    address_key = models.CharField(max_length=120, blank=True, help_text="normalised: two spellings, one door")
    fingerprint = models.BigIntegerField(null=True, help_text="of its sale rows; equal means nothing to rewrite")
    refund_fingerprint = models.BigIntegerField(null=True, help_text="of its refund rows")
    first_import_id = models.BigIntegerField()
    import_id = models.BigIntegerField(help_text="that wrote it last")

    class Meta:
        app_label = "users"
        constraints = [
            models.UniqueConstraint(fields=["source", "number", "customer"], name="order_once"),
            models.CheckConstraint(
                condition=models.Q(net__gte=0) & models.Q(refunded__gte=0), name="order_money_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(counted=True) | models.Q(net=0), name="order_net_if_counted"),
        ]
        indexes = [
            models.Index(fields=["customer", "day"], name="order_of_a_customer"),
            models.Index(fields=["import_id"], name="order_of_an_import"),
            models.Index(fields=["delivery_day", "community_id"], name="order_delivery"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One line of an order, exactly as exported (a refund line has a negative amount). Quantity in thousandths.

    Lines are found by their order and by nothing else, so the key begins with it and is the table's only index
    (line_of_an_order); `id` keeps them in the order of the file.
    """

    pk = models.CompositePrimaryKey("order", "id")
    id = models.BigIntegerField(db_default=Func(Value("users_orderline_id_seq"), function="nextval"))
    order = models.ForeignKey(
        Order, db_constraint=False, on_delete=models.DO_NOTHING, related_name="lines", db_index=False
    )
    product = models.ForeignKey(
        Product, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    category = models.ForeignKey(
        Category,
        null=True,
        db_constraint=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
    )
    quantity = models.BigIntegerField(default=1000)
    amount = models.BigIntegerField(default=0)
    is_refund = models.BooleanField(default=False)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.order_id}/{self.id}"
