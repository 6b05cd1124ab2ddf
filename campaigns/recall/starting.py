"""A drive starts: its list is frozen, channels are chosen, tasks are made and shared out. All of it or nothing."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from campaigns.drives.models import Candidate, Drive, Offer
from campaigns.drives.rules import floor_of, walking_key
from campaigns.recall import people, planning, rules, starting_sql, turns
from campaigns.recall.drafting import NotThere, employed
from campaigns.recall.planning import Plan
from communities.models import StaffMember
from communities.policies import queries as policies
from coupons.batches import audience
from opsdesk.lib import sql
from users.contact import actions as contact
from users.outbox import actions as outbox

TEXT = "sms"


class Incomplete(Exception):
    """Something must be there before a drive can start: `what` is people, channels, words or days."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def start(drive: Drive, revision: int, by: StaffMember | None, at: datetime) -> Drive:
    """Freeze the list of a draft as it was seen and make its tasks. Raises Changed, Busy, Incomplete, NotThere (one
    of its workers has left a station since)."""
    with turns.in_turn():
        locked = turns.begin(drive, "draft", revision=revision)
        turns.no_other_starts()
        _check_workers(locked)
        plan = planning.plan(locked, at)
        _check(locked, plan, timezone.localtime(at).date())
        _freeze(locked, plan, at)
        _write(locked, plan, by)
        turns.log(
            "start", locked, by, candidates=locked.candidates, control=locked.control, tasks=locked.tasks_made,
            held_back=sum(locked.held_back.values()),
        )  # fmt: skip
    return locked


def _check_workers(drive: Drive) -> None:
    there = employed(drive.workers.values_list("station", flat=True))
    for worker in drive.workers.select_related("staff"):
        if (worker.staff_id, worker.station_id) not in there:
            raise NotThere(str(worker.staff))


def _check(drive: Drive, plan: Plan, today: date) -> None:
    lacking = {
        "people": not plan.people,
        "channels": not drive.channels,
        "words": not plan.offers,
        "days": drive.ends_on < today,
    }
    for what, lacks in lacking.items():
        if lacks:
            raise Incomplete(what)


def _freeze(drive: Drive, plan: Plan, at: datetime) -> None:
    """The drive's own row: what was found, under which rules, and that it runs."""
    fates = plan.fates.values()
    held = [fate.reason for fate in fates if fate.fate == Candidate.Fate.HELD_BACK]
    drive.candidates = len(fates)
    drive.held_back = {reason: held.count(reason) for reason in sorted(set(held))}
    drive.control = sum(fate.fate == Candidate.Fate.CONTROL for fate in fates)
    drive.tasks_made = sum(fate.fate == Candidate.Fate.TASK for fate in fates)
    drive.frozen_at = drive.started_at = at
    drive.as_of = audience.as_of()
    drive.policy_version = policies.current_version()
    drive.state = "running"
    drive.save()


def _write(drive: Drive, plan: Plan, by: StaffMember | None) -> None:
    sql.run(starting_sql.CANDIDATES, drive=drive.pk, **_columns(_candidates(drive, plan), starting_sql.CANDIDATE))
    sql.run(starting_sql.TASKS, drive=drive.pk, **_columns(_tasks(plan), starting_sql.TASK))
    sql.run(starting_sql.LOOK)
    said = {
        "drive": drive.pk, "at": drive.started_at, "as_of": drive.as_of, "policy_version": drive.policy_version,
        "operator": by.pk if by else None, "first": drive.channels[0],
    }  # fmt: skip
    contact.touch_all(starting_sql.UNTREATED, said)
    if TEXT in drive.channels:
        _send(drive, plan, said)


def _columns(rows: Iterable[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _candidates(drive: Drive, plan: Plan) -> Iterable[tuple[Any, ...]]:
    """Rows of starting_sql.CANDIDATE."""
    for customer, one in plan.people.items():
        fate = plan.fates[customer]
        yield (
            customer, one.community, one.station or None, one.lifecycle, one.rfm_class, fate.fate, fate.reason,
            fate.channel, plan.worth_of(customer), people.draw_of(drive, customer),
        )  # fmt: skip


def _tasks(plan: Plan) -> Iterable[tuple[Any, ...]]:
    """Rows of starting_sql.TASK, station by station in the order of the walk."""
    going = [one for customer, one in plan.people.items() if plan.fates[customer].fate == Candidate.Fate.TASK]
    going.sort(key=lambda one: (one.community, one.station, walking_key(one.door), one.customer))
    places: dict[tuple[int, int], int] = {}
    for one in going:
        fate, offer = plan.fates[one.customer], plan.offer_of(one.customer)
        where = one.community, one.station
        places[where] = places.get(where, 0) + 1
        yield (
            one.customer, one.community, one.station or None, *one.door, floor_of(one.door[2]), places[where],
            fate.channel, offer.pk if offer else None, fate.staff, plan.worth_of(one.customer), one.lifecycle,
            one.rfm_class,
        )  # fmt: skip


# -- Text messages -------------------------------------------------------------------------------------------------


def _send(drive: Drive, plan: Plan, said: dict[str, Any]) -> None:
    """Touches of those who get a text, and the texts, worth sending until the last day has ended."""
    at = drive.started_at or timezone.now()
    last = datetime.combine(drive.ends_on + timedelta(days=1), time(), timezone.get_current_timezone())
    told = said | {"channel": TEXT, "at": people.reached_at(drive, at), "not_after": last}
    told |= {
        "offers": [offer.pk for offer in plan.offers.values()],
        "texts": [_text(one) for one in plan.offers.values()],
    }
    contact.touch_all(starting_sql.TOUCHES, told)
    outbox.queue_all(starting_sql.TEXTS, told)


def _text(offer: Offer) -> str:
    """The words of an offer, all filled in but the name."""
    coupon = offer.batch.coupon.name if offer.batch else ""
    return rules.filled(
        offer.script, name="{name}", goods=offer.product, price=rules.price_text(offer.price), coupon=coupon
    )
