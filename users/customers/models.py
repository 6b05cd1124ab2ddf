from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community, ServiceStation
from communities.scoping import ScopedManager


class Customer(models.Model):
    """One person we sell to: one normalised phone number. Read through `objects.visible_to(scope)`."""

    phone = models.CharField(max_length=11)
    phone_grams = ArrayField(models.IntegerField(), default=list, help_text="its runs of four digits, for search")
    name = models.CharField(max_length=80, blank=True)
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(ServiceStation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    address = models.CharField(max_length=200, blank=True)
    building = models.CharField(max_length=16, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    room = models.CharField(max_length=16, blank=True)
    channel = models.CharField(max_length=40, blank=True, help_text="how they came: the first order's channel")
    registered_at = models.DateTimeField(null=True)
    left_censored = models.BooleanField(default=False, help_text="first seen so early that they may be older")
    first_import_id = models.BigIntegerField(null=True)

    objects = ScopedManager()

    class Meta:
        app_label = "users"
        # As a constraint: a unique field would bring a second index, for what phones begin with, which nobody asks.
        constraints = [models.UniqueConstraint(fields=["phone"], name="customer_phone")]
        indexes = [
            GinIndex(fields=["phone_grams"], name="customer_phone_grams"),
            models.Index(fields=["community", "building", "unit", "room"], name="customer_door"),
            models.Index(fields=["station"], name="customer_station"),
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"


class Standing(models.Model):
    """Where a customer stands as of the last run: the row that lists read. Written by the night, never by hand."""

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="standing")
    community_id = models.IntegerField(null=True)
    as_of = models.DateField(help_text="the run that last changed this row; what has not changed is not rewritten")
    lifecycle = models.CharField(max_length=10)
    recalled = models.BooleanField(default=False)
    first_purchase = models.DateField(null=True)
    last_order = models.DateField(null=True)
    purchases = models.IntegerField(default=0)
    net = models.BigIntegerField(default=0, help_text="fen, all time")
    frequency = models.IntegerField(null=True, help_text="purchases in the RFM window; null: no score")
    monetary = models.BigIntegerField(null=True, help_text="fen in the RFM window")
    rfm_last_day = models.DateField(null=True)
    r_score = models.SmallIntegerField(null=True)
    f_score = models.SmallIntegerField(null=True)
    m_score = models.SmallIntegerField(null=True)
    rfm_class = models.CharField(max_length=10, blank=True)
    is_service = models.BooleanField(default=False, help_text="has service orders left out of RFM")
    is_proxy = models.BooleanField(default=False, help_text="buys for others: too many addresses")

    class Meta:
        app_label = "users"
        indexes = [
            models.Index(fields=["community_id", "lifecycle", "customer"], name="standing_lifecycle"),
            models.Index(fields=["community_id", "rfm_class", "customer"], name="standing_rfm"),
            models.Index(fields=["last_order", "customer"], name="standing_last_order"),
            models.Index(fields=["monetary", "customer"], name="standing_monetary"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.lifecycle}"


class Tag(models.Model):
    """A word for customers: a taste read from baskets, or anything staff find worth marking."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    is_taste = models.BooleanField(default=False, help_text="set by the night from what was bought")

    class Meta:
        app_label = "users"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """One tag on one customer. What a person set or removed by hand the night leaves alone."""

    class Hand(models.TextChoices):
        AUTO = "auto", _("by the night")
        SET = "set", _("set by hand")
        REMOVED = "removed", _("removed by hand")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    hand = models.CharField(max_length=8, choices=Hand.choices, default=Hand.AUTO)
    share = models.FloatField(null=True, help_text="share of the customer's spending in the window")
    last_day = models.DateField(null=True, help_text="last day it was bought")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "users"
        constraints = [models.UniqueConstraint(fields=["customer", "tag"], name="tagging_once")]
        indexes = [models.Index(fields=["tag", "customer"], name="tagging_of_a_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.customer_id}"
