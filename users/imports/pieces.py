"""A cleaned chunk -> two slim tables: its lines, and one head for each order that it holds a piece of (pure).

A piece is numbered by its first line; pieces of one order that fell into several chunks are joined when staged.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from users.imports import alike, fingerprints, linesums, rules, statuses
from users.imports.chunks import Chunk
from users.imports.fingerprints import arrow
from users.imports.places import Gazetteer

KINDS = {rules.SALE: "s", rules.REFUND: "r", rules.REGISTRATION: "g"}
DROPPED = "x"
STATUS = {
    statuses.PAID: "p",
    statuses.PARTLY_REFUNDED: "p",
    statuses.UNPAID: "u",
    statuses.CANCELLED: "c",
    statuses.REFUNDED: "r",
    "": "p",
}
CONTENT = ("product", "category", "quantity", *linesums.MONEY, "status")
TOLD = ("refund_number", "phone", "name", "address", "channel", "coupon_code", "delivery_day", "registered_at")
UNKNOWN_COMMUNITY = "unknown_community"
LEFT_OUT = ("gross", "discount", "by_column", "gone", "back")


@dataclass(frozen=True)
class Pieces:
    """`unknown`: (line, community cell) of rows left out because nobody knows the community."""

    lines: pa.Table
    heads: pa.Table
    unknown: list[tuple[int, str]]
    rounded: int
    amount_unknown: int


def cut(chunk: Chunk, gazetteer: Gazetteer, drop_identical: bool = False) -> Pieces:
    """Both have the columns of their staging tables (staging_sql.CREATE)."""
    frame, unknown = _without_unknown(chunk.frame, gazetteer)
    sold, known = _apart(frame)
    numbers = _numbers(sold)
    first, codes = _first_rows(sold, numbers)
    groups = sold["line"].to_numpy()[first]
    told = _telling_rows(sold, codes)
    lines = _lines(sold, groups[codes], drop_identical)
    heads = [_heads(sold, numbers, told, groups, gazetteer, linesums.by_order(lines, codes, len(first)))]
    heads += [_registrations(known, gazetteer)] if len(known) else []
    return Pieces(
        lines=slim(lines),
        heads=pa.concat_tables(heads),
        unknown=unknown,
        rounded=int(frame["rounded"].sum()),
        amount_unknown=int(sold["amount_fen"].isna().sum()),
    )


def _apart(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(rows of orders, registrations)"""
    bare = (frame["kind"] == rules.REGISTRATION).to_numpy(bool)
    if not bare.any():
        return frame, frame[:0]
    return frame[~bare].reset_index(drop=True), frame[bare].reset_index(drop=True)


def _without_unknown(frame: pd.DataFrame, gazetteer: Gazetteer) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    names = [name for name in frame["community"].unique() if gazetteer.named(name).unknown]
    if not names:
        return frame, []
    out = frame["community"].isin(names)
    left_out = list(zip(frame["line"][out].tolist(), frame["community"][out].tolist(), strict=True))
    return frame[~out].reset_index(drop=True), left_out


def _numbers(sold: pd.DataFrame) -> pa.Array:
    """The order's number; where there is none @ and its moment, or @ and its day when no time is written."""
    numbers = arrow(sold["order_number"], pa.string())
    if pc.all(pc.not_equal(numbers, ""), min_count=0).as_py():
        return numbers
    moments = pc.cast(arrow(sold["ordered_at"]), pa.string())
    timed = pc.replace_substring_regex(moments, r"\.0+$", "")
    days = pc.utf8_slice_codeunits(moments, 0, 10)
    written = pc.if_else(arrow(sold["has_time"]), timed, days)
    return pc.if_else(pc.equal(numbers, ""), pc.binary_join_element_wise("@", written, ""), numbers)


def _first_rows(sold: pd.DataFrame, numbers: pa.Array) -> tuple[Any, Any]:
    """(row of each order's first line, order of each row). An order is a phone and a number."""
    keys = pc.binary_join_element_wise(arrow(sold["phone"], pa.string()), numbers, "\x1f")
    codes = keys.dictionary_encode().indices.to_numpy()
    return np.unique(codes, return_index=True)[1], codes


