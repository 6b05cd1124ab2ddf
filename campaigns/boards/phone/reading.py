"""What a phone shows beside the tasks of a walk, read for all of them at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from campaigns.boards.phone import grid as phone_grid
from campaigns.drives.models import Offer, Task
from campaigns.visits.models import Visit
from communities import rates
from communities.models import Building, StaffMember
from coupons.batches.models import Batch
from coupons.grants.models import Grant
from opsdesk.lib import limits
from users.customers.models import Standing, Tagging


@dataclass(frozen=True)
class Facts:
    """By customer: standing, tastes, open coupons (the soonest to end first). By task: its live events, newest first.
    By drive: what is said to those without an offer of their own. By batch: the coupon that may be given."""

    standings: dict[int, Standing] = field(default_factory=dict)
    tastes: dict[int, list[str]] = field(default_factory=dict)
    coupons: dict[int, list[Grant]] = field(default_factory=dict)
    events: dict[int, list[Visit]] = field(default_factory=dict)
    offers: dict[int, Offer] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)

    def offer_of(self, task: Task) -> Offer | None:
        return task.offer or self.offers.get(task.drive_id)


def facts(tasks: Sequence[Task], at: datetime) -> Facts:
    """Seven reads by keys, however many tasks. The customers are those of tasks in reach."""
    people = {task.customer_id for task in tasks}
    general = {offer.drive_id: offer for offer in _general_offers(tasks)}
    offers = [*general.values(), *(task.offer for task in tasks if task.offer)]
    return Facts(
        standings={row.customer_id: row for row in Standing.objects.filter(customer__in=people)},
        tastes=_tastes(people),
        coupons=_coupons(people, at),
        events=_events(tasks),
        offers=general,
        batches=_batches(offers),
    )


def _general_offers(tasks: Iterable[Task]) -> Iterable[Offer]:
    return Offer.objects.filter(drive__in={task.drive_id for task in tasks}, taste=None)


def _tastes(people: Iterable[int]) -> dict[int, list[str]]:
    in_force = Tagging.objects.filter(customer__in=people, tag__is_taste=True).exclude(hand=Tagging.Hand.REMOVED)
    found: dict[int, list[str]] = defaultdict(list)
    for customer_id, name in in_force.order_by("-share", "tag__name").values_list("customer_id", "tag__name"):
        found[customer_id].append(name)
    return found


def _coupons(people: Iterable[int], at: datetime) -> dict[int, list[Grant]]:
    """Index grant_nth_of_a_coupon."""
    usable = Grant.objects.filter(customer__in=people, state=Grant.State.OPEN, expires_at__gt=at)
    found: dict[int, list[Grant]] = defaultdict(list)
    goods = usable.select_related("coupon__product").prefetch_related("coupon__categories")
    for grant in goods.order_by("expires_at", "id"):
        found[grant.customer_id].append(grant)
    return found


def _events(tasks: Iterable[Task]) -> dict[int, list[Visit]]:
    """Index visit_of_a_task."""
    live = Visit.objects.filter(task__in=[task.pk for task in tasks], live=True).select_related("staff")
    found: dict[int, list[Visit]] = defaultdict(list)
    for event in live.order_by("-id"):
        found[event.task_id].append(event)
    return found


def _batches(offers: Iterable[Offer]) -> dict[int, Batch]:
    wanted = {offer.batch_id for offer in offers if offer.batch_id}
    found = Batch.objects.filter(pk__in=wanted).select_related("coupon__product")
    return {batch.pk: batch for batch in found.prefetch_related("coupon__categories")}


def blocks(places: Iterable[phone_grid.Place]) -> dict[tuple[int, str], phone_grid.Block]:
    """How the buildings of these places stand, where that is known (building_once_a_community)."""
    where = {(place.community_id, place.building) for place in places if place.building}
    known = Building.objects.filter(
        community__in={one for one, _number in where}, number__in={number for _one, number in where}
    )
    return {(row.community_id, row.number): phone_grid.Block(row.floors, row.doors) for row in known}


def reveals_left(staff: StaffMember) -> int:
    """How many numbers this person may still see within the hour (act_of_a_person)."""
    return max(limits.REVEALS.most - rates.lately(staff, "reveal", limits.REVEALS), 0)


def days_away(standing: Standing | None, today: date) -> int | None:
    return (today - standing.last_order).days if standing and standing.last_order else None
