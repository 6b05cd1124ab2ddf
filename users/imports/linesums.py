"""What a line is worth, and what the lines of one order come to: orders.rules on whole chunks (numpy; pure)."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

MONEY = ("amount_fen", "gross_fen", "discount_fen", "refund_fen")
# Of an order, in the order of the staging table; each is a sum over its lines, so that pieces add up.
SUMS = (
    "rows", "twins", "sales", "refunds", "live", "unpaid", "cancelled", "unknown",
    "gross", "discount", "paid", "by_column", "gone", "back", "sale_high", "sale_low", "refund_high", "refund_low",
)  # fmt: skip


def of_lines(sold: pd.DataFrame, kinds: pa.Array, fates: pa.Array) -> dict[str, Any]:
    """Of each sale line: gross and discount, what its refund column gives back, and what is gone of it: all of it when
    the line was cancelled, refunded or never paid. Of a refund line: `back`. Fen."""
    amount, gross, discount, refund = (_known(sold[name]) for name in MONEY)
    sale = np.asarray(kinds) == "s"
    full = np.where(gross[1], gross[0], np.where(amount[1], amount[0] + discount[0], 0))
    taken = np.where(discount[1], discount[0], np.where(gross[1] & amount[1], np.maximum(gross[0] - amount[0], 0), 0))
    gone = np.where(np.asarray(fates) == "p", refund[0], np.maximum(np.maximum(amount[0], refund[0]), 0))
    back = -np.where(amount[1], amount[0], gross[0])
    return {
        "gross": np.where(sale, full, 0),
        "discount": np.where(sale, taken, 0),
        "by_column": np.where(sale, refund[0], 0),
        "gone": np.where(sale, gone, 0),
        "back": np.where(np.asarray(kinds) == "r", back, 0),
    }


def by_order(lines: pa.Table, codes: Any, orders: int) -> dict[str, Any]:
    """SUMS of each order; `codes` says which order a line belongs to."""
    kinds, fates = (lines.column(name).to_numpy() for name in ("kind", "fate"))
    sale, refund = kinds == "s", kinds == "r"
    amount = lines.column("amount")
    unknown = amount.is_null().to_numpy()
    paid = amount.fill_null(0).to_numpy()
    marks = lines.column("mark").to_numpy().view(np.uint64)
    high, low = marks >> np.uint64(32), marks & np.uint64(0xFFFFFFFF)
    weights = {
        "rows": np.ones(len(codes)), "twins": lines.column("twin").to_numpy(), "sales": sale, "refunds": refund,
        "live": sale & (fates == "p"), "unpaid": sale & (fates == "u"), "cancelled": sale & (fates == "c"),
        "unknown": sale & unknown, "paid": np.where(sale, paid, 0),
        **{name: lines.column(name).to_numpy() for name in ("gross", "discount", "by_column", "gone", "back")},
        "sale_high": high * sale, "sale_low": low * sale, "refund_high": high * refund, "refund_low": low * refund,
    }  # fmt: skip
    return {name: _added(codes, weights[name], orders) for name in SUMS}


def of_nothing(count: int) -> dict[str, Any]:
    """SUMS of rows that are no order: one row each, and nothing else."""
    return {name: np.full(count, 1 if name == "rows" else 0, np.int64) for name in SUMS}


def _known(column: "pd.Series[Any]") -> tuple[Any, Any]:
    """(values with 0 for the missing ones, which are known)"""
    known = column.notna().to_numpy()
    return column.to_numpy(np.int64, na_value=0), known


def _added(codes: Any, weights: Any, orders: int) -> Any:
    """Sums of whole numbers; doubles are exact up to 2**53, far above any order's money or marks."""
    return np.bincount(codes, weights=weights, minlength=orders).astype(np.int64)
