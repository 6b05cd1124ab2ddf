"""What only the pages of imports read."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from communities.models import Community, StaffMember
from communities.queries import communities_in
from communities.scoping import Scope
from opsdesk.lib.runs.models import Job
from users.imports import queries
from users.imports.models import ImportFile, ImportProblem, SavedMapping
from users.orders.models import Category, Source

WORDS_ASKED = 12
KEEP_DAYS = 14  # an old import's left-out rows stop asking


def files_for(scope: Scope, staff: StaffMember) -> QuerySet[ImportFile]:
    """Whoever imports everywhere sees everybody's files; whoever imports for some communities only their own."""
    files = queries.files().select_related("job__created_by")
    return files if scope.everywhere else files.filter(uploaded_by=staff)


def left_out_lately(now: datetime) -> Q:
    """Of files: those that are in, and left rows out."""
    return Q(state=ImportFile.State.DONE, committed_at__gte=now - timedelta(days=KEEP_DAYS), refused__gt=0)


def source_names() -> list[str]:
    return list(Source.objects.order_by("name").values_list("name", flat=True))


def twins_for(scope: Scope, staff: StaffMember, file: ImportFile) -> QuerySet[ImportFile]:
    """Other imports of the very same bytes that are in, of those that this person may see."""
    return queries.twins(file) if scope.everywhere else queries.twins(file).filter(uploaded_by=staff)


def last_source(scope: Scope, staff: StaffMember) -> str:
    """The source of the newest file: next week's file mostly comes from there too."""
    return files_for(scope, staff).values_list("source__name", flat=True).first() or ""


def any_mapping() -> bool:
    return SavedMapping.objects.exists()


def service_categories() -> set[str]:
    return set(Category.objects.filter(is_service=True).values_list("name", flat=True))


def open_communities(scope: Scope) -> QuerySet[Community]:
    """Those that a name in a file may mean for whoever imports here."""
    return communities_in(scope).filter(is_active=True).order_by("name")


def boards_are_behind() -> bool:
    """Whether the night that takes in what was written is still to end."""
    return Job.objects.filter(kind="nightly", state__in=Job.OPEN).exists()


def unknown_words(file: ImportFile) -> list[str]:
    """Words for the state of an order that nobody knows yet, as the file writes them (index problem_of_a_file)."""
    found = ImportProblem.objects.filter(file=file, refused=True, code="status_unknown").order_by("value")
    return list(found.values_list("value", flat=True).distinct()[:WORDS_ASKED])
