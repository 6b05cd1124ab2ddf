"""What the import pages, the API and the command read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Subquery

from communities.models import Community, ServiceStation
from opsdesk.lib import sql
from users.imports import problems
from users.imports.models import ImportFile, ImportProblem, OrderBefore, SavedMapping
from users.imports.places import Gazetteer, KnownCommunity, KnownStation
from users.orders.models import Order, Source

# One row a kind of problem in a column of a file: how many rows, the first of them, its value (problem_of_a_file).
_PROBLEM_GROUPS = """
SELECT code, "column", refused, count(*), min(line), (array_agg(value ORDER BY line))[1]
  FROM users_importproblem WHERE file_id = %(file)s
 GROUP BY code, "column", refused ORDER BY refused DESC, count(*) DESC, min(line), code, "column"
"""


@dataclass(frozen=True)
class ProblemGroup:
    """The same thing wrong in the same column: `rows` times, first in `line` with `value` (masked)."""

    code: str
    column: str
    refused: bool
    rows: int
    line: int
    value: str

    @property
    def reason(self) -> str:
        """English msgid."""
        return problems.PROBLEMS[self.code].reason

    @property
    def advice(self) -> str:
        """English msgid."""
        return problems.PROBLEMS[self.code].advice


def files() -> QuerySet[ImportFile]:
    """Newest first, with what a list shows of each."""
    return ImportFile.objects.select_related("source", "job", "uploaded_by")


def problem_groups(file: ImportFile) -> list[ProblemGroup]:
    """Refusals first, then remarks, the most frequent first. Remarks beyond those kept are counted in file.facts."""
    return [ProblemGroup(*row) for row in sql.rows(_PROBLEM_GROUPS, file=file.pk)]


def problems_of(file: ImportFile, code: str = "") -> QuerySet[ImportProblem]:
    """One row a problem, in the order of the file."""
    found = ImportProblem.objects.filter(file=file).order_by("line", "id")
    return found.filter(code=code) if code else found


def twins(file: ImportFile) -> QuerySet[ImportFile]:
    """Other imports of the very same bytes that are in, newest first."""
    return ImportFile.objects.filter(sha256=file.sha256, state=ImportFile.State.DONE).exclude(pk=file.pk)


def orders_told_first(file_id: int) -> QuerySet[Order]:
    """Orders that came with this import. The last to write one was it or one that was in later (order_of_an_import)."""
    since = ImportFile.objects.filter(pk=file_id).values("committed_at")
    writers = ImportFile.objects.filter(committed_at__gte=Subquery(since)).values("pk")
    return Order.objects.filter(first_import_id=file_id, import_id__in=writers)


def orders_changed(file_id: int) -> QuerySet[Order]:
    """Orders that were there before this import and that it changed (order_before_once)."""
    return Order.objects.filter(pk__in=OrderBefore.objects.filter(file_id=file_id).values("order_id"))


def customers_changed(file: ImportFile) -> int:
    """How many people's orders it changed."""
    return orders_changed(file.pk).values("customer_id").distinct().count()


def mappings(source: Source) -> QuerySet[SavedMapping]:
    return SavedMapping.objects.filter(source=source).order_by("-used_at")


def header_digest(headers: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()


def remembered_mapping(source: Source, headers: Sequence[str]) -> SavedMapping | None:
    """The mapping last saved for these very headers of this source."""
    return mappings(source).filter(headers=header_digest(headers)).first()


def gazetteer(choices: Mapping[str, str] | None = None, create_all: bool = False) -> Gazetteer:
    """All communities and stations as the importer needs them, and what was decided for unknown names."""
    places = Community.objects.order_by("id").values_list("id", "code", "name", "aliases", "address_templates")
    stations = ServiceStation.objects.order_by("id").values_list("id", "name", "community_id")
    return Gazetteer(
        communities=[KnownCommunity(*place) for place in places],
        stations=[KnownStation(*station) for station in stations],
        choices=choices or {},
        create_all=create_all,
    )
