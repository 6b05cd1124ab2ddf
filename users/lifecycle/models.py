from django.db import models


class SnapshotDay(models.Model):
    """An as-of date that has been computed, and by which rules. Mondays are kept for ever."""

    as_of = models.DateField(primary_key=True)
    policy_version = models.BigIntegerField()
    data_to = models.DateField(null=True, help_text="last business day with an order before as_of")
    last_import_id = models.BigIntegerField(null=True)
    last_change_id = models.BigIntegerField(default=0, help_text="newest change of customer-days it saw; −1: partial")
    customers = models.IntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return str(self.as_of)


class LifecycleSnapshot(models.Model):
    """One customer's class as of a date, with the facts that explain it. Everyone known by then has exactly one."""

    pk = models.CompositePrimaryKey("as_of", "customer_id")
    as_of = models.DateField()
    customer_id = models.BigIntegerField()
    community_id = models.IntegerField(help_text="0: unassigned")
    lifecycle = models.CharField(max_length=10)
    before = models.CharField(
        max_length=10, blank=True, help_text="class in the Monday snapshot before; empty: newly known"
    )
    recalled = models.BooleanField(default=False, help_text="active, and silent in the weekly snapshot before")
    by_policy = models.BooleanField(default=False, help_text="moved by a changed setting, not by behaviour")
    first_purchase = models.DateField(null=True)
    last_order = models.DateField(null=True)
    purchases = models.IntegerField(default=0)
    net = models.BigIntegerField(default=0)

    class Meta:
        app_label = "users"
        indexes = [
            models.Index(fields=["as_of", "community_id", "lifecycle"], name="snapshot_class"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.lifecycle} as of {self.as_of}"


class LifecycleCount(models.Model):
    """How many of a community stood in a class as of a date: what boards and sparklines read."""

    pk = models.CompositePrimaryKey("as_of", "community_id", "lifecycle")
    as_of = models.DateField()
    community_id = models.IntegerField()
    lifecycle = models.CharField(max_length=10)
    customers = models.IntegerField()
    recalled = models.IntegerField(default=0)

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["as_of", "community_id"], name="counts_of_a_day", include=["customers"])]

    def __str__(self) -> str:
        return f"{self.as_of} {self.lifecycle}: {self.customers}"
