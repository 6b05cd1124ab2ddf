"""Drives and tasks in reach: what somebody may see of them, and what one person has to do now."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.drives.models import Candidate, Drive, Offer, Task
from campaigns.drives.rules import walking_key
from communities.models import StaffMember
from communities.scoping import Scope
from users.contact.models import ContactPause, ContactWish

SHOWN_DONE = timedelta(hours=12)  # how long what was done stays in the grid of whoever walks
BY_THEMSELVES = "sms"  # a channel whose tasks nobody walks: the message goes out by itself


def drives(scope: Scope) -> QuerySet[Drive]:
    """Drives with people in reach, and those whose maker reached no further than this; newest first
    (candidate_fate)."""
    found = Drive.objects.select_related("made_by").order_by("-id")
    if scope.everywhere:
        return found
    people = Candidate.objects.filter(scope.condition(), drive_id=OuterRef("pk"))
    return found.filter(Exists(people) | _made_within(scope))


def _made_within(scope: Scope) -> Q:
    within = Q(scope__everywhere=False, scope__communities__contained_by=sorted(scope.communities))
    return within & Q(scope__stations__contained_by=sorted(scope.stations))


def drive(scope: Scope, key: str) -> Drive | None:
    """By its number, or by the id that the log names it by."""
    named = Q(number=key) | Q(pk=int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else Q(number=key)
    return drives(scope).filter(named).first()


def tasks(scope: Scope) -> QuerySet[Task]:
    """Tasks in reach with their customer, offer and drive, in no order. The customers of tasks are read through this
    alone."""
    return Task.objects.filter(scope.condition()).select_related("customer", "offer", "drive")


def open_tasks(scope: Scope, at: datetime) -> QuerySet[Task]:
    """What is to do at this moment, in the order of the walk (task_of_a_station): of drives that run and have begun,
    but nothing of customers who wish otherwise and of communities where contact is paused: both hold at once."""
    return tasks(scope).filter(under_way(at), wanted(at), state="open").order_by("place", "id")


def wanted(at: datetime) -> Q:
    """Tasks of customers who may be contacted so: both hold at once, also where a task is still open."""
    return ~Q(_unwanted()) & ~Q(_paused(at))


def under_way(at: datetime) -> Q:
    """Tasks of drives that run, on a day from their first to their last."""
    day = timezone.localtime(at).date()
    return Q(drive__state="running", drive__begins_on__lte=day, drive__ends_on__gte=day)


def _unwanted() -> Exists:
    """The customer is not to be contacted, or not by the task's channel (users_contactwish_pkey)."""
    wish = ContactWish.objects.filter(customer_id=OuterRef("customer_id"))
    return Exists(wish.filter(Q(do_not_contact=True) | Q(refused__contains=[OuterRef("channel")])))


def _paused(at: datetime) -> Exists:
    pause = ContactPause.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), begins_at__lte=at)
    return Exists(pause.filter(community_id=OuterRef("customer__community_id")))


def walk(scope: Scope, staff: StaffMember, at: datetime) -> list[Task]:
    """What one person has to do now, in order: their own tasks and those that nobody has at their stations; with what
    they did in the last twelve hours, for the states of the grid. Drives of the most valuable first come first."""
    return _walked(scope, Q(assignee=staff) | Q(assignee=None, station_id__in=scope.stations), at)


def carried(scope: Scope, number: str, station_id: int, person_id: int | None, at: datetime) -> list[Task]:
    """Of such a walk what one person (None: nobody yet) has of one drive at one station, as a sheet of paper has it."""
    return _walked(scope, Q(drive__number=number, station_id=station_id, assignee=person_id), at)


def _walked(scope: Scope, mine: Q, at: datetime) -> list[Task]:
    to_do = open_tasks(scope, at).filter(mine).exclude(channel=BY_THEMSELVES)
    done = tasks(scope).filter(mine, drive__state="running", last_at__gt=at - SHOWN_DONE).exclude(state="open")
    return sorted([*to_do, *done], key=_turn)


def _turn(task: Task) -> tuple[Any, ...]:
    by_worth = task.drive.value_first
    return not by_worth, -task.worth if by_worth else 0, walking_key(door_of(task)), task.pk


def door_of(task: Task) -> tuple[str, str, str]:
    return task.building, task.unit, task.room


def household(task: Task) -> QuerySet[Task]:
    """Other tasks at the same door in drives that run, so that several phones of one home are met at once; none where
    the door is not known (task_at_a_door). Whoever reaches the task reaches them: the station is the same."""
    if not task.room:
        return Task.objects.none()
    same = {name: getattr(task, name) for name in ("station_id", "community_id", "building", "unit", "room")}
    there = Task.objects.filter(**same, drive__state="running").exclude(pk=task.pk)
    wanted = there.filter(~Q(state="open") | ~_unwanted()).exclude(channel=BY_THEMSELVES)
    return wanted.select_related("customer", "offer", "drive").order_by("id")


def offer_of(task: Task) -> Offer | None:
    """What to say: the offer of the customer's taste, else the drive's for all others, else nothing."""
    return task.offer or Offer.objects.filter(drive=task.drive_id, taste=None).first()
