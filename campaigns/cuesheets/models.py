from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from communities.models import Community, ServiceStation
from coupons.grants.models import Grant
from users.customers.models import Customer


class CueSheet(models.Model):
    """What a station delivers on a day and what is said with it. Drawn up each evening; drawn up again it takes in
    later orders and keeps every tick. Without a station: customers of the community whom no station serves."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(ServiceStation, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="of delivery")
    drawn_at = models.DateTimeField()
    as_of = models.DateField(null=True, help_text="of the classes shown")

    class Meta:
        app_label = "campaigns"
        ordering = ["-day", "community", "station"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "station", "day"], nulls_distinct=False, name="cue_sheet_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.station_id} on {self.day}"


class Cue(models.Model):
    """One door of a sheet: the deliveries of one customer, and what to say. Ticks are what the last event said."""

    sheet = models.ForeignKey(CueSheet, on_delete=models.CASCADE, related_name="cues")
    customer = models.ForeignKey(Customer, db_constraint=False, on_delete=models.DO_NOTHING, related_name="cues")
    community_id = models.IntegerField(default=0)
    station_id = models.IntegerField(null=True)
    building = models.CharField(max_length=16, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    room = models.CharField(max_length=16, blank=True)
    place = models.IntegerField(default=0, help_text="its turn in the walk, from 1")
    orders = models.PositiveSmallIntegerField(default=1)
    goods = models.JSONField(default=list, help_text="what is delivered: [name, quantity in thousandths]")
    is_new = models.BooleanField(default=False, help_text="a new payer")
    first_purchase = models.DateField(null=True)
    lifecycle = models.CharField(max_length=10, blank=True)
    rfm_class = models.CharField(max_length=10, blank=True)
    say = models.CharField(max_length=16, help_text="which words: a key of rules.SCRIPTS")
    recommends = models.JSONField(default=list, help_text="[product id, name, price in fen], best first")
    grant = models.ForeignKey(Grant, null=True, db_constraint=False, on_delete=models.SET_NULL, related_name="+")
    gone = models.BooleanField(default=False, help_text="cancelled after the sheet was drawn up")
    ticks = ArrayField(models.CharField(max_length=10), default=list, help_text="keys of rules.TICKS")

    class Meta:
        app_label = "campaigns"
        ordering = ["sheet", "place", "id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "customer"], name="cue_once_a_sheet")]
        indexes = [models.Index(fields=["customer"], name="cue_of_a_customer")]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.building}-{self.unit}-{self.room}"


class Tick(models.Model):
    """One tick of a cue, set or taken away, as a device told it; only ever added. See visits.models.Visit."""

    uuid = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    cue = models.ForeignKey(Cue, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=10)
    on = models.BooleanField()
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    device_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "campaigns"
        indexes = [models.Index(fields=["cue", "id"], name="tick_of_a_cue")]

    def __str__(self) -> str:
        return f"{self.cue_id} {self.what} {self.on}"


class CueScript(models.Model):
    """The words of one kind of cue for one community, or for all. The newest is in force; none: rules.SCRIPTS."""

    community = models.ForeignKey(Community, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    text = models.CharField(_("what to say"), max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "campaigns"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} v{self.pk}"
