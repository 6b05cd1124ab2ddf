"""Numbers that stand for the content of rows: equal content, equal number, on every machine and for ever (pure)."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Marks = "np.ndarray[Any, np.dtype[np.uint64]]"

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_NOTHING = np.uint64(0x5851F42D4C957F2D)


def arrow(column: Any, kind: pa.DataType | None = None) -> pa.Array:
    """A column as one arrow array, however many chunks pandas keeps it in."""
    made = pa.array(column, kind)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def marks(columns: Sequence["pd.Series[Any]"]) -> Any:
    """One signed 64-bit number a row, of text columns and whole numbers (null allowed); the order of columns counts."""
    folded = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        folded = _mixed(folded * _STEP + _of(column))
    return folded.view(np.int64)


def _of(column: "pd.Series[Any]") -> Any:
    return _of_texts(column) if pd.api.types.is_string_dtype(column.dtype) else _of_numbers(column)


def _of_texts(column: "pd.Series[Any]") -> Any:
    """A digest of each distinct text, spread over the rows."""
    coded = arrow(column, pa.string()).dictionary_encode()
    digests = [int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big") for text in coded.dictionary.to_pylist()]
    return np.array(digests, np.uint64)[coded.indices.to_numpy()]


def _of_numbers(column: "pd.Series[Any]") -> Any:
    """The numbers themselves, mixed; a missing one has a number of its own."""
    known = column.notna().to_numpy()
    whole = column.to_numpy(np.int64, na_value=0) if not known.all() else column.to_numpy(np.int64)
    return np.where(known, _mixed(whole.view(np.uint64) + _STEP), _NOTHING)


def _mixed(values: Any) -> Any:
    """splitmix64's finisher: every bit of the input moves about half of the output's."""
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))
