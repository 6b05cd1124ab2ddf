"""Figures that people keep week by week: one value as typed, a file of them, what holds of a place. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from opsdesk.lib import money, plaintext
from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.words import N_
from users.acquisition import spend_aliases
from users.acquisition.spend_rules import week_of
from users.retention import variable_aliases as aliases

MOST = Decimal("99999999999")
PLACES = Decimal("0.001")
COMPANY = 0
REASONS = {
    "columns": N_("the first row must name the columns: week, variable and value; or week and the variables"),
    "week": N_("this is no week; write its Monday as 2018-05-07, or 2018-W19"),
    "week_far": N_("this week lies too far ahead or before the year 2000"),
    "variable": N_("no variable is called so; make it first"),
    "community": N_("no community in your reach is called so"),
    "company": N_("only who reaches every community may tell the company's figure"),
    "wide": N_("more cells than the first row names; a number with a comma needs quotes, or no comma"),
    "value": N_("this is not a number of at most eleven digits; for example 12.5"),
}
Key = tuple[int, date, int]  # variable, week, place (0: the whole company)


@dataclass(frozen=True)
class Entry:
    variable_id: int
    week: date
    community_id: int | None
    value: Decimal


@dataclass(frozen=True)
class Problem:
    """A cell that was not understood: its line and column from 1, what stands there, a key of REASONS."""

    line: int
    column: int
    value: str
    reason: str


@dataclass(frozen=True)
class Frame:
    """What a file is read against: variables and communities by every name (lower case), the place where none is
    named (None: the company), whether the company's may be told."""

    today: date
    variables: Mapping[str, int]
    places: Mapping[str, int]
    community_id: int | None = None
    company: bool = True


def value_of(text: str) -> Decimal:
    """A number as written, to three places; a per cent sign is read over. BadValue for anything else."""
    try:
        value = money.read_decimal(plaintext.narrow(text).removesuffix("%"))
    except BadValue:
        raise BadValue("value") from None
    if value is None or abs(value) > MOST:
        raise BadValue("value")
    return value.quantize(PLACES, rounding=ROUND_HALF_UP)


def read(rows: Iterable[tuple[int, Sequence[str]]], frame: Frame) -> tuple[list[Entry], list[Problem]]:
    """A list (columns week, variable, value, perhaps community), or a table: weeks down, variables across."""
    filled = [(line, [plaintext.tidy(cell) for cell in cells]) for line, cells in rows if any(map(str.strip, cells))]
    head = filled[0][1] if filled else []
    cells = _cells_of(head, frame)
    if cells is None:
        return [], [Problem(filled[0][0] if filled else 1, 1, " ".join(head)[:60], "columns")]
    wide = {line: row[len(head)] for line, row in filled[1:] if any(row[len(head) :])}
    texts = [(line, cell) for line, row in filled[1:] if line not in wide for cell in cells(row)]
    found = [_entry(line, cell, frame) for line, cell in texts if cell["value"].text]
    problems = [one for one in found if isinstance(one, Problem)]
    problems += [Problem(line, len(head) + 1, text, "wide") for line, text in wide.items()]
    return [one for one in found if isinstance(one, Entry)], sorted(problems, key=lambda one: (one.line, one.column))


@dataclass(frozen=True)
class _Cell:
    """What stands in a column, from 1."""

    text: str
    column: int


_Texts = Mapping[str, _Cell]


def _cells_of(head: Sequence[str], frame: Frame) -> Callable[[Sequence[str]], list[_Texts]] | None:
    """How a row is cut into values, by the names of the columns; None when they do not say it."""
    keys = [next((key for key, words in aliases.COLUMNS.items() if cell.lower() in words), "") for cell in head]
    places = {key: keys.index(key) for key in keys if key}
    if {"week", "variable", "value"} <= set(keys):
        return lambda row: [{key: _cell(row, places.get(key)) for key in aliases.COLUMNS}]
    across = [place for place, cell in enumerate(head) if cell and keys[place] not in ("week", "community")]
    if "week" not in keys or not any(head[place].lower() in frame.variables for place in across):
        return None
    both = {"week": places["week"], "community": places.get("community")}
    return lambda row: [
        {key: _cell(row, at) for key, at in both.items()}
        | {"variable": _Cell(head[place], place + 1), "value": _cell(row, place)}
        for place in across
    ]


def _cell(row: Sequence[str], place: int | None) -> _Cell:
    return _Cell("", 0) if place is None else _Cell(row[place] if place < len(row) else "", place + 1)


def _entry(line: int, texts: _Texts, frame: Frame) -> Entry | Problem:
    try:
        week = week_of(texts["week"].text, frame.today)
        variable = frame.variables.get(texts["variable"].text.lower())
        if variable is None:
            raise BadValue("variable")
        return Entry(variable, week, _place(texts["community"].text, frame), value_of(texts["value"].text))
    except BadValue as bad:
        at = texts["community" if bad.code == "company" else bad.code.split("_")[0]]
        return Problem(line, at.column or texts["value"].column, at.text, bad.code)


def _place(text: str, frame: Frame) -> int | None:
    if not text and frame.community_id:
        return frame.community_id
    if not text or spend_aliases.is_company(text):
        if not frame.company:
            raise BadValue("company")
        return None
    if text.lower() not in frame.places:
        raise BadValue("community")
    return frame.places[text.lower()]


@dataclass(frozen=True)
class Told:
    """A value that holds; `own`: told of the very place looked at, else it is the company's."""

    value: Decimal
    own: bool

    def __str__(self) -> str:
        return f"{self.value.normalize():f}"


def in_force(found: Mapping[Key, Decimal], place: int) -> dict[tuple[int, date], Told]:
    """By variable and week: the place's own value, else the company's. Values of communities are never added up."""
    company = {(one, week): Told(value, place == COMPANY) for (one, week, at), value in found.items() if at == COMPANY}
    own = {(one, week): Told(value, True) for (one, week, at), value in found.items() if at == place}
    return company | own
