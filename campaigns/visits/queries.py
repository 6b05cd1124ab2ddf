"""Visits as they were told: of a task, of everybody in reach, and what could not be taken."""

from uuid import UUID

from django.db.models import QuerySet

from campaigns.drives.models import Task
from campaigns.visits.models import RefusedEvent, Visit
from communities.scoping import Scope


def history(task: Task) -> QuerySet[Visit]:
    """Every event of a task in the order we heard of them, undone and corrected ones too (visit_of_a_task)."""
    return Visit.objects.filter(task=task).select_related("staff", "grant", "corrects").order_by("id")


def events(scope: Scope) -> QuerySet[Visit]:
    """One row an event in reach, newest first."""
    return Visit.objects.filter(scope.condition()).select_related("staff").order_by("-id")


def live(scope: Scope) -> QuerySet[Visit]:
    """The events in reach that count, in no order."""
    return Visit.objects.filter(scope.condition(), live=True)


def answered(uuid: UUID) -> Visit | None:
    """The event under this uuid, whoever told it; None: not taken (yet). Nearly all are new: only of those that are
    not, the task and the coupon are read."""
    under = Visit.objects.filter(uuid=uuid)
    return under.select_related("task", "grant").first() if under.exists() else None


def refused(scope: Scope) -> QuerySet[RefusedEvent]:
    """One row a refused event of staff in reach, newest first (refused_unseen for those nobody has looked at)."""
    found = RefusedEvent.objects.filter(scope.condition())
    return found.select_related("staff", "seen_by", "task").order_by("-id")
