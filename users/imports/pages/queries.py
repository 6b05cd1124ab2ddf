"""What only the pages of imports read."""

from django.db.models import QuerySet

from communities.models import Community, StaffMember
from communities.scoping import Scope
from users.imports import queries
from users.imports.models import ImportFile, SavedMapping
from users.orders.models import Category, Source


def files_for(scope: Scope, staff: StaffMember) -> QuerySet[ImportFile]:
    """Whoever imports everywhere sees everybody's files; whoever imports for some communities only their own."""
    files = queries.files().select_related("job__created_by")
    return files if scope.everywhere else files.filter(uploaded_by=staff)


def source_names() -> list[str]:
    return list(Source.objects.order_by("name").values_list("name", flat=True))


def last_source() -> str:
    """The source of the newest file: next week's file mostly comes from there too."""
    return queries.files().values_list("source__name", flat=True).first() or ""


def any_mapping() -> bool:
    return SavedMapping.objects.exists()


def service_categories() -> set[str]:
    return set(Category.objects.filter(is_service=True).values_list("name", flat=True))


def open_communities() -> QuerySet[Community]:
    return Community.objects.filter(is_active=True).order_by("name")
