"""What the pages of drives show, as values ready to be drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.boards.drives import queries as reads
from campaigns.boards.drives.plan import Post
from campaigns.drives.models import Candidate, Drive, Offer
from campaigns.drives.rules import DRIVE_CHANNELS, LEFT_OUT, channel_label
from campaigns.recall import rules as recall
from campaigns.recall.preview import Preview, StationPlan
from communities.access import Desk
from communities.models import ServiceStation, StaffAct
from communities.queries import acts_on, stations_in
from communities.scoping import Scope
from coupons.definitions import words as coupon_words
from opsdesk.lib import figures
from opsdesk.lib.words import N_
from users.directory import filters, listing, sentence
from users.directory.filters import Filters


@dataclass(frozen=True)
class Subtraction:
    """From candidates to tasks; the lines add up. `held`: (reason, its words, customers), the largest first."""

    held: list[tuple[str, str, int]]
    control: int
    tasks: int

    @property
    def candidates(self) -> int:
        return sum(n for _code, _label, n in self.held) + self.eligible

    @property
    def eligible(self) -> int:
        return self.control + self.tasks


def subtraction(held_back: Mapping[str, int], control: int, tasks: int) -> Subtraction:
    held = sorted(held_back.items(), key=lambda one: (-one[1], one[0]))
    return Subtraction([(code, _(LEFT_OUT[code]), n) for code, n in held if n], control, tasks)


def frozen(drive: Drive, scope: Scope) -> Subtraction:
    """Of a drive that was started, among the people in reach; one statement (candidate_fate)."""
    found = Candidate.objects.filter(scope.condition(), drive=drive).values_list("fate", "reason")
    sums = {(fate, reason): n for fate, reason, n in found.annotate(n=Count("customer_id")).order_by()}
    held = {reason: n for (fate, reason), n in sums.items() if fate == Candidate.Fate.HELD_BACK}
    return subtraction(held, sums.get((Candidate.Fate.CONTROL, ""), 0), sums.get((Candidate.Fate.TASK, ""), 0))


def pieces(wanted: Filters, desk: Desk) -> sentence.Pieces:
    """An audience as the sentence of the customer list."""
    return sentence.pieces(wanted, listing.names(wanted, desk))


def pieces_of(drive: Drive, desk: Desk) -> sentence.Pieces:
    return pieces(filters.from_text(drive.audience), desk)


def looked_at(desk: Desk) -> Scope:
    """What is in reach, in the community chosen for the page."""
    chosen = desk.community
    if chosen is None:
        return desk.scope
    if desk.scope.sees_community(chosen.pk):
        return Scope(communities=frozenset({chosen.pk}))
    there = stations_in(desk.scope).filter(community=chosen).values_list("id", flat=True)
    return Scope(stations=frozenset(there))


MEANT = {
    "done": N_(
        "Tasks that have ended: by their outcome, by an order of the customer, or by a wish not to be contacted."
    ),
    "visited": N_("Tasks whose last outcome says that somebody stood at the door, called or wrote. Each counts once."),
    "opened": N_("Tasks whose last outcome says that the customer answered, whatever they said."),
    "ordered": N_("Tasks whose last outcome is an order on the spot."),
}


WORTH = N_(
    "What one try is expected to bring: the chance of an order by this channel × what an order of this customer "
    "brings × margin, less the time of staff and the message. Below nothing, the try costs more than it is expected to "
    "bring."
)
SMALL = 1000  # fen: below ten yuan jiao are told


def worth_words(fen: int) -> str:
    """Whole yuan; jiao where it is small, so that ¥0.3 is not told as nothing."""
    return figures.yuan(fen, 1 if abs(fen) < SMALL else 0)


def tiles(drive: Drive, progress: reads.Progress) -> list[dict[str, Any]]:
    """Five figures of a drive that runs or has ended. Rates with their n."""
    share = figures.percent(figures.ratio(progress.done, progress.tasks), 0) if progress.tasks else figures.NOTHING
    tasks = reverse("drive-tasks", args=[drive.number])
    means = {name: {"what": _(text), "n": progress.tasks} for name, text in MEANT.items()}
    return [
        {"label": _("Tasks"), "number": figures.count(progress.tasks), "href": tasks,
         "base": _("%(n)s to do") % {"n": figures.count(progress.open)}},
        {"label": _("Done"), "definition": means["done"], "number": share,
         "base": f"{figures.count(progress.done)} / {figures.count(progress.tasks)}"},
        {"label": _("Visited"), "definition": means["visited"], "number": figures.count(progress.visited),
         "base": _("doors and calls")},
        {"label": _("Opened"), "definition": means["opened"], "number": figures.count(progress.opened),
         "base": _("%(rate)s of visited") % {"rate": figures.percent(progress.open_rate)}},
        {"label": _("Ordered"), "definition": means["ordered"], "number": figures.count(progress.ordered),
         "base": _("%(rate)s of opened, %(all)s of visited") % {
             "rate": figures.percent(progress.order_rate),
             "all": figures.percent(progress.ordered / progress.visited if progress.visited else None)}},
    ]  # fmt: skip


# -- A draft -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PostShown:
    """One station of a plan: customers of the audience, tasks of its staff against the minutes that they have."""

    station: ServiceStation
    customers: int
    tasks: int
    doors: int
    minutes: int
    capacity: int
    marginal: int
    works: bool

    @property
    def share(self) -> float:
        return figures.ratio(self.minutes, self.capacity)


def posts(known: Iterable[Post], preview: Preview) -> list[PostShown]:
    """Stations with customers of the audience or with staff at work, in the order of the plan."""
    planned = {one.station: one for one in preview.stations}
    wanted = [post for post in known if post.customers or post.station.pk in planned]
    return [_post(post.station, post.customers, planned.get(post.station.pk)) for post in wanted]


def _post(station: ServiceStation, customers: int, plan: StationPlan | None) -> PostShown:
    if plan is None:
        return PostShown(station, customers, 0, 0, 0, 0, 0, False)
    return PostShown(
        station, customers, plan.tasks, plan.doors, round(plan.minutes), plan.capacity, plan.marginal,
        bool(plan.capacity),
    )  # fmt: skip


def posts_of(drive: Drive, scope: Scope, preview: Preview) -> list[PostShown]:
    """The same of a draft that is kept."""
    counted = reads.by_station(scope, filters.from_text(drive.audience))
    planned = {one.station: one for one in preview.stations}
    stations = stations_in(scope).filter(pk__in=[pk for pk in {*counted, *planned} if pk])
    found = [_post(one, counted.get(one.pk, 0), planned.get(one.pk)) for one in stations if one.is_active]
    return sorted(found, key=lambda one: -one.customers)


def best(found: Iterable[PostShown]) -> PostShown | None:
    """Where one more hour would bring most; None where it would bring nothing anywhere."""
    worth = [one for one in found if one.works and one.marginal > 0]
    return max(worth, key=lambda one: one.marginal, default=None)


def channels(counted: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """(channel in words, tasks, share of all), in the order of the list of channels."""
    whole = sum(counted.values())
    known = [(code, counted.get(code, 0)) for code in DRIVE_CHANNELS if counted.get(code)]
    return [(_(channel_label(code)), n, figures.ratio(n, whole)) for code, n in known]


def offers(drive: Drive, name: str = "") -> list[tuple[Offer, str]]:
    """Each with its words filled in (`spoken`); those of a taste first, everybody else last."""
    found = drive.offers.select_related("taste", "batch__coupon__product").prefetch_related("batch__coupon__categories")
    return [(offer, spoken(offer, name)) for offer in found.order_by(F("taste__name").asc(nulls_last=True))]


def spoken(offer: Offer, name: str = "") -> str:
    """The words of an offer as one hears them who has that name (none: Mr Wang), in the company's language."""
    coupon = coupon_words.terms(offer.batch.coupon) if offer.batch else ""
    with translation.override(settings.LANGUAGE_CODE):
        name = name or _("Mr Wang")
    price = recall.price_text(offer.price)
    return recall.filled(offer.script, name=name, goods=offer.product, price=price, coupon=coupon)


# -- History -------------------------------------------------------------------------------------------------------

DONE = {
    "draft": N_("planned it"),
    "edit": N_("changed it"),
    "start": N_("started it"),
    "end": N_("ended it"),
    "call_off": N_("called it off"),
    "reassign": N_("gave tasks to somebody else"),
    "split": N_("shared a station out anew"),
    "leave_out": N_("left a customer out"),
    "export": N_("exported its tasks"),
    "print": N_("printed a walk list"),
}
ONE_SITTING = timedelta(minutes=2)


def history(drive: Drive, most: int = 12) -> list[StaffAct]:
    """The newest lines of its log; what one person did in one go is one line (act_of_a_thing)."""
    found: list[StaffAct] = []
    for act in acts_on("drive", drive.pk)[: most * 8]:
        last = found[-1] if found else None
        same = last is not None and (last.staff_id, last.verb) == (act.staff_id, act.verb)
        if last is None or not same or last.at - act.at > ONE_SITTING:
            found.append(act)
    return found[:most]
