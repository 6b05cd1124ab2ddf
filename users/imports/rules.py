"""One row of an export -> what it says, or every reason why it is refused: the definition (pure).

`cleaning` does the same to whole chunks; a property test holds it to this file.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from opsdesk.lib import money
from opsdesk.lib.badvalue import BadValue
from users.imports import columns, problems, statuses
from users.imports.cells import Context
from users.imports.problems import RowProblem

SALE, REFUND, REGISTRATION = "sale", "refund", "registration"
REFUND_PREFIXES = ("C", "R", "TK", "退")
ORDERED = ("product", "category", "order_number", "amount", "unit_price", "gross", "coupon_code")


class CleanRow(NamedTuple):
    """A row as understood, in the order of the columns of a cleaned chunk.

    Money is fen, quantity thousandths, times are naive Asia/Shanghai. In a refund line all money but `refund_fen`, and
    the quantity, are at most zero; `order_number` is the original order's, `refund_number` its own where it differs.
    """

    line: int
    kind: str
    phone: str
    name: str
    ordered_at: datetime | None
    has_time: bool
    address: str
    order_number: str
    refund_number: str
    product: str
    category: str
    quantity: int
    amount_fen: int | None
    gross_fen: int | None
    discount_fen: int | None
    refund_fen: int | None
    coupon_code: str
    status: str
    channel: str
    community: str
    station: str
    delivery_day: date | None
    registered_at: datetime | None
    rounded: bool


@dataclass(frozen=True)
class How:
    """Everything that decides how the rows of one file are read."""

    mapping: columns.Mapping
    context: Context

    @classmethod
    def of(cls, mapping: columns.Mapping, today: date, since_1904: bool = False) -> "How":
        return cls(mapping, Context(today, mapping.day_order, mapping.status_words, since_1904))

    def has(self, key: str) -> bool:
        return key in self.mapping.columns

    @property
    def priced(self) -> bool:
        """The amount is quantity x unit price: only where the file has no amount of its own."""
        return not self.has("amount") and self.has("unit_price") and self.has("quantity")


class Reading:
    """The values read from one row so far, and its troubles as (field, code)."""

    def __init__(self, cells: Mapping[str, str], how: How) -> None:
        self.cells = cells
        self.how = how
        self.values: dict[str, Any] = {}
        self.troubles: list[tuple[str, str]] = []

    def trouble(self, key: str, code: str) -> None:
        self.troubles.append((key, code))

    def troubled(self, key: str) -> bool:
        return any(field == key for field, _code in self.troubles)

    def get(self, key: str) -> Any:
        """The value; None when the cell is empty, bad, or the file has no such column."""
        return self.values.get(key)

    def text(self, key: str) -> str:
        return self.values.get(key) or ""

    def fen(self, key: str) -> int | None:
        value = self.get(key)
        return None if value is None else int(value.fen)

    @property
    def refused(self) -> bool:
        return any(problems.PROBLEMS[code].severity == "refused" for _field, code in self.troubles)


Read = Callable[[columns.Field, str], Any]


def clean_row(
    line: int, cells: Mapping[str, str], how: How, read: Read | None = None
) -> tuple[CleanRow | None, list[RowProblem]]:
    """The row, or None with all its problems; an accepted row may carry notes.

    `cells`: raw text by field key, mapped fields only. `read`: reads a cell instead of the field (and may remember).
    """
    reading = Reading(cells, how)
    _read_cells(reading, read)
    registration = _check_times(reading)
    amount = None if registration else _amount(reading)
    negative = not registration and _is_negative(reading, amount)
    if negative:
        _check_marked(reading)
    elif reading.get("status") == statuses.PARTLY_REFUNDED and reading.get("refund") is None:
        reading.trouble("status", "partly_refunded_unknown")
    found = [_problem(line, reading, *trouble) for trouble in reading.troubles]
    if reading.refused:
        return None, [problem for problem in found if problem.severity == "refused"]
    kind = REGISTRATION if registration else REFUND if negative else SALE
    return _row(line, kind, reading, amount), found


def _read_cells(reading: Reading, read: Read | None) -> None:
    for key, text in reading.cells.items():
        field = columns.BY_KEY[key]
        try:
            reading.values[key] = read(field, text) if read else field.read(text, reading.how.context)
        except BadValue as bad:
            reading.trouble(key, bad.code)


def _check_times(reading: Reading) -> bool:
    """Whether this is a registration only: a registration time, and nothing about an order."""
    if reading.get("ordered_at") is not None or reading.troubled("ordered_at"):
        return False
    bare = not any(reading.cells.get(key, "").strip() for key in ORDERED)
    if bare and (reading.get("registered_at") is not None or reading.troubled("registered_at")):
        return True
    reading.trouble("ordered_at" if reading.how.has("ordered_at") else "registered_at", "time_missing")
    return False


def _amount(reading: Reading) -> money.Fen | None:
    """The line's amount; None when the file cannot say (no amount, no price): M is then unknown."""
    how = reading.how
    if how.priced:
        return _price_times_quantity(reading)
    if how.has("amount") and reading.get("amount") is None and not reading.troubled("amount"):
        reading.trouble("amount", "amount_missing")
    amount: money.Fen | None = reading.get("amount")
    return amount


