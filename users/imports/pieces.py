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
TELLING = [*TOLD, "kind", "ordered_at", "community", "station"]
UNKNOWN_COMMUNITY = "unknown_community"
# What most lines and most orders have: a number, or that of another column (slim).
USUAL_LINE = {"gross": "amount", **dict.fromkeys(("discount", "by_column", "gone", "back"), 0)}
USUAL_HEAD = {
    "live": "sales",
    "gross": "paid",
    **dict.fromkeys(("twins", "refunds", "unpaid", "cancelled", "unknown", "discount", "by_column", "gone"), 0),
    **dict.fromkeys(("back", "refund_high", "refund_low"), 0),
}


@dataclass(frozen=True)
class Pieces:
    """`unknown`: (line, community cell) of rows left out because nobody knows the community."""

    lines: pa.Table
    goods: pa.Table
    heads: pa.Table
    unknown: list[tuple[int, str]]
    rounded: int
    amount_unknown: int


def cut(chunk: Chunk, gazetteer: Gazetteer, drop_identical: bool = False) -> Pieces:
    """Its tables have the columns of their staging tables (staging_sql.CREATE)."""
    frame, unknown = _without_unknown(chunk.frame, gazetteer)
    sold, known = _apart(frame)
    numbers = _numbers(sold)
    first, codes = _first_rows(sold, numbers)
    groups = sold["line"].to_numpy()[first]
    told = _telling_rows(sold, codes)
    good, goods = _goods(sold)
    lines = _lines(sold, groups[codes], good, drop_identical)
    heads = [_heads(sold, numbers, told, groups, gazetteer, linesums.by_order(lines, codes, len(first)))]
    heads += [_registrations(known, gazetteer)] if len(known) else []
    return Pieces(
        lines=slim(lines, USUAL_LINE),
        goods=goods,
        heads=slim(pa.concat_tables(heads).combine_chunks(), USUAL_HEAD),
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


def _goods(sold: pd.DataFrame) -> tuple[Any, pa.Table]:
    """(the number of each line's good, the goods of the chunk). Of places written to twice the last value stays."""
    product, category = (arrow(sold[name], pa.string()).dictionary_encode() for name in ("product", "category"))
    pairs = product.indices.to_numpy() * np.int64(len(category.dictionary)) + category.indices.to_numpy()
    coded = pa.array(pairs).dictionary_encode()
    which, line = coded.indices.to_numpy(), sold["line"].to_numpy()
    first, last = np.empty((2, len(coded.dictionary)), np.int64)
    first[which[::-1]] = np.arange(len(which))[::-1]
    last[which] = line
    names = {"product": product.take(first).dictionary_decode(), "category": category.take(first).dictionary_decode()}
    return line[first][which], pa.table({"good": line[first], **names, "line": last})


def _lines(sold: pd.DataFrame, groups: Any, good: Any, drop_identical: bool) -> pa.Table:
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
            "good": good,
            "quantity": sold["quantity"].to_numpy(),
            "amount": arrow(sold["amount_fen"]),
            **linesums.of_lines(sold, kinds, fates),
            "mark": marks,
            "twin": twins,
        }
    )


def slim(rows: pa.Table, usual: dict[str, Any]) -> pa.Table:
    """Without what goes without saying. A dozen numbers of a million lines and their orders need not be written, read
    and kept; those of lines only to be added up again where an order fell into several chunks."""
    for name, plain in usual.items():
        same = pc.equal(rows.column(name), rows.column(plain) if isinstance(plain, str) else plain)
        kept = pc.if_else(pc.fill_null(same, False), pa.scalar(None, pa.int64()), rows.column(name))
        rows = rows.set_column(rows.column_names.index(name), name, kept)
    return rows


def _coded(texts: "pd.Series[Any]", letters: dict[str, str]) -> pa.Array:
    coded = arrow(texts, pa.string()).dictionary_encode()
    return pa.array([letters[text] for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _heads(
    sold: pd.DataFrame, numbers: pa.Array, told: Any, groups: Any, gazetteer: Gazetteer, sums: dict[str, Any]
) -> pa.Table:
    telling = sold[TELLING].iloc[told]
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
