from django.db import models

from coupons.batches.models import Batch


class Outcome(models.Model):
    """What the people of a batch did in the days from its issue on, added up by arm, community and class.

    Sums with their squares: means, spreads and intervals follow from them, and rows add up to larger groups.
    Money in fen. `profit` of a customer: margin share x (net + discount) - discount, the messages not yet taken off.
    """

    class Arm(models.TextChoices):
        TREATED = "send"
        CONTROL = "control"

    pk = models.CompositePrimaryKey("batch_id", "days", "arm", "community_id", "lifecycle", "rfm_class")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="outcomes")
    days = models.PositiveSmallIntegerField(help_text="length of the window, the day of issue counted")
    arm = models.CharField(max_length=8, choices=Arm.choices)
    community_id = models.IntegerField(help_text="0: unassigned")
    lifecycle = models.CharField(max_length=10)
    rfm_class = models.CharField(max_length=10)
    people = models.IntegerField()
    buyers = models.IntegerField(help_text="with a purchase in the window")
    purchases = models.BigIntegerField()
    purchases_sq = models.BigIntegerField()
    orders = models.BigIntegerField()
    orders_sq = models.BigIntegerField()
    net = models.BigIntegerField()
    net_sq = models.DecimalField(max_digits=30, decimal_places=0)
    profit = models.BigIntegerField()
    profit_sq = models.DecimalField(max_digits=30, decimal_places=0)

    class Meta:
        app_label = "coupons"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.days} d {self.arm}"


class Measured(models.Model):
    """Up to when a batch has been measured, and the newest change of customer-days that was seen then."""

    batch = models.OneToOneField(Batch, primary_key=True, on_delete=models.CASCADE, related_name="measured")
    as_of = models.DateField()
    last_change_id = models.BigIntegerField()

    class Meta:
        app_label = "coupons"

    def __str__(self) -> str:
        return f"{self.batch_id} as of {self.as_of}"


class SubsidyWeek(models.Model):
    """A week's money of a community and class (the class on its Monday; empty: not known then): what was sold, what
    was taken off, and how much of that by coupons of batches. Money in fen."""

    pk = models.CompositePrimaryKey("week", "community_id", "lifecycle", "rfm_class")
    week = models.DateField(help_text="its Monday")
    community_id = models.IntegerField(help_text="0: unassigned")
    lifecycle = models.CharField(max_length=10)
    rfm_class = models.CharField(max_length=10)
    payers = models.IntegerField(help_text="customers with a counted order in the week")
    payer_days = models.IntegerField(help_text="their days with a counted order")
    gross = models.BigIntegerField()
    net = models.BigIntegerField()
    discount = models.BigIntegerField(help_text="all that was taken off, by whatever coupon")
    uses = models.IntegerField(help_text="coupons of batches used")
    cost = models.BigIntegerField(help_text="taken off by them")

    class Meta:
        app_label = "coupons"

    def __str__(self) -> str:
        return f"{self.week} {self.community_id} {self.lifecycle} {self.rfm_class}"


class SubsidyTotal(models.Model):
    """The same of all classes together, of which the dashboard asks for many weeks. Money in fen."""

    pk = models.CompositePrimaryKey("week", "community_id")
    week = models.DateField(help_text="its Monday")
    community_id = models.IntegerField(help_text="0: unassigned")
    gross = models.BigIntegerField()
    cost = models.BigIntegerField(help_text="taken off by coupons of batches")

    class Meta:
        app_label = "coupons"

    def __str__(self) -> str:
        return f"{self.week} {self.community_id}"
