"""A file as its page shows it: the first rows as understood, its problems in groups, its bad rows as a file."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.db.models import Count, Min
from django.http import HttpResponse
from django.utils.translation import gettext

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib import exports, names, phones
from opsdesk.lib.moments import Moment
from opsdesk.lib.words import N_
from users.acquisition.models import SignupImport, SignupProblem
from users.acquisition.signups import actions, planning, queries, reading, rules
from users.acquisition.signups.planning import Read
from users.imports import problems

FIRST_ROWS = 20
LINES_SHOWN = 100


@dataclass(frozen=True)
class Cell:
    text: str
    why: str = ""


@dataclass(frozen=True)
class Line:
    number: int
    outcome: str
    cells: list[Cell]
    why: str


@dataclass(frozen=True)
class Group:
    """The same reason so many times, first in `line`."""

    reason: str
    advice: str
    rows: int
    line: int


OUTCOMES = {
    rules.CREATED: N_("new"),
    rules.UPDATED: N_("changes what is known"),
    rules.UNCHANGED: N_("known already"),
    rules.REFUSED: N_("stays out"),
}


def first_lines(file: SignupImport, how: reading.Look) -> list[Line]:
    """As understood now, phones and names masked."""
    found = planning.first_rows(bytes(file.content or b""), how, actions.reach_of(file.by), FIRST_ROWS)
    return [_line(read, outcome, list(how.columns)) for read, outcome in found]


def _line(read: Read, outcome: str, keys: list[str]) -> Line:
    why = {trouble.field: gettext(rules.PROBLEMS[trouble.code].reason) for trouble in read.troubles}
    cells = [Cell(_shown(key, read), why.get(key, "")) for key in keys]
    return Line(read.row.line, gettext(OUTCOMES[outcome]), cells, " ".join(why.values()))


def _shown(key: str, read: Read) -> str:
    if key not in read.values:
        return problems.shown(read.row.fields.get(key, ""), "phone" if actions.is_phone(key) else key)
    value = read.values[key]
    if isinstance(value, Moment):
        return f"{value.at:%Y-%m-%d %H:%M}" if value.has_time else f"{value.at:%Y-%m-%d}"
    if actions.is_phone(key):
        return phones.mask(value)
    return names.mask(value) if key == "name" else phones.mask_within(value or "")


def groups(file: SignupImport) -> list[Group]:
    """The most frequent reason first."""
    found = (
        SignupProblem.objects.filter(file=file).values("params__code").annotate(rows=Count("id"), first=Min("line"))
        .order_by("-rows", "first").values_list("params__code", "rows", "first")
    )  # fmt: skip
    return [
        Group(gettext(rules.PROBLEMS[code].reason), gettext(rules.PROBLEMS[code].advice), rows, first)
        for code, rows, first in found
    ]


def problem_lines(file: SignupImport) -> list[dict[str, Any]]:
    """The first problems one by one, values masked."""
    return [
        {"line": one.line, "column": one.column, "value": one.value, "reason": gettext(one.reason)}
        for one in queries.problems_of(file)[:LINES_SHOWN]
    ]


# -- The rows that stayed out ------------------------------------------------------------------------------------------


@transaction.atomic
def refused_rows(file: SignupImport, *, by: StaffMember, reason: str) -> HttpResponse:
    """A CSV with the file's own columns, then line, reason and what to do: full phones, so for a logged reason only."""
    body = TemporaryFile()  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(body, encoding="utf-8-sig", newline="", write_through=True)
    text.writelines(exports.lines(_head(file), _rows(file)))
    text.detach()
    body.seek(0)
    write_log(
        staff=by, verb="export", thing="signups", thing_id=file.pk, reason=reason,
        detail={"rows": file.refused, "what": "refused rows", "revealed": True},
    )  # fmt: skip
    return exports.answer(exports.Written(body, file.refused), exports.CSV, f"signups-{file.pk}-left-out")


def _head(file: SignupImport) -> list[str]:
    return [*file.mapping.get("headers", []), gettext("Line"), gettext("Reason"), gettext("What to do")]


def _rows(file: SignupImport) -> Iterator[list[Any]]:
    width = len(file.mapping.get("headers", []))
    lines: dict[int, tuple[list[str], list[str]]] = {}
    for one in queries.problems_of(file):
        cells, codes = lines.setdefault(one.line, ([], []))
        cells.extend(one.cells)
        codes.append(one.params["code"])
    for line, (cells, codes) in lines.items():
        told = [rules.PROBLEMS[code] for code in codes]
        reasons = " ".join(dict.fromkeys(gettext(one.reason) for one in told))
        advice = " ".join(dict.fromkeys(gettext(one.advice) for one in told))
        yield [*cells[:width], *[""] * (width - len(cells)), line, reasons, advice]


def look_or_none(file: SignupImport, today: date) -> reading.Look | None:
    """How a file that waits is read; None for any other."""
    return actions.look_of(file, today) if file.state == SignupImport.State.READY else None
