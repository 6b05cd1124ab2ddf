"""Every problem of a file, line by line: filtered by kind and reason, paged, or as a CSV with values masked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext

from communities.models import StaffMember
from opsdesk.lib import exports, paging, tables
from opsdesk.lib.words import N_
from users.imports import problems, queries
from users.imports.models import ImportFile, ImportProblem

REFUSED, NOTES = "refused", "notes"
KEYS = {"line": paging.SortKey("line", int, descending=False)}
COLUMNS = [
    tables.Column("line", N_("Line"), "count", fixed=True),
    tables.Column("column", N_("Column")),
    tables.Column("value", N_("Found"), template="users/imports/_cell_value.html", wrap="wrap-anywhere"),
    tables.Column("reason", N_("Why"), template="users/imports/_cell_reason.html", wrap="wrap"),
    tables.Column("advice", N_("What to do"), template="users/imports/_cell_advice.html", wrap="wrap"),
]
CHUNK = 2000


@dataclass(frozen=True)
class Asked:
    """The filter in the address; what is unknown there means everything."""

    kind: str = ""
    code: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        kind, code = query.get("kind", ""), query.get("code", "")
        return cls(kind if kind in (REFUSED, NOTES) else "", code if code in problems.PROBLEMS else "")

    def found(self, file: ImportFile) -> QuerySet[ImportProblem]:
        """Index problem_of_a_file."""
        every = queries.problems_of(file, self.code)
        return every.filter(refused=self.kind == REFUSED) if self.kind else every


def context(file: ImportFile, asked: Asked, query: Mapping[str, str]) -> dict[str, Any]:
    sort = paging.Sort("line", descending=False)
    page = paging.page_of(
        asked.found(file), KEYS["line"], sort, paging.place_of(query, int), paging.size_of(query, 100)
    )
    codes = _by_code(file, asked.kind)
    total = sum(rows for code, rows in codes.items() if asked.code in ("", code))
    return {
        "file": file,
        "table": tables.table_of(
            COLUMNS, replace(page, rows=[_row(problem) for problem in page.rows]), sort, total=total
        ),
        "total": total,
        "unit": gettext("problems"),
        "codes": [(code, gettext(problems.PROBLEMS[code].reason), rows) for code, rows in codes.items()],
        "code": asked.code,
        "kind": asked.kind,
        "kinds": [
            {"value": "", "label": gettext("All")},
            {"value": REFUSED, "label": gettext("Left out")},
            {"value": NOTES, "label": gettext("Remarks")},
        ],
        "pieces": _sentence(asked),
    }


def _by_code(file: ImportFile, kind: str) -> dict[str, int]:
    """Problems by code, the most telling first."""
    found: dict[str, int] = {}
    for group in queries.problem_groups(file):
        if kind in ("", REFUSED if group.refused else NOTES):
            found[group.code] = found.get(group.code, 0) + group.rows
    return found


def _row(problem: ImportProblem) -> dict[str, Any]:
    known = problems.PROBLEMS[problem.code]
    return {
        "line": problem.line,
        "column": problem.column,
        "value": problem.value,
        "refused": problem.refused,
        "reason": gettext(known.reason),
        "advice": gettext(known.advice),
    }


def _sentence(asked: Asked) -> list[tuple[str, bool]]:
    kinds = {
        REFUSED: gettext("Rows left out"),
        NOTES: gettext("Rows taken with a remark"),
        "": gettext("Every problem"),
    }
    pieces = [(kinds[asked.kind], True)]
    if asked.code:
        pieces += [(gettext(" because: "), False), (gettext(problems.PROBLEMS[asked.code].reason), True)]
    return pieces


def download(file: ImportFile, asked: Asked, by: StaffMember, now: datetime) -> HttpResponse:
    """The list as CSV; no phone in it is whole."""
    head = [gettext(text) for text in ("Line", "Column", "Found", "Why", "What to do", "Left out")]
    mark = gettext("Exported by %(who)s, %(when)s") % {"who": by, "when": f"{now:%Y-%m-%d %H:%M}"}
    written = exports.write(exports.CSV, head, _lines(asked.found(file)), mark)
    return exports.answer(written, exports.CSV, f"import-{file.pk}-problems")


def _lines(found: QuerySet[ImportProblem]) -> Iterator[list[Any]]:
    yes, no = gettext("yes"), gettext("no")
    for problem in found.iterator(chunk_size=CHUNK):
        known = problems.PROBLEMS[problem.code]
        left_out = yes if problem.refused else no
        yield [problem.line, problem.column, problem.value, gettext(known.reason), gettext(known.advice), left_out]
