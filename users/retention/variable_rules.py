"""Figures that people keep week by week: one value as typed, a file of them, what holds of a place. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    "columns": N_("the first row must name the columns week, variable and value (and community)"),
    "week": N_("this is no week; write its Monday as 2018-05-07, or 2018-W19"),
    "week_far": N_("this week lies too far ahead or before the year 2000"),
    "variable": N_("no variable is called so; make it first"),
    "community": N_("no community in your reach is called so"),
    "company": N_("only who reaches every community may tell the company's figure"),
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
    """A row that was not understood: its line, what stands there, a key of REASONS."""

    line: int
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
    filled = [(line, [plaintext.tidy(cell) for cell in cells]) for line, cells in rows if any(map(str.strip, cells))]
    head = [_key_of(cell) for cell in filled[0][1]] if filled else []
    if not {"week", "variable", "value"} <= set(head):
        return [], [Problem(filled[0][0] if filled else 1, " ".join(filled[0][1])[:60] if filled else "", "columns")]
    found = list(_entries(filled[1:], head, frame))
    return [one for one in found if isinstance(one, Entry)], [one for one in found if isinstance(one, Problem)]


def _key_of(text: str) -> str:
    return next((key for key, words in aliases.COLUMNS.items() if text.lower() in words), "")


def _entries(rows: list[tuple[int, list[str]]], head: list[str], frame: Frame) -> Iterator[Entry | Problem]:
    for line, cells in rows:
        texts = dict.fromkeys(aliases.COLUMNS, "") | dict(zip(head, cells, strict=False))
        if not texts["value"]:
            continue
        try:
            yield _entry(texts, frame)
        except BadValue as bad:
            yield Problem(
                line, texts.get("community" if bad.code == "company" else bad.code.split("_")[0], ""), bad.code
            )


def _entry(texts: Mapping[str, str], frame: Frame) -> Entry:
    week = week_of(texts["week"], frame.today)
    variable = frame.variables.get(texts["variable"].lower())
    if variable is None:
        raise BadValue("variable")
    return Entry(variable, week, _place(texts["community"], frame), value_of(texts["value"]))


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
