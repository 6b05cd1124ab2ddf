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
    """A community's cohort (Monday of the first purchase's ISO week) in one week: who bought, how often, how much.
    The last four columns are those of retention's Cell."""

    pk = models.CompositePrimaryKey("community_id", "cohort", "week")
    community_id = models.IntegerField()
    cohort = models.DateField()
    week = models.DateField()
    customers = models.IntegerField()
    purchases = models.IntegerField()
    net = models.BigIntegerField()
    gross = models.BigIntegerField(default=0)
    every = models.IntegerField(default=0, help_text="bought in each week up to this one")
    recalled = models.IntegerField(default=0, help_text="bought in it and not in the week before")
    last = models.IntegerField(default=0, help_text="whose newest purchase is in it")

    class Meta:
        app_label = "users"
        indexes = [
            models.Index(
                fields=["cohort", "week"], name="cohort_cells",
                include=["community_id", "customers", "purchases", "net", "gross", "every", "recalled", "last"],
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.cohort} in {self.week}"


class PlaceDay(models.Model):
    """A place's day: counted orders, money (fen), payers, first-time payers. `week_payers` and `month_payers` are the
    distinct payers from the Monday, from the first of the month, to this day: people cannot be added up over days.
    `fresh_back`: buyers of the day whose first purchase lies in the seven days before. No orders, no row."""

    day = models.DateField()
    orders = models.IntegerField()
    purchases = models.IntegerField()
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    net = models.BigIntegerField()
    payers = models.IntegerField()
    new_payers = models.IntegerField()
    week_payers = models.IntegerField(default=0)
    month_payers = models.IntegerField(default=0)
    fresh_back = models.IntegerField(default=0)

    class Meta:
        abstract = True


class CommunityDay(PlaceDay):
    """Customers belong to one community each, so the company's day is the sum of these."""

    pk = models.CompositePrimaryKey("community_id", "day")
    community_id = models.IntegerField()

    class Meta:
        app_label = "users"
        indexes = [
            models.Index(
                fields=["day"], name="days_of_everybody", include=["community_id", "gross", "discount", "new_payers"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.community_id} on {self.day}"


class CommunityPeriod(models.Model):
    """A community's week or month: its days added up, so that boards of many periods need not read days. Money in fen.
    `payers`: distinct in the period; `payer_days`: summed over its days; `fresh`: summed over its days, customers whose
    first purchase lies in the seven days before. Where anybody bought or is fresh, the period after the last too."""

    pk = models.CompositePrimaryKey("grain", "start", "community_id")
    grain = models.CharField(max_length=5, help_text="week or month")
    start = models.DateField(help_text="its Monday or first day")
    community_id = models.IntegerField()
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    net = models.BigIntegerField()
    orders = models.IntegerField()
    purchases = models.IntegerField()
    payers = models.IntegerField()
    payer_days = models.IntegerField()
    new_payers = models.IntegerField()
    fresh = models.IntegerField()
    fresh_back = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.community_id} in the {self.grain} from {self.start}"


class StationDay(PlaceDay):
    """The same of a station's customers, as they are shared out today; those of no station are in none."""

    pk = models.CompositePrimaryKey("station_id", "day")
    station_id = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"station {self.station_id} on {self.day}"


class FlowWeek(models.Model):
    """A community's week of growth accounting (domain.md, Growth): who bought (`active` = fresh + retained + recalled)
    and who did not buy again (`lost`: bought the week before). active(t) = active(t-1) + fresh + recalled - lost."""

    pk = models.CompositePrimaryKey("community_id", "week")
    community_id = models.IntegerField()
    week = models.DateField(help_text="its Monday; where anybody bought or was lost, one week past the last order too")
    active = models.IntegerField()
    fresh = models.IntegerField(help_text="first purchase in it")
    retained = models.IntegerField(help_text="bought in the week before as well")
    recalled = models.IntegerField(help_text="bought before, not in the week before")
    lost = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.community_id} in {self.week}"


class Origin(models.Model):
    """How a customer began: the day of the first purchase, what it was mostly of, how they came, who serves them.
    Written by the night, for breakdowns."""

    customer_id = models.BigIntegerField(primary_key=True)
    community_id = models.IntegerField(default=UNASSIGNED)
    first_day = models.DateField()
    category_id = models.BigIntegerField(null=True, help_text="with the largest amount on the first day")
    channel = models.CharField(max_length=40, blank=True)
    station_id = models.IntegerField(null=True)
    staff_id = models.BigIntegerField(null=True, help_text="the station's customer-service person")

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["community_id", "first_day"], name="origin_of_a_community")]

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.first_day}"


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