def _price_times_quantity(reading: Reading) -> money.Fen | None:
    for key, code in (("unit_price", "price_missing"), ("quantity", "quantity_missing")):
        if reading.get(key) is None and not reading.troubled(key):
            reading.trouble(key, code)
    price, quantity = reading.get("unit_price"), reading.get("quantity")
    if price is None or quantity is None:
        return None
    if price < 0:
        reading.trouble("unit_price", "price_negative")
        return None
    try:
        return money.to_fen(price * quantity.number / 1000)
    except BadValue as bad:
        reading.trouble("unit_price", bad.code)
        return None


def _is_negative(reading: Reading, amount: money.Fen | None) -> bool:
    quantity, gross = reading.get("quantity"), reading.fen("gross")
    return bool((amount and amount.fen < 0) or (quantity and quantity.number < 0) or (gross and gross < 0))


def _check_marked(reading: Reading) -> None:
    """A negative line is a refund when its status or its order number says so; otherwise it is refused."""
    marked = reading.get("status") in statuses.REFUND_MARKS or original_of(reading.text("order_number"), reading.how)
    reading.trouble(_negative_field(reading), "refund_line" if marked else "negative_without_mark")


def _negative_field(reading: Reading) -> str:
    """The first column whose cell is below zero; a negative product of price and quantity is the quantity's."""
    amount, quantity = reading.fen("amount"), reading.get("quantity")
    if amount is not None and amount < 0:
        return "amount"
    return "quantity" if quantity is not None and quantity.number < 0 else "gross"


def original_of(order_number: str, how: How) -> str:
    """The order that a refund's own number names: C536379 is a refund of 536379; "" when the number says nothing."""
    for prefix in how.mapping.refund_prefixes:
        if order_number.startswith(prefix) and len(order_number) > len(prefix):
            return order_number.removeprefix(prefix)
    found = re.fullmatch(rf"(?:{'|'.join(REFUND_PREFIXES)})-?([0-9]+)", order_number, re.IGNORECASE)
    return found[1] if found else ""


def _problem(line: int, reading: Reading, key: str, code: str) -> RowProblem:
    header = reading.how.mapping.columns.get(key, "")
    return problems.row_problem(line, header, key, reading.cells.get(key, ""), code)


def _row(line: int, kind: str, reading: Reading, amount: money.Fen | None) -> CleanRow:
    sign = -1 if kind == REFUND else 1
    number = reading.text("order_number")
    original = original_of(number, reading.how) if kind == REFUND else ""
    ordered, registered = reading.get("ordered_at"), reading.get("registered_at")
    return CleanRow(
        line=line,
        kind=kind,
        phone=reading.get("phone"),
        name=reading.text("name"),
        ordered_at=ordered.at if ordered else None,
        has_time=bool(ordered and ordered.has_time),
        address=reading.text("address"),
        order_number=original or number,
        refund_number=number if original else "",
        product=reading.text("product"),
        category=reading.text("category"),
        quantity=_quantity(kind, reading) * sign,
        amount_fen=_signed(amount.fen if amount else None, kind),
        gross_fen=_signed(reading.fen("gross"), kind),
        discount_fen=_signed(_size(reading.fen("discount")), kind),
        refund_fen=_size(reading.fen("refund")),
        coupon_code=reading.text("coupon_code"),
        status=_status(kind, reading),
        channel=reading.text("channel"),
        community=reading.text("community"),
        station=reading.text("station"),
        delivery_day=reading.get("delivery_day"),
        registered_at=registered.at if registered else None,
        rounded=_rounded(reading, amount),
    )


def _quantity(kind: str, reading: Reading) -> int:
    """Thousandths without sign; one piece where the export does not say, none in a registration."""
    quantity = reading.get("quantity")
    if quantity is not None:
        return abs(int(quantity.number))
    return 0 if kind == REGISTRATION else 1000


def _size(fen: int | None) -> int | None:
    """Exports write a deduction as 3.00 or as -3.00; both mean three yuan."""
    return None if fen is None else abs(fen)


def _signed(fen: int | None, kind: str) -> int | None:
    return -abs(fen) if fen is not None and kind == REFUND else fen


def _status(kind: str, reading: Reading) -> str:
    status = reading.text("status") or statuses.PAID
    if kind == REGISTRATION:
        return ""
    return statuses.REFUNDED if kind == REFUND and status not in statuses.REFUND_MARKS else status


def _rounded(reading: Reading, amount: money.Fen | None) -> bool:
    """Whether any figure of the line was rounded (money to fen, quantity to thousandths)."""
    figures = [amount, *(reading.get(key) for key in ("gross", "discount", "refund", "quantity"))]
    return any(figure is not None and figure.rounded for figure in figures)
