"""What every station is told because of a case: sent once, read once by each, asked for again when it is late."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from campaigns.cases import lesson_queries
from campaigns.cases.models import Case, Lesson, Receipt
from communities.actions import write_log
from communities.models import Assignment, StaffMember
from communities.notices import actions as notices
from communities.rules import ROLES
from opsdesk.lib import phones
from opsdesk.lib.words import N_

AT_STATION = [code for code, role in ROLES.items() if role.at_station]
KIND = N_("To read")
SENT = N_("Read this and say so: %(title)s")
REMINDED = N_("Not read yet: %(title)s")
OVERDUE = N_("To be read by %(day)s, and not read yet: %(title)s")


@transaction.atomic
def send(case: Case, kind: str, title: str, text: str, due_on: date | None, by: StaffMember | None) -> Lesson:
    """A lesson in the hands of everybody who works at an open station now. A case tells the same kind under the same
    title once: again, it is the lesson that was sent."""
    Case.objects.select_for_update().get(pk=case.pk)
    title, text = phones.mask_within(title.strip())[:80], phones.mask_within(text.strip())[:2000]
    if sent := Lesson.objects.filter(case=case, kind=kind, title=title).first():
        return sent
    lesson = Lesson.objects.create(case=case, kind=kind, title=title, text=text, due_on=due_on, sent_by=by)
    receipts = [Receipt(lesson=lesson, staff_id=staff, station_id=station) for staff, station in _hands()]
    Receipt.objects.bulk_create(receipts)
    detail = {"case": case.number, "kind": kind, "title": title, "people": len(receipts)}
    write_log(
        staff=by, verb="send", thing="lesson", thing_id=lesson.pk, community_id=case.community_id, detail=detail
    )  # fmt: skip
    _tell(lesson, [one.staff_id for one in receipts], SENT, "sent")
    return lesson


def _hands() -> list[tuple[int, int]]:
    """(person, station) of everybody who may work, each once: at the first of their open stations."""
    there = Assignment.objects.filter(
        role__in=AT_STATION, staff__is_active=True, station__is_active=True, station__community__is_active=True
    )
    first = there.order_by("staff_id", "station_id").distinct("staff_id")
    return [(staff, station) for staff, station in first.values_list("staff_id", "station_id") if station]


@transaction.atomic
def read(lesson: Lesson, staff: StaffMember) -> bool:
    """Whether this person had it unread; saying so again changes nothing."""
    unread = Receipt.objects.filter(lesson=lesson, staff=staff, read_at=None)
    return bool(unread.update(read_at=timezone.now()))


@transaction.atomic
def unread_again(lesson: Lesson, staff: StaffMember) -> bool:
    """Taken back by whoever pressed the button too soon."""
    return bool(Receipt.objects.filter(lesson=lesson, staff=staff).exclude(read_at=None).update(read_at=None))


@transaction.atomic
def remind(lesson: Lesson, receipts: QuerySet[Receipt], on: date, by: StaffMember) -> int:
    """Tell those of these who have not read it, once a day; how many were told."""
    unread = receipts.filter(lesson=lesson, read_at=None)
    told = _tell(lesson, list(unread.values_list("staff_id", flat=True)), REMINDED, f"asked {on:%Y-%m-%d}")
    if told:
        write_log(
            staff=by, verb="remind", thing="lesson", thing_id=lesson.pk, community_id=lesson.case.community_id,
            detail={"title": lesson.title, "people": told},
        )  # fmt: skip
    return told


@transaction.atomic
def remind_overdue(as_of: date) -> int:
    """Tell each who has not read what was to be read before this day, once a lesson; how many were told."""
    late = Lesson.objects.filter(due_on__lt=as_of, receipts__read_at=None, receipts__isnull=False).distinct()
    return sum(_tell(lesson, _unread(lesson), OVERDUE, "overdue") for lesson in late)


def _unread(lesson: Lesson) -> list[int]:
    unread = Receipt.objects.filter(lesson_queries.COUNTED, lesson=lesson, read_at=None)
    return list(unread.values_list("staff_id", flat=True))


def _tell(lesson: Lesson, people: list[int], text: str, occasion: str) -> int:
    due = lesson.due_on.isoformat() if lesson.due_on else ""
    return notices.tell(
        people, kind=KIND, text=text, key=f"lesson-{lesson.pk}", occasion=occasion, icon="book-2",
        params={"title": lesson.title, "day": due}, href=reverse("phone-lesson", args=[lesson.pk]),
    )  # fmt: skip


def people() -> int:
    """How many would be told now."""
    return len(_hands())


def usual_due(on: date) -> date:
    """A week to read it in."""
    return on + timedelta(days=7)
