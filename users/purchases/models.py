from django.db import models

UNASSIGNED = 0  # the community of customers who have none: a group of their own in every roll-up


class CustomerDay(models.Model):
    """One customer and business day with a counted order. Every metric reads this; `starts_purchase` carries the
    merge rule. `clean_*` are the same without service orders (RFM). Money in fen."""

    pk = models.CompositePrimaryKey("community_id", "customer_id", "day")
    community_id = models.IntegerField(default=UNASSIGNED, help_text="the customer's, today")
    customer_id = models.BigIntegerField()
    day = models.DateField()
    orders = models.IntegerField()
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    net = models.BigIntegerField()
    starts_purchase = models.BooleanField()
    clean_orders = models.IntegerField()
    clean_net = models.BigIntegerField()
    starts_clean = models.BooleanField()
    door_low = models.BigIntegerField(null=True, help_text="smallest hash of the day's delivery addresses")
    door_high = models.BigIntegerField(null=True, help_text="largest one: where both are equal there is one door")

    class Meta:
        app_label = "users"
        indexes = [
            models.Index(fields=["customer_id", "day"], name="customer_day"),
            models.Index(fields=["community_id", "day"], name="community_customer_day"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.day}"


class CohortCell(models.Model):
    """A community's cohort (Monday of the first purchase's ISO week) in one week: who bought, how often, how much."""

    pk = models.CompositePrimaryKey("community_id", "cohort", "week")
    community_id = models.IntegerField()
    cohort = models.DateField()
    week = models.DateField()
    customers = models.IntegerField()
    purchases = models.IntegerField()
    net = models.BigIntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.cohort} in {self.week}"


class CommunityDay(models.Model):
    """A community's day: counted orders, money (fen), payers, first-time payers, and those who repurchase fast."""

    pk = models.CompositePrimaryKey("community_id", "day")
    community_id = models.IntegerField()
    day = models.DateField()
    orders = models.IntegerField()
    purchases = models.IntegerField()
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    net = models.BigIntegerField()
    payers = models.IntegerField()
    new_payers = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.community_id} on {self.day}"


class DaysChanged(models.Model):
    """Customer-days were written, and this was the earliest day among them: whatever was computed before that, for
    dates after the day, is stale. Written by roll-up changes only, so that an import that changes nothing is silent."""

    at = models.DateTimeField(auto_now_add=True)
    first_day = models.DateField()
    rows = models.BigIntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.rows} customer-days from {self.first_day} on"
