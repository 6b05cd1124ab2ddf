from django.contrib.postgres.fields import ArrayField
from django.db import models


class RfmDay(models.Model):
    """An as-of date whose scores have been computed, and by which rules. Mondays are kept for ever."""

    as_of = models.DateField(primary_key=True)
    policy_version = models.BigIntegerField()
    last_change_id = models.BigIntegerField(default=0, help_text="newest change of customer-days it saw; −1: partial")
    customers = models.IntegerField(default=0, help_text="with a score")
    computed_at = models.DateTimeField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return str(self.as_of)


class RfmScore(models.Model):
    """One customer's scores and class as of a date. Recency is never stored: it is as_of − last_day."""

    pk = models.CompositePrimaryKey("as_of", "customer_id")
    as_of = models.DateField()
    customer_id = models.BigIntegerField()
    community_id = models.IntegerField()
    last_day = models.DateField()
    frequency = models.IntegerField()
    monetary = models.BigIntegerField()
    r_score = models.SmallIntegerField()
    f_score = models.SmallIntegerField()
    m_score = models.SmallIntegerField()
    rfm_class = models.CharField(max_length=10)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.rfm_class}"


class RfmCut(models.Model):
    """The cut points and score means a community was scored by as of a date, and where they came from.

    `r` is in days (recency), `f` in purchases, `m` in fen; the mean of a dimension is its sum / `mean_of`.
    """

    class Origin(models.TextChoices):
        OWN = "own"
        BORROWED = "borrowed"
        FIXED = "fixed"
        FROZEN = "frozen"
        COMPANY = "company"

    pk = models.CompositePrimaryKey("as_of", "community_id")
    as_of = models.DateField()
    community_id = models.IntegerField(help_text="0: unassigned; −1: the company")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    r = ArrayField(models.BigIntegerField(), size=4)
    f = ArrayField(models.BigIntegerField(), size=4)
    m = ArrayField(models.BigIntegerField(), size=4)
    r_sum = models.BigIntegerField(help_text="of the R scores that the mean is taken from; kept as a sum to stay exact")
    f_sum = models.BigIntegerField()
    m_sum = models.BigIntegerField()
    mean_of = models.IntegerField(help_text="how many customers' scores are in the sums: the company's where borrowed")
    customers = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.community_id} as of {self.as_of}"


class RfmCount(models.Model):
    """Customers and net (fen) of a class in a community as of a date."""

    pk = models.CompositePrimaryKey("as_of", "community_id", "rfm_class")
    as_of = models.DateField()
    community_id = models.IntegerField()
    rfm_class = models.CharField(max_length=10)
    customers = models.IntegerField()
    monetary = models.BigIntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.as_of} {self.rfm_class}: {self.customers}"


class CleaningCount(models.Model):
    """What each cleaning step took out of a community's window: the numbers beside the board."""

    pk = models.CompositePrimaryKey("as_of", "community_id")
    as_of = models.DateField()
    community_id = models.IntegerField()
    orders = models.IntegerField(help_text="counted orders in the window")
    service_orders = models.IntegerField()
    service_customers = models.IntegerField()
    proxy_orders = models.IntegerField()
    proxy_customers = models.IntegerField()
    merged_orders = models.IntegerField(help_text="orders left that did not start a purchase")
    purchases = models.IntegerField()
    outside_window = models.IntegerField(help_text="customers without a purchase in the window")

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.community_id} as of {self.as_of}"
