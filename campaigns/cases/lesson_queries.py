"""Lessons in reach, who has read them, and what lies in one person's hands."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from campaigns.cases.models import Lesson, Receipt
from communities.models import StaffMember
from communities.scoping import Scope

# Receipts that count: who left without having read it is asked for no more.
COUNTED = Q(read_at__isnull=False) | Q(staff__is_active=True)


@dataclass(frozen=True)
class Reading:
    """How many of those who were told at a station have read it. `overdue`: unread after its last day."""

    station_id: int | None
    station: str
    people: int
    read: int
    overdue: int

    @property
    def unread(self) -> int:
        return self.people - self.read


@dataclass(frozen=True)
class Late:
    """A lesson past its day: at how many stations how many people, who may still read it, have not."""

    lesson_id: int
    title: str
    due_on: date
    stations: int
    people: int


def lessons(scope: Scope) -> QuerySet[Lesson]:
    """Newest first: those of cases in reach, and those that somebody in reach was told. `people`, `readers`: of the
    receipts in reach (lesson_receipt_once)."""
    there = scope.condition("receipts__station__community_id", "receipts__station_id")
    there &= Q(receipts__read_at__isnull=False) | Q(receipts__staff__is_active=True)
    found = Lesson.objects.all() if scope.everywhere else Lesson.objects.filter(_within(scope))
    return (
        found.select_related("case__community", "sent_by")
        .annotate(
            people=Count("receipts", filter=there),
            readers=Count("receipts", filter=there & Q(receipts__read_at__isnull=False)),
        )
        .order_by("-id")
    )


def _within(scope: Scope) -> Q:
    mine = Receipt.objects.filter(_in_reach(scope), lesson=OuterRef("pk"))
    return Q(case__community_id__in=scope.communities) | Q(Exists(mine))


def _in_reach(scope: Scope) -> Q:
    return scope.condition("station__community_id", "station_id")


def receipts(scope: Scope, lesson: Lesson) -> QuerySet[Receipt]:
    """One row a person in reach who was told, by station, those who have not read it first."""
    found = Receipt.objects.filter(_in_reach(scope), COUNTED, lesson=lesson)
    found = found.select_related("staff", "station__community")
    return found.order_by("station__community__name", "station__name", "read_at", "staff__name", "id")


def of_stations(scope: Scope, lesson: Lesson, as_of: date) -> list[Reading]:
    """One row a station in reach, by name."""
    rows = (
        Receipt.objects.filter(_in_reach(scope), COUNTED, lesson=lesson)
        .values_list("station_id", "station__name")
        .annotate(people=Count("id"), read=Count("id", filter=Q(read_at__isnull=False)))
        .order_by("station__name")
    )
    late = lesson.due_on is not None and lesson.due_on < as_of
    return [
        Reading(station, name or "", people, read, people - read if late else 0) for station, name, people, read in rows
    ]


def late(scope: Scope, as_of: date) -> list[Late]:
    """One row a lesson, the one due longest first (lesson_unread)."""
    unread = Receipt.objects.filter(_in_reach(scope), COUNTED, read_at=None, lesson__due_on__lt=as_of)
    rows = unread.values_list("lesson_id", "lesson__title", "lesson__due_on").annotate(
        stations=Count("station", distinct=True), people=Count("id")
    )
    return [Late(*row) for row in rows.order_by("lesson__due_on", "lesson_id")]


def readers_at(lesson: Lesson, at: datetime) -> set[int]:
    """Stations where everybody who was told has read it by then."""
    rows = (
        Receipt.objects.filter(COUNTED, lesson=lesson, station__isnull=False)
        .values_list("station_id")
        .annotate(people=Count("id"), read=Count("id", filter=Q(read_at__lte=at)))
    )
    return {station for station, people, read in rows if people == read}


# -- In one person's hands ---------------------------------------------------------------------------------------------


def of_staff(staff: StaffMember) -> QuerySet[Receipt]:
    """What this person was told, unread first, then the newest."""
    found = Receipt.objects.filter(staff=staff).select_related("lesson__case")
    return found.annotate(is_read=Q(read_at__isnull=False)).order_by("is_read", "-lesson_id")


def unread(staff: StaffMember) -> int:
    """Index lesson_unread."""
    return Receipt.objects.filter(staff=staff, read_at=None).count()
