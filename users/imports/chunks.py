"""What the reader hands on: cleaned rows as a table, with everything that was refused beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from users.imports.problems import RowProblem
from users.imports.rules import CleanRow

TEXT = pd.StringDtype("pyarrow")
DAY = pd.ArrowDtype(pa.date32())
DTYPES: dict[str, Any] = {
    "line": "int64",
    "kind": TEXT,
    "phone": TEXT,
    "name": TEXT,
    "ordered_at": "datetime64[us]",
    "has_time": "bool",
    "address": TEXT,
    "order_number": TEXT,
    "refund_number": TEXT,
    "product": TEXT,
    "category": TEXT,
    "quantity": "int64",
    "amount_fen": "Int64",
    "gross_fen": "Int64",
    "discount_fen": "Int64",
    "refund_fen": "Int64",
    "coupon_code": TEXT,
    "status": TEXT,
    "channel": TEXT,
    "community": TEXT,
    "station": TEXT,
    "delivery_day": DAY,
    "registered_at": "datetime64[us]",
    "rounded": "bool",
}


@dataclass(frozen=True)
class Chunk:
    """Rows in the order of the file. rows_read == len(frame) + len(refused), always; blank rows are neither.

    `frame` has the columns and dtypes of DTYPES (rules.CleanRow says what they mean); no text is missing, "" is empty.
    `refused` holds (line, raw cells) for the quarantine file. `bytes_read` is how much of the stored file lies behind.
    """

    number: int
    frame: pd.DataFrame
    problems: list[RowProblem]
    refused: list[tuple[int, list[str]]]
    rows_read: int
    blank_rows: int
    bytes_read: int
    last_line: int


def texts(array: Any) -> Any:
    """An arrow string array as the pandas array of a text column."""
    return TEXT.construct_array_type()._from_sequence(array, dtype=TEXT)


def frame_of(rows: Iterable[CleanRow]) -> pd.DataFrame:
    """Rows as a table of the one shape, also when there are none."""
    table = list(rows)
    columns = list(zip(*table, strict=True)) if table else [()] * len(DTYPES)
    named = zip(DTYPES.items(), columns, strict=True)
    return pd.DataFrame({name: pd.Series(list(values), dtype=dtype) for (name, dtype), values in named})
