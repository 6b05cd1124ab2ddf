"""Columns of cells in their usual shapes, converted whole (pyarrow and numpy; pure).

A cell of another shape is read by the rules, once per distinct text. `good` marks the cells whose value is right; a
cell that is not good is left to rules.clean_row, together with its row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opsdesk.lib import moments, plaintext
from opsdesk.lib.badvalue import BadValue
from users.imports.cells import DELIVERY_DAYS_AHEAD
from users.imports.columns import Field

Array = Any  # a numpy or pyarrow array; neither ships types that mypy could use here
Outcome = Callable[[Field, str], Any]

PHONE = "^1[3-9][0-9]{9}$"
# Printable, NFC already, single spaces inside only; "=" could begin Excel's ="0138".
SAFE = r"!-<>-~\x{4e00}-\x{9fff}\x{3001}\x{3002}\x{ff01}-\x{ff5e}"
TEXT = f"^([{SAFE}]+( [{SAFE}]+)*)?$"
MONEY = r"^[0-9]{1,7}(\.[0-9]{1,2})?$"
PRICE = r"^[0-9]{1,5}(\.[0-9]{1,4})?$"
QUANTITY = r"^[0-9]{1,6}(\.[0-9]{1,3})?$"
DAY = "2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
MOMENT = f"^{DAY} {TIME}$"
EMPTY_MARKS = pa.array(sorted(plaintext.EMPTY_MARKS))


@dataclass
class Column:
    """Values with masks of the same length. `known`: not empty; `flag`: was rounded, or (moments) has a time of day."""

    values: Array
    good: Array
    known: Array
    flag: Array


def spread(column: Column, places: Array) -> Column:
    """The column with the value at each of the places."""
    at = places.to_numpy()
    values = column.values.take(places) if isinstance(column.values, pa.Array) else column.values[at]
    return Column(values, column.good[at], column.known[at], column.flag[at])


def text_array(cells: Sequence[str]) -> Array:
    return pa.array(cells, pa.string())


def matches(texts: Array, pattern: str) -> Array:
    return pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)


def by_rules(field: Field, texts: Array, rest: Array, outcome: Outcome) -> tuple[list[Any], Array]:
    """What the rules say about the distinct texts where `rest` is true, and which of them each cell holds."""
    encoded = texts.filter(pa.array(rest)).dictionary_encode()
    return [outcome(field, text) for text in encoded.dictionary.to_pylist()], encoded.indices.to_numpy()


def text_column(field: Field, texts: Array, outcome: Outcome) -> Column:
    shaped = matches(texts, TEXT) & ~pc.is_in(texts, EMPTY_MARKS).to_numpy(zero_copy_only=False)
    shaped &= pc.less_equal(pc.utf8_length(texts), field.longest).to_numpy(zero_copy_only=False)
    return _strings(field, texts, shaped, outcome)


def phone_column(field: Field, texts: Array, outcome: Outcome) -> Column:
    return _strings(field, texts, matches(texts, PHONE), outcome)


def status_column(field: Field, texts: Array, outcome: Outcome) -> Column:
    return _strings(field, texts, np.zeros(len(texts), bool), outcome)


def _strings(field: Field, texts: Array, shaped: Array, outcome: Outcome) -> Column:
    good = shaped.copy()
    if not shaped.all():
        outcomes, which = by_rules(field, texts, ~shaped, outcome)
        fine = np.array([not isinstance(value, BadValue) for value in outcomes], bool)
        read = pa.array(["" if isinstance(value, BadValue) else value for value in outcomes], pa.string())
        texts = pc.replace_with_mask(texts, pa.array(~shaped), read.take(pa.array(which)))
        good[~shaped] = fine[which]
    return Column(texts, good, good, good)


def money_column(field: Field, texts: Array, outcome: Outcome) -> Column:
    """Whole fen."""
    return _numbers(field, texts, matches(texts, MONEY), 2, outcome)


def quantity_column(field: Field, texts: Array, outcome: Outcome) -> Column:
    """Whole thousandths."""
    return _numbers(field, texts, matches(texts, QUANTITY), 3, outcome)


def price_column(field: Field, texts: Array, outcome: Outcome) -> Column:
    """Ten-thousandths of a yuan; a price of another shape is not good here, so its row goes to the rules."""
    shaped = matches(texts, PRICE)
    return Column(_scaled(texts, shaped, 4), shaped, shaped, np.zeros(len(texts), bool))


def _numbers(field: Field, texts: Array, shaped: Array, places: int, outcome: Outcome) -> Column:
    column = Column(_scaled(texts, shaped, places), shaped.copy(), shaped.copy(), np.zeros(len(texts), bool))
    if not shaped.all():
        outcomes, which = by_rules(field, texts, ~shaped, outcome)
        numbers = [(0, False) if value is None or isinstance(value, BadValue) else value for value in outcomes]
        column.values[~shaped] = np.array([number for number, _rounded in numbers], np.int64)[which]
        column.flag[~shaped] = np.array([rounded for _number, rounded in numbers], bool)[which]
        _settle(column, ~shaped, outcomes, which)
    return column


def _settle(column: Column, rest: Array, outcomes: list[Any], which: Array) -> None:
    column.good[rest] = np.array([not isinstance(value, BadValue) for value in outcomes], bool)[which]
    column.known[rest] = np.array([value is not None for value in outcomes], bool)[which]


def _scaled(texts: Array, shaped: Array, places: int) -> Array:
    """Decimal text times ten to the power of `places` as int64, exactly; 0 where the shape does not fit."""
    fitting = pc.if_else(pa.array(shaped), texts, "0")
    exact = pc.cast(fitting, pa.decimal128(12 + places, places))
    return pc.cast(pc.multiply(exact, pa.scalar(10**places)), pa.int64()).to_numpy(zero_copy_only=False).copy()


def moment_column(field: Field, texts: Array, outcome: Outcome, today: date, ahead: int = 0) -> Column:
    """datetime64[us], NaT where empty."""
    padded, timed = _padded(texts)
    shaped = timed.copy() if timed.all() else timed | matches(padded, f"^{DAY}$")
    values = _timestamps(padded, shaped)
    shaped &= (values >= np.datetime64(f"{moments.FIRST_YEAR}-01-01")) & (
        values < np.datetime64(today + timedelta(days=ahead + 1))
    )
    column = Column(values, shaped.copy(), shaped.copy(), timed & shaped)
    if not shaped.all():
        _moments_by_rules(field, texts, ~shaped, column, outcome)
    return column


def day_column(field: Field, texts: Array, outcome: Outcome, today: date) -> Column:
    """Midnights of datetime64[us]: a time of day beside a delivery day is dropped."""
    column = moment_column(field, texts, outcome, today, DELIVERY_DAYS_AHEAD)
    column.values = column.values.astype("datetime64[D]").astype("datetime64[us]")
    return column


def _moments_by_rules(field: Field, texts: Array, rest: Array, column: Column, outcome: Outcome) -> None:
    outcomes, which = by_rules(field, texts, rest, outcome)
    instants = [_instant(value) for value in outcomes]
    column.values[rest] = np.array([at for at, _has_time in instants], "datetime64[us]")[which]
    column.flag[rest] = np.array([has_time for _at, has_time in instants], bool)[which]
    _settle(column, rest, outcomes, which)


def _instant(value: Any) -> tuple[Any, bool]:
    """A Moment or a date as (something numpy takes, has a time of day)."""
    if value is None or isinstance(value, BadValue):
        return np.datetime64("NaT"), False
    return (value.at, value.has_time) if isinstance(value, moments.Moment) else (value, False)


def _padded(texts: Array) -> tuple[Array, Array]:
    """(cells in the form that arrow casts where they can be, which of them have a time of day)"""
    timed = matches(texts, MOMENT)
    if timed.all():
        return texts, timed
    rest = pa.array(~timed)
    rewritten = _rewritten(texts.filter(rest))
    timed[~timed] = matches(rewritten, MOMENT)
    return pc.replace_with_mask(texts, rest, rewritten), timed


def _rewritten(texts: Array) -> Array:
    """2018/3/1 8:05 as 2018-03-01 08:05:00."""
    dashed = pc.replace_substring_regex(texts, r"^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})", r"\1-\2-\3")
    month = pc.replace_substring_regex(dashed, r"^([0-9]{4})-([0-9])-", r"\1-0\2-")
    day = pc.replace_substring_regex(month, r"^([0-9]{4}-[0-9]{2})-([0-9])($| )", r"\1-0\2\3")
    hour = pc.replace_substring_regex(day, r" ([0-9]:)", r" 0\1")
    return pc.replace_substring_regex(hour, r"^(.{10} [0-9]{2}:[0-9]{2})$", r"\1:00")


def _timestamps(padded: Array, shaped: Array) -> Array:
    """Where the shape fits; a chunk with an impossible day (2018-02-30) is parsed without its impossible days."""
    fitting = pc.if_else(pa.array(shaped), padded, None)
    try:
        parsed = pc.cast(fitting, pa.timestamp("us"))
    except pa.ArrowInvalid:
        parsed = pc.cast(pc.if_else(_real_days(fitting), fitting, None), pa.timestamp("us"))
    return parsed.to_numpy(zero_copy_only=False).astype("datetime64[us]").copy()


def _real_days(texts: Array) -> Array:
    encoded = pc.utf8_slice_codeunits(texts, 0, 10).dictionary_encode()
    real = pa.array([_is_real(day) for day in encoded.dictionary.to_pylist()], pa.bool_())
    return real.take(encoded.indices)


def _is_real(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
