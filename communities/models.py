from datetime import time

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.notices.models import Notice
from communities.policies.models import PolicyChange
from communities.rules import ROLES, SCOPES

__all__ = [
    "ApiToken",
    "Assignment",
    "Building",
    "Community",
    "Notice",
    "PolicyChange",
    "ServiceStation",
    "StaffAct",
    "StaffMember",
]


PINYIN = "pinyin"  # how names are ordered (migration 0013)


class Community(models.Model):
    """A residential community we sell in. Orders placed before its cut-off are delivered the next day (T+1)."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True, db_collation=PINYIN)
    aliases = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("other names"),
        default=list,
        blank=True,
        help_text=_("Names that exports use for this community, separated by commas."),
    )
    households = models.PositiveIntegerField(_("households"), default=0)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    order_cutoff = models.TimeField(_("order cut-off"), default=time(23, 0))
    address_templates = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("ways of writing an address"),
        default=list,
        blank=True,
    )
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("community")
        verbose_name_plural = _("communities")

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """One building of a community as it stands: units, floors, doors on a floor."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="buildings")
    number = models.CharField(_("building"), max_length=16)
    units = models.PositiveSmallIntegerField(_("units"), default=1)
    floors = models.PositiveSmallIntegerField(_("floors"), default=1)
    doors = models.PositiveSmallIntegerField(_("doors on a floor"), default=2)

    class Meta:
        ordering = ["community", "id"]
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"],
                name="building_once_a_community",
                violation_error_message=_("This community already has a building with this number."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ServiceStation(models.Model):
    """A small station inside a community: sorting and a store room, no display, no counter."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="stations")
    name = models.CharField(_("name"), max_length=80, unique=True, db_collation=PINYIN)
    buildings = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("buildings served"),
        default=list,
        blank=True,
        help_text=_("Leave empty to serve every building that no other station of the community serves."),
    )
    sorts_goods = models.BooleanField(_("sorts deliveries"), default=True)
    has_store_room = models.BooleanField(_("has a store room"), default=True)
    sells_on_site = models.BooleanField(_("sells on site"), default=False)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        ordering = ["community", "name"]
        verbose_name = _("service station")
        verbose_name_plural = _("service stations")

    def __str__(self) -> str:
        return self.name


class StaffMember(AbstractUser):
    """Whoever signs in. Buyers are `users.Customer`."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=80, db_collation=PINYIN)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    password_is_temporary = models.BooleanField(default=False, help_text="given by a colleague: to be changed first")
    page_settings = models.JSONField(default=dict, blank=True, help_text="columns and sizes chosen, by page")

    class Meta:
        ordering = ["name"]
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Assignment(models.Model):
    """Who works where, as what. No community and no station means everywhere."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(_("role"), max_length=24, choices=[(key, _(role.label)) for key, role in ROLES.items()])
    community = models.ForeignKey(Community, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    station = models.ForeignKey(ServiceStation, null=True, blank=True, on_delete=models.CASCADE, related_name="team")

    class Meta:
        ordering = ["staff", "role", "id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role", "community", "station"],
                nulls_distinct=False,
                name="assignment_once",
                violation_error_message=_("This person already holds this role there."),
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=("station_lead", "station_staff")) | models.Q(station__isnull=False),
                name="assignment_station_role_names_station",
                violation_error_message=_("A station role needs a station."),
            ),
            models.CheckConstraint(
                condition=models.Q(community__isnull=True) | models.Q(station__isnull=True),
                name="assignment_community_or_station",
                violation_error_message=_("Name a community or a station, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.role}"


class StaffAct(models.Model):
    """The log: what staff did, to what, why. Phones never appear in it unmasked."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    staff = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="acts")
    verb = models.CharField(max_length=40)
    thing = models.CharField(max_length=40, help_text="the kind of thing: customer, policy, import ...")
    thing_id = models.CharField(max_length=40, blank=True)
    community = models.ForeignKey(Community, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["thing", "thing_id", "-id"], name="act_of_a_thing"),
            models.Index(fields=["staff", "verb", "-at"], name="act_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.thing} {self.thing_id}"


class ApiToken(models.Model):
    """A key to the API. Only its hash is kept; it opens what its owner may open, and no scope beyond its own."""

    owner = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=24, choices=[(s, s) for s in SCOPES]), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
