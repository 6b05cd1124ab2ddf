"""The rows that are plain sales with nothing to remark, and their table (pyarrow and numpy; pure).

Nearly every row of a healthy export is one. Refunds, registrations, notes and refusals are left to rules.clean_row.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from opsdesk.lib import money
from users.imports import chunks, columns, rules, shapes, statuses
from users.imports.rules import How
from users.imports.shapes import Array, Column, Outcome

MOST_FEN = int(money.LARGEST * 100)
PER_FEN = 100_000  # a ten-thousandth of a yuan times a thousandth of a piece is 1/100,000 fen


def sales(cells: dict[str, Array], how: How, outcome: Outcome) -> tuple[Array, dict[str, Column]]:
    """(mask of the usual rows, columns by field key, with the line's amount under "amount")."""
    read = {key: _column(columns.BY_KEY[key], texts, how, outcome) for key, texts in cells.items()}
    if how.priced:
        read["amount"] = _price_times_quantity(read["unit_price"], read["quantity"])
    usual = np.logical_and.reduce([column.good for column in read.values()])
    for refusal in _unusual(read):
        usual &= ~refusal
    return usual, read


def _column(field: columns.Field, texts: Array, how: How, outcome: Outcome) -> Column:
    """Each distinct cell is read once: most columns of an export repeat a few."""
    coded = texts.dictionary_encode()
    return shapes.spread(_distinct(field, coded.dictionary, how, outcome), coded.indices)


def _distinct(field: columns.Field, texts: Array, how: How, outcome: Outcome) -> Column:
    context = how.context
    if field.kind == "moment":
        return shapes.moment_column(field, texts, outcome, context.today)
    if field.kind == "day":
        return shapes.day_column(field, texts, outcome, context.today)
    return SHAPES[field.kind](field, texts, outcome)


SHAPES = {
    "phone": shapes.phone_column,
    "text": shapes.text_column,
    "money": shapes.money_column,
    "price": shapes.price_column,
    "quantity": shapes.quantity_column,
    "status": shapes.status_column,
}


def _price_times_quantity(price: Column, quantity: Column) -> Column:
    """Half up, in integers: both factors are small enough for 64 bits."""
    whole = quantity.good & quantity.known & (quantity.values >= 0)
    product = price.values * np.where(whole, quantity.values, 0)
    fen, left = np.divmod(product + PER_FEN // 2, PER_FEN)
    return Column(fen, price.good & whole & (fen <= MOST_FEN), price.good & whole, left != PER_FEN // 2)


def _unusual(read: dict[str, Column]) -> list[Array]:
    """Masks of rows with something to decide: no order time, no amount or a negative one, an unclear refund."""
    found = [~read["ordered_at"].known if "ordered_at" in read else np.ones(len(read["phone"].good), bool)]
    if "amount" in read:
        found.append(~read["amount"].known)
    found += [read[key].values < 0 for key in ("amount", "quantity", "gross") if key in read]
    if "status" in read:
        partly = read["status"].values.to_numpy(zero_copy_only=False) == statuses.PARTLY_REFUNDED
        found.append(partly & ~read["refund"].known if "refund" in read else partly)
    return found


def table(lines: Array, usual: Array, read: dict[str, Column]) -> pd.DataFrame:
    """The usual rows with the columns and dtypes of a chunk. A field that the file lacks has its empty value."""
    count = int(usual.sum())
    made: dict[str, Any] = {
        "line": lines[usual],
        "kind": _repeated(rules.SALE, count),
        "has_time": read["ordered_at"].flag[usual] if "ordered_at" in read else np.zeros(count, bool),
        "rounded": _rounded(usual, read),
        "quantity": _quantities(usual, read),
        "status": _strings("status", usual, read, statuses.PAID),
    }
    for key, field in columns.BY_KEY.items():
        if field.kind in ("text", "phone"):
            made[key] = _strings(key, usual, read, "")
        elif field.kind in ("moment", "day"):
            made[key] = _times(key, usual, read)
        elif field.kind == "money":
            made[f"{key}_fen"] = _fen(key, usual, read)
    made["refund_number"] = _repeated("", count)
    made["delivery_day"] = pd.Series(
        pa.array(made["delivery_day"].astype("datetime64[D]"), pa.date32()), dtype=chunks.DAY
    )
    return pd.DataFrame({name: made[name] for name in chunks.DTYPES}, copy=False)


def _repeated(text: str, count: int) -> Any:
    return chunks.texts(pa.repeat(text, count))


def _strings(key: str, usual: Array, read: dict[str, Column], empty: str) -> Any:
    if key not in read:
        return _repeated(empty, int(usual.sum()))
    return chunks.texts(read[key].values.filter(pa.array(usual)))


def _times(key: str, usual: Array, read: dict[str, Column]) -> Array:
    if key in read:
        return read[key].values[usual]
    return np.full(int(usual.sum()), np.datetime64("NaT"), "datetime64[us]")


def _fen(key: str, usual: Array, read: dict[str, Column]) -> Any:
    count = int(usual.sum())
    if key not in read:
        return pd.arrays.IntegerArray(np.zeros(count, np.int64), np.ones(count, bool))
    column = read[key]
    size = np.abs(column.values[usual]) if key in ("discount", "refund") else column.values[usual]
    return pd.arrays.IntegerArray(size, ~column.known[usual])


def _quantities(usual: Array, read: dict[str, Column]) -> Array:
    """One piece where the export does not say."""
    if "quantity" not in read:
        return np.full(int(usual.sum()), 1000, np.int64)
    return np.where(read["quantity"].known, read["quantity"].values, 1000)[usual]


def _rounded(usual: Array, read: dict[str, Column]) -> Array:
    figures = [read[key].flag for key in ("amount", "gross", "discount", "refund", "quantity") if key in read]
    return np.logical_or.reduce(figures)[usual] if figures else np.zeros(int(usual.sum()), bool)
