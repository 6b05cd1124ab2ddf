"""A drive as it stands on the planning page: its form, what is said to each taste, and who works where."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.boards.drives import forms
from campaigns.boards.drives import queries as reads
from campaigns.boards.drives.forms import DriveForm, OfferForm, WorkerForm
from campaigns.drives.models import Drive, Offer, Worker
from communities.access import Desk
from communities.models import Assignment, ServiceStation, StaffMember
from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.batches import audience as audiences
from coupons.batches.models import Batch
from coupons.definitions import words as coupon_words
from opsdesk.lib import days, figures, money
from users.customers.models import Tag
from users.directory import queries as directory
from users.directory.filters import Filters

SHIFTS, SHIFT_MINUTES = 5, 120
DAYS = 14  # how long a new drive runs


@dataclass(frozen=True)
class Said:
    """What is said to one taste (None: to everybody else)."""

    taste: Tag | None
    form: OfferForm
    batch: Batch | None

    @property
    def is_said(self) -> bool:
        return bool(self.form.script_now)

    @property
    def offer(self) -> Offer:
        """As it would be kept."""
        return Offer(
            taste=self.taste, script=self.form.script_now, product=str(self.form["product"].value() or "").strip(),
            price=self.form.price_now, batch=self.batch,
        )  # fmt: skip

    @property
    def opens(self) -> bool:
        return self.taste is None or self.is_said or bool(self.form.errors)


@dataclass(frozen=True)
class Hand:
    """One person who could work at a station."""

    staff: StaffMember
    form: WorkerForm
    is_lead: bool


@dataclass(frozen=True)
class Post:
    """A station with who could work there, and how many customers of the audience it has."""

    station: ServiceStation
    hands: list[Hand]
    customers: int

    @property
    def works(self) -> list[Hand]:
        return [hand for hand in self.hands if hand.form.is_on and hand.form.doors]


@dataclass(frozen=True)
class Plan:
    form: DriveForm
    said: list[Said]
    posts: list[Post]
    wanted: Filters
    by_station: dict[int | None, int]

    @property
    def customers(self) -> int:
        return sum(self.by_station.values())

    @property
    def here(self) -> list[Post]:
        """Stations with customers of the audience; then those without, where somebody is ticked all the same."""
        return [post for post in self.posts if post.customers]

    @property
    def elsewhere(self) -> list[Post]:
        return [post for post in self.posts if not post.customers]

    @property
    def holdout(self) -> float:
        """As it stands in its field; the company's usual share when that is no number."""
        text = str(self.form.said("holdout") if self.form.said("holdout") is not None else "")
        known = text.isascii() and text.isdigit() and int(text[:4]) <= 50
        return int(text) / 100 if known else policies.for_company().holdout_share

    def day_of(self, name: str) -> date | None:
        try:
            day: date | None = self.form.fields[name].clean(self.form.said(name))
        except ValidationError:
            return None
        return day

    def is_valid(self) -> bool:
        """All forms are looked at, so that every mistake is told at once."""
        parts = [one.form for one in self.said] + [hand.form for post in self.posts for hand in post.hands]
        return all([self.form.is_valid(), *(part.is_valid() for part in parts)])

    def workers(self) -> list[Worker]:
        """Whoever is ticked, as they would be kept."""
        return [
            Worker(staff=hand.staff, station=post.station, **{name: hand.form.said(name) for name in _PACE})
            for post in self.posts
            for hand in post.works
        ]

    def offers(self) -> list[Offer]:
        return [one.offer for one in self.said if one.is_said]


_PACE = ("shifts", "shift_minutes", "doors_an_hour")


def scope_of(desk: Desk, drive: Drive | None) -> Scope:
    """Whose customers a plan reads: those its maker reached, whoever changes it."""
    return desk.scope if drive is None else audiences.scope_of(drive.scope)


def of(desk: Desk, data: Any, drive: Drive | None, audience: str, day: date) -> Plan:
    """`data`: what was posted, None at first; `drive`: the one that is changed; `audience`: that of a new one."""
    form = _form(desk, data, drive, audience, day)
    wanted = form.wanted()
    scope = scope_of(desk, drive)
    counted = reads.by_station(scope, wanted)
    return Plan(form, _said(desk, data, drive), _posts(scope, data, drive, counted), wanted, counted)


