from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.drives.outcomes import OUTCOMES
from campaigns.drives.rules import CLOSED_BY, DRIVE_CHANNELS, LEFT_OUT, STATES, TASK_STATES
from communities.models import ServiceStation
from coupons.batches.models import Batch
from users.contact.models import CHANNEL_CHOICES
from users.customers.models import Customer, Tag

CHANNELS = [(code, label) for code, label in CHANNEL_CHOICES if code in DRIVE_CHANNELS]


class Drive(models.Model):
    """One round of bringing silent customers back. Its list is frozen when it starts, with the words it was found by:
    candidates = held back + control + tasks, always; the people stand in Candidate."""

    number = models.CharField(max_length=16, unique=True, help_text="as people call it: R-0091")
    name = models.CharField(_("name of the drive"), max_length=80)
    audience = models.CharField(max_length=4000, help_text="words of the customer list's address")
    scope = models.JSONField(default=dict, help_text="whose customers its maker reached, as a batch keeps it")
    channels = ArrayField(models.CharField(max_length=8, choices=CHANNELS), verbose_name=_("channels"), default=list)
    best_channel = models.BooleanField(
        _("choose each customer's channel by expected margin"), default=True, help_text="else the first that is open"
    )
    value_first = models.BooleanField(_("most valuable first"), default=False, help_text="else the shortest walk")
    begins_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    holdout_share = models.FloatField(_("held out"), default=0.10)
    no_holdout_reason = models.CharField(_("why nobody is held out"), max_length=200, blank=True)

    state = models.CharField(
        max_length=8, default="draft", choices=[(code, _(label)) for code, label in STATES.items()]
    )
    revision = models.PositiveIntegerField(default=1, help_text="one higher with every edit: what was seen is started")
    frozen_at = models.DateTimeField(null=True)
    as_of = models.DateField(null=True, help_text="of the classes the audience was read by")
    policy_version = models.BigIntegerField(default=0)
    candidates = models.IntegerField(default=0)
    held_back = models.JSONField(default=dict, help_text="reason: customers")
    control = models.IntegerField(default=0)
    tasks_made = models.IntegerField(default=0)

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "campaigns"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="drive_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")),
                name="drive_ends_after_it_begins",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(holdout_share__gt=0, holdout_share__lte=0.5)
                | (Q(holdout_share=0) & ~Q(no_holdout_reason="")),
                name="drive_holdout_or_reason",
                violation_error_message=_("Hold out up to half, or say why nobody is held out."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Offer(models.Model):
    """What is said to customers of a taste, with which goods, price (fen) and coupon; without a taste: to all others.
    The batch is an open one: staff hand its coupons out one by one."""

    drive = models.ForeignKey(Drive, on_delete=models.CASCADE, related_name="offers")
    taste = models.ForeignKey(Tag, verbose_name=_("taste"), null=True, blank=True, on_delete=models.PROTECT)
    script = models.CharField(_("what to say"), max_length=500)
    product = models.CharField(_("goods"), max_length=120, blank=True)
    price = models.BigIntegerField(_("price"), null=True, blank=True)
    batch = models.ForeignKey(Batch, verbose_name=_("coupon"), null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        app_label = "campaigns"
        ordering = ["drive", "taste", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["drive", "taste"],
                nulls_distinct=False,
                name="offer_once_a_taste",
                violation_error_message=_("This drive has an offer for this taste already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.drive_id}: {self.taste_id}"


class Worker(models.Model):
    """Who works for a drive at a station and how much: doors = shifts x minutes x doors an hour / 60."""

    drive = models.ForeignKey(Drive, on_delete=models.CASCADE, related_name="workers")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(ServiceStation, on_delete=models.PROTECT, related_name="+")
    shifts = models.PositiveSmallIntegerField(_("shifts"), default=5)
    shift_minutes = models.PositiveSmallIntegerField(_("minutes a shift"), default=120)
    doors_an_hour = models.PositiveSmallIntegerField(_("doors an hour"), default=12)

    class Meta:
        app_label = "campaigns"
        ordering = ["drive", "station", "id"]
        constraints = [models.UniqueConstraint(fields=["drive", "staff", "station"], name="worker_once_a_station")]

    def __str__(self) -> str:
        return f"{self.staff_id} in {self.drive_id}"

    @property
    def doors(self) -> int:
        return self.shifts * self.shift_minutes * self.doors_an_hour // 60


class Candidate(models.Model):
    """One customer of a frozen list and what becomes of them. Hot table: no foreign-key triggers."""

    class Fate(models.TextChoices):
        TASK = "task", _("gets a task")
        CONTROL = "control", _("held out")
        HELD_BACK = "held", _("held back")

    pk = models.CompositePrimaryKey("drive_id", "customer_id")
    drive = models.ForeignKey(Drive, db_constraint=False, on_delete=models.DO_NOTHING, related_name="people")
    customer_id = models.BigIntegerField()
    community_id = models.IntegerField(default=0, help_text="0: unassigned")
    station_id = models.IntegerField(null=True)
    lifecycle = models.CharField(max_length=10, blank=True)
    rfm_class = models.CharField(max_length=10, blank=True)
    fate = models.CharField(max_length=8, choices=Fate.choices)
    reason = models.CharField(max_length=16, blank=True, choices=[(code, _(text)) for code, text in LEFT_OUT.items()])
    channel = models.CharField(max_length=8, blank=True, choices=CHANNELS, help_text="chosen; of a control, would be")
    worth = models.BigIntegerField(default=0, help_text="fen: expected margin less cost by that channel")
    draw = models.IntegerField(help_text="stable random number of this customer in this drive")

    class Meta:
        app_label = "campaigns"
        indexes = [
            models.Index(fields=["drive", "fate", "draw", "customer_id"], name="candidate_fate"),
            models.Index(fields=["customer_id"], name="candidate_customer"),
        ]
        constraints = [models.CheckConstraint(condition=Q(fate="held") ^ Q(reason=""), name="candidate_reason")]

    def __str__(self) -> str:
        return f"{self.drive_id}/{self.customer_id} {self.fate}"


class Task(models.Model):
    """One customer to reach in a drive, at a door or by another channel. The door is frozen with the list. `outcome`,
    `visits` and `last_at` repeat the live events of campaigns.visits; they are written with them, never alone."""

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="tasks")
    customer = models.ForeignKey(Customer, db_constraint=False, on_delete=models.DO_NOTHING, related_name="tasks")
    community_id = models.IntegerField(default=0)
    station_id = models.IntegerField(null=True)
    building = models.CharField(max_length=16, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    room = models.CharField(max_length=16, blank=True)
    floor = models.SmallIntegerField(null=True)
    place = models.IntegerField(default=0, help_text="its turn in the walk of its station and drive, from 1")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    offer = models.ForeignKey(Offer, null=True, on_delete=models.SET_NULL, related_name="+")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="tasks")
    worth = models.BigIntegerField(default=0, help_text="fen: expected margin less cost")
    lifecycle = models.CharField(max_length=10, blank=True)
    rfm_class = models.CharField(max_length=10, blank=True)

    state = models.CharField(
        max_length=8, default="open", choices=[(code, _(label)) for code, label in TASK_STATES.items()]
    )
    closed_by = models.CharField(
        max_length=8, blank=True, choices=[(code, _(label)) for code, label in CLOSED_BY.items()]
    )
    outcome = models.CharField(
        max_length=12, blank=True, choices=[(code, _(one.label)) for code, one in OUTCOMES.items()]
    )
    visits = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    later_at = models.DateTimeField(null=True, help_text="asked to come again then")
    conflict = models.BooleanField(default=False, help_text="two people were here on one day")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "campaigns"
        constraints = [
            models.UniqueConstraint(fields=["drive", "customer"], name="task_once_a_drive"),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state="open"),
                name="task_one_open_a_customer",
                violation_error_message=_("This customer is on somebody's list already."),
            ),
            models.CheckConstraint(condition=Q(state="closed") ^ Q(closed_by=""), name="task_closed_by"),
        ]
        indexes = [
            models.Index(fields=["station_id", "state", "place"], name="task_of_a_station"),
            models.Index(fields=["assignee", "state", "place"], name="task_of_a_person"),
            models.Index(fields=["station_id", "building", "unit", "room"], name="task_at_a_door"),
        ]

    def __str__(self) -> str:
        return f"{self.drive_id}: {self.building}-{self.unit}-{self.room}"