def _telling_rows(sold: pd.DataFrame, codes: Any) -> Any:
    """The row that speaks for each order: its first sale, else its first refund."""
    refund = (sold["kind"] == rules.REFUND).to_numpy(bool)
    by_order = np.lexsort((np.arange(len(codes)), refund, codes))
    return by_order[np.unique(codes[by_order], return_index=True)[1]]


def _lines(sold: pd.DataFrame, groups: Any, drop_identical: bool) -> pa.Table:
    kinds = _coded(sold["kind"], KINDS)
    fates = _coded(sold["status"], STATUS)
    marks = fingerprints.marks([sold[name] for name in CONTENT])
    twins = pd.DataFrame({"group": groups, "mark": marks}).duplicated().to_numpy()
    if drop_identical:
        kinds = pc.if_else(pa.array(twins), DROPPED, kinds)
    return pa.table(
        {
            "odd": _odd(arrow(sold["phone"], pa.string())),
            "line": sold["line"].to_numpy(),
            "grp": groups,
            "kind": kinds,
            "fate": fates,
            "product": arrow(sold["product"], pa.string()),
            "category": arrow(sold["category"], pa.string()),
            "quantity": sold["quantity"].to_numpy(),
            "amount": arrow(sold["amount_fen"]),
            **linesums.of_lines(sold, kinds, fates),
            "mark": marks,
            "twin": twins,
        }
    )


def slim(lines: pa.Table) -> pa.Table:
    """Without what goes without saying: a gross that is the amount, other money of nothing. Five numbers of a million
    lines need not be written, read and kept, only to be added up again where an order fell into several chunks."""
    for name in LEFT_OUT:
        usual = lines.column("amount") if name == "gross" else 0
        plain = pc.fill_null(pc.equal(lines.column(name), usual), False)
        kept = pc.if_else(plain, pa.scalar(None, pa.int64()), lines.column(name))
        lines = lines.set_column(lines.column_names.index(name), name, kept)
    return lines


def _coded(texts: "pd.Series[Any]", letters: dict[str, str]) -> pa.Array:
    coded = arrow(texts, pa.string()).dictionary_encode()
    return pa.array([letters[text] for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _heads(
    sold: pd.DataFrame, numbers: pa.Array, told: Any, groups: Any, gazetteer: Gazetteer, sums: dict[str, Any]
) -> pa.Table:
    telling = sold.iloc[told]
    placed_at = arrow(telling["ordered_at"], pa.timestamp("us"))
    kinds = _coded(telling["kind"], KINDS)
    return _table(telling, groups, kinds, numbers.take(pa.array(told)), placed_at, gazetteer, sums)


def _registrations(known: pd.DataFrame, gazetteer: Gazetteer) -> pa.Table:
    count = len(known)
    never = pa.nulls(count, pa.timestamp("us"))
    groups = known["line"].to_numpy()
    kinds = _coded(known["kind"], KINDS)
    return _table(known, groups, kinds, pa.repeat("", count), never, gazetteer, linesums.of_nothing(count))


def _table(
    rows: pd.DataFrame,
    groups: Any,
    kinds: pa.Array,
    numbers: pa.Array,
    placed_at: pa.Array,
    gazetteer: Gazetteer,
    sums: dict[str, Any],
) -> pa.Table:
    told = {name: arrow(rows[name], _TYPES.get(name, pa.string())) for name in TOLD}
    head = {"grp": groups, "kind": kinds, "number": numbers, "placed_at": placed_at}
    head["odd"] = _odd(told["phone"])
    return pa.table({**head, **told, **_places(rows, gazetteer), **sums})


def _odd(phones: pa.Array) -> pa.Array:
    """The lane of each (lanes.py)."""
    return pc.match_substring_regex(phones, "[13579]$")


_TYPES = {"delivery_day": pa.date32(), "registered_at": pa.timestamp("us")}


def _places(rows: pd.DataFrame, gazetteer: Gazetteer) -> dict[str, pa.Array]:
    community, station, address = (arrow(rows[name], pa.string()) for name in ("community", "station", "address"))
    return alike.places(community, station, address, gazetteer)
