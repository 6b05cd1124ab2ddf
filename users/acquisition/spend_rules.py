"""A sheet of acquisition spend, pasted or sent as a file: rows of cells in, statements and problems out. Pure.

Three forms are understood: a list (columns week, channel, amount, and community where it is another); a table (weeks
down, channels across, both named); and a bare block of amounts, which is laid on the sheet of the page.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from opsdesk.lib import moments, money, plaintext
from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.words import N_
from users.acquisition import spend_aliases as aliases
from users.purchases.rules import monday_of

AHEAD_DAYS = 70  # a plan may be typed so far ahead
FIRST_MONDAY = date(2000, 1, 3)
CHANNEL_CHARS = 40
COMPANY = 0  # the place of figures that are told of the whole company
REASONS = {
    "week": N_("this is no week; write its Monday as 2018-05-07, or 2018-W19"),
    "week_far": N_("this week lies too far ahead or before the year 2000"),
    "channel": N_("a channel has a name of at most 40 characters"),
    "channel_new": N_("no sheet has this channel yet; correct the name, or take it as a new one below"),
    "community": N_("no community in your reach is called so"),
    "company": N_("only who reaches every community may tell the company's figure"),
    "amount": N_("this is not an amount in yuan; for example 3200"),
    "negative": N_("an amount is not negative"),
    "wide": N_("more cells than the first row names; an amount with a comma needs quotes, or no comma"),
    "twice": N_("told twice in this sheet, and not the same"),
    "outside": N_("there is no such row or column in the sheet of this page"),
}

Row = tuple[int, Sequence[str]]
Key = tuple[date, int, str]  # week, place (0: the whole company), channel


@dataclass(frozen=True)
class Entry:
    """One statement. `community_id` None: the whole company. `row` and `column` are where it stood, from 1."""

    week: date
    channel: str
    community_id: int | None
    fen: int
    row: int
    column: int


@dataclass(frozen=True)
class Problem:
    """A cell that was not understood: where it stands, what stands there, a key of REASONS."""

    row: int
    column: int
    value: str
    reason: str


@dataclass(frozen=True)
class Frame:
    """What the sheet is read against: the page's own weeks and channels, the place chosen on it, the communities in
    reach by every name they have (lower case), whether the company's figure may be told, whether channels that the page
    does not know are taken."""

    today: date
    weeks: Sequence[date] = ()
    channels: Sequence[str] = ()
    community_id: int | None = None
    places: Mapping[str, int] = field(default_factory=dict)
    company: bool = True
    any_channel: bool = True


@dataclass(frozen=True)
class Sheet:
    entries: list[Entry]
    problems: list[Problem]


Read = Iterator[Entry | Problem]


def read(rows: Iterable[Row], frame: Frame) -> Sheet:
    """Every statement that can be understood, and every cell that cannot. Empty cells say nothing."""
    tidied = ((line, [plaintext.tidy(cell) for cell in cells]) for line, cells in rows)
    filled: list[Row] = [(line, cells) for line, cells in tidied if any(cells)]
    found = list(_form(filled, frame)) if filled else []
    entries = [one for one in found if isinstance(one, Entry)]
    told_twice = _told_twice(entries)
    problems = {one for one in found if isinstance(one, Problem)} | {_twice(one) for one in told_twice}
    kept = {_key(one): one for one in reversed(entries) if one not in told_twice}
    return Sheet(
        sorted(kept.values(), key=lambda one: (one.row, one.column)),
        sorted(problems, key=lambda one: (one.row, one.column)),
    )


def _form(rows: list[Row], frame: Frame) -> Read:
    _line, head = rows[0]
    keys = [aliases.key_of(cell) for cell in head]
    if {"week", "channel", "amount"} <= set(keys):
        listed = _listed(rows[1:], {key: keys.index(key) for key in set(keys) - {""}}, frame)
        return _narrow(listed, rows, len(head))
    if keys[0] == "week" or (not head[0] and not any(_is_amount(cell) for cell in head)):
        return _narrow(_table(rows, frame), rows, len(head))
    return _block(rows, frame)


def _narrow(found: Read, rows: list[Row], width: int) -> Read:
    """Nothing of a row with cells beyond the named ones: its amounts may be cut in two."""
    wide = {line: cells[width] for line, cells in rows if len(cells) > width and any(cells[width:])}
    yield from (one for one in found if one.row not in wide)
    yield from (Problem(line, width + 1, text, "wide") for line, text in wide.items())


def _listed(rows: list[Row], places: Mapping[str, int], frame: Frame) -> Read:
    for line, cells in rows:
        texts = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
        if texts["amount"] and not aliases.is_total(texts["week"]):
            where = {key: (line, place + 1) for key, place in places.items()}
            yield _entry(texts, where, frame)


def _table(rows: list[Row], frame: Frame) -> Read:
    top, head = rows[0]
    for line, cells in rows[1:]:
        if not aliases.is_total(cells[0]):
            named = [(place, channel) for place, channel in enumerate(head) if place and not aliases.is_total(channel)]
            for place, channel in named:
                if place < len(cells) and cells[place]:
                    yield _cell(line, place, cells[0], channel, cells[place], frame, top)


def _block(rows: list[Row], frame: Frame) -> Read:
    """Laid on the page's sheet: from its first week and channel on (an empty row is a week without anything), or by the
    weeks that its first column names."""
    named = _is_week(rows[0][1][0], frame.today)
    for line, cells in rows:
        for place, text in enumerate(cells[named:], start=int(named)):
            if not text:
                continue
            week = cells[0] if named else f"{frame.weeks[line - 1]}" if line <= len(frame.weeks) else ""
            if not week or place - named >= len(frame.channels):
                yield Problem(line, place + 1, text, "outside")
            else:
                yield _cell(line, place, week, frame.channels[place - named], text, frame)


def _cell(
    line: int, place: int, week: str, channel: str, amount: str, frame: Frame, top: int | None = None
) -> Entry | Problem:
    """`top`: the row that names the channels."""
    where = {"week": (line, 1), "channel": (top or line, place + 1), "amount": (line, place + 1)}
    return _entry({"week": week, "channel": channel, "amount": amount}, where, frame)


def _entry(texts: Mapping[str, str], where: Mapping[str, tuple[int, int]], frame: Frame) -> Entry | Problem:
    found: dict[str, Any] = {}
    for key, read_one in _READERS.items():
        text = texts.get(key, "")
        try:
            found[key] = read_one(text, frame)
        except BadValue as bad:
            return Problem(*where.get(key, where["amount"]), text, bad.code)
    return Entry(found["week"], found["channel"], found["community"], found["amount"], *where["amount"])


# -- One cell: its value, or BadValue with a key of REASONS ----------------------------------------------------------


def week_of(text: str, today: date) -> date:
    """The Monday of a day or of a numbered week; a week without a year is the newest that a plan could mean."""
    numbered = aliases.ISO_WEEK.fullmatch(plaintext.narrow(text))
    monday = _monday_of(numbered, today) if numbered else _monday_in(text, today)
    if not FIRST_MONDAY <= monday <= today + timedelta(days=AHEAD_DAYS):
        raise BadValue("week_far")
    return monday


def _monday_in(text: str, today: date) -> date:
    try:
        told = moments.read(text, today, may_be_ahead=AHEAD_DAYS)
    except BadValue as bad:
        raise BadValue("week_far" if bad.code in ("date_too_old", "date_in_the_future") else "week") from None
    if told is None:
        raise BadValue("week")
    return monday_of(told.at.date())


def _monday_of(numbered: re.Match[str], today: date) -> date:
    years = [int(numbered["year"])] if numbered["year"] else [today.year + 1, today.year, today.year - 1]
    try:
        mondays = [date.fromisocalendar(year, int(numbered["week"]), 1) for year in years]
    except ValueError:
        raise BadValue("week") from None
    ahead = today + timedelta(days=AHEAD_DAYS)
    return next((monday for monday in mondays if monday <= ahead), mondays[-1])


def _is_week(text: str, today: date) -> bool:
    try:
        week_of(text, today)
    except BadValue:
        return False
    return True


def fen_of(text: str) -> int:
    try:
        amount = money.read(text)
    except BadValue:
        raise BadValue("amount") from None
    if amount is None:
        raise BadValue("amount")
    if amount.fen < 0:
        raise BadValue("negative")
    return amount.fen


def _is_amount(text: str) -> bool:
    try:
        fen_of(text)
    except BadValue:
        return False
    return True


def _channel(text: str, frame: Frame) -> str:
    if not 0 < len(text) <= CHANNEL_CHARS:
        raise BadValue("channel")
    if not frame.any_channel and text not in frame.channels:
        raise BadValue("channel_new")
    return text


def _place(text: str, frame: Frame) -> int | None:
    if not text and frame.community_id:
        return frame.community_id
    if not text or aliases.is_company(text):
        if not frame.company:
            raise BadValue("company")
        return None
    if text.lower() not in frame.places:
        raise BadValue("community")
    return frame.places[text.lower()]


_READERS: dict[str, Callable[[str, Frame], object]] = {
    "week": lambda text, frame: week_of(text, frame.today),
    "channel": _channel,
    "community": _place,
    "amount": lambda text, _frame: fen_of(text),
}


# -- The same cell told twice ----------------------------------------------------------------------------------------


def _key(entry: Entry) -> Key:
    return entry.week, entry.community_id or 0, entry.channel


def _told_twice(entries: list[Entry]) -> list[Entry]:
    amounts: dict[Key, set[int]] = {}
    for one in entries:
        amounts.setdefault(_key(one), set()).add(one.fen)
    return [one for one in entries if len(amounts[_key(one)]) > 1]


def _twice(entry: Entry) -> Problem:
    return Problem(entry.row, entry.column, money.yuan(entry.fen), "twice")