def _form(desk: Desk, data: Any, drive: Drive | None, audience: str, day: date) -> DriveForm:
    if drive is not None:
        initial = forms.initial_of(drive)
    else:
        share = policies.for_company().holdout_share
        initial = forms.first_of(audience, share, day, day + timedelta(days=DAYS - 1))
        initial["name"] = _("Recall from %(day)s") % {"day": days.day(day)}
    tags = [(str(tag.pk), tag.name) for tag in directory.tags()]
    places = [(place.code, place.name) for place in desk.communities]
    return DriveForm(data, tags=tags, places=places, initial=initial)


# -- What is said --------------------------------------------------------------------------------------------------


def _said(desk: Desk, data: Any, drive: Drive | None) -> list[Said]:
    had = {offer.taste_id: offer for offer in drive.offers.all()} if drive else {}
    named = [offer.batch_id for offer in had.values() if offer.batch_id]
    batches = {str(one.pk): one for one in reads.handed_out(desk.scope, named)}
    choices = [(key, label_of(batch)) for key, batch in batches.items()]
    return [_one_said(taste, data, had, choices, batches, drive is None) for taste in [None, *reads.tastes()]]


def _one_said(
    taste: Tag | None, data: Any, had: dict[int | None, Offer], choices: list[tuple[str, str]],
    batches: dict[str, Batch], is_new: bool,
) -> Said:  # fmt: skip
    offer = had.get(taste.pk if taste else None)
    first = _first_words() if taste is None and is_new else {}
    form = OfferForm(
        data, batches=choices, needed=taste is None, prefix=f"offer-{taste.pk if taste else 0}",
        initial=_as_typed(offer) if offer else first, use_required_attribute=False,
    )  # fmt: skip
    return Said(taste, form, batches.get(str(form["batch"].value() or "")))


def _first_words() -> dict[str, Any]:
    """In the company's language: customers hear them, whatever the planner reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return {"script": _("Good day, {name}! We have not seen you for a while. May I show you what is fresh today?")}


def _as_typed(offer: Offer) -> dict[str, Any]:
    price = money.yuan(offer.price) if offer.price is not None else None
    return {"script": offer.script, "product": offer.product, "price": price, "batch": offer.batch_id}


def label_of(batch: Batch) -> str:
    left = batch.recipients - batch.issued
    return f"{batch.number} {coupon_words.terms(batch.coupon)} · {_('%(n)s left') % {'n': figures.count(left)}}"


# -- Who works -----------------------------------------------------------------------------------------------------


def _posts(scope: Scope, data: Any, drive: Drive | None, counted: dict[int | None, int]) -> list[Post]:
    values = policies.for_every_community()
    had = {(one.station_id, one.staff_id): one for one in drive.workers.all()} if drive else {}
    found: dict[int, Post] = {}
    for held in reads.crew(scope):
        station: ServiceStation = held.station  # type: ignore[assignment]
        pace = values.get(station.community_id, values[None]).doors_an_hour
        customers = counted.get(station.pk, 0)
        post = found.setdefault(station.pk, Post(station, [], customers))
        worker = had.get((station.pk, held.staff_id))
        usual = drive is None and bool(customers)
        post.hands.append(_hand(held, data, _initial(held, worker, usual, pace)))
    return sorted(found.values(), key=lambda post: -post.customers)


def _hand(held: Assignment, data: Any, initial: dict[str, Any]) -> Hand:
    prefix = f"worker-{held.station_id}-{held.staff_id}"
    form = WorkerForm(data, prefix=prefix, initial=initial, use_required_attribute=False)
    return Hand(held.staff, form, held.role != "station_staff")


def _initial(held: Assignment, worker: Worker | None, usual: bool, pace: int) -> dict[str, Any]:
    """As the drive has it; in a new one station staff work five evenings, leads do not."""
    if worker is not None:
        return {"works": True} | {name: getattr(worker, name) for name in _PACE}
    works = usual and held.role == "station_staff"
    return {"works": works, "shifts": SHIFTS, "shift_minutes": SHIFT_MINUTES, "doors_an_hour": pace}
