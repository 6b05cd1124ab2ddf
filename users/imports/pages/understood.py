"""The first rows of a file as they were understood: what the preview shows, masked, with every trouble at its cell."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_noop

from opsdesk.lib import figures, names, phones
from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.moments import Moment
from users.imports import columns, problems, rules
from users.imports.columns import Field
from users.imports.inspection import Inspection
from users.imports.places import Gazetteer
from users.imports.rules import CleanRow, How

# The order in which the preview shows them; a file shows those that it has.
SHOWN = (
    "phone", "name", "ordered_at", "address", "product", "category", "quantity", "unit_price", "amount", "discount",
    "gross", "refund", "order_number", "community", "status", "station", "channel", "coupon_code", "delivery_day",
    "registered_at",
)  # fmt: skip
MONEY = frozenset({"amount", "gross", "discount", "refund", "unit_price"})
NUMBERS = MONEY | {"quantity"}
DEDUCTIONS = frozenset({"discount", "refund"})
CODES = frozenset({"order_number", "coupon_code"})


@dataclass(frozen=True)
class Cell:
    """`kind` "bad": the row stays out because of it; "note": to be known; "none": the file says nothing here."""

    text: str
    kind: str = ""
    why: str = ""
    is_service: bool = False
    css: str = ""


@dataclass(frozen=True)
class Column:
    key: str
    label: str

    @property
    def css(self) -> str:
        return _css(self.key)


@dataclass(frozen=True)
class Row:
    line: int
    cells: list[Cell]
    why: str = ""


@dataclass(frozen=True)
class Preview:
    columns: list[Column]
    rows: list[Row]


def preview(inspection: Inspection, today: date, gazetteer: Gazetteer, service: Collection[str] = ()) -> Preview:
    """`service`: names of service categories. Reads the sample again by the rules; asks nothing of the database."""
    how = How.of(inspection.mapping, today, inspection.since_1904)
    keys = [key for key in SHOWN if how.has(key) or (key == "amount" and how.priced)]
    reader = _Reader(how, gazetteer, frozenset(service))
    places = {key: inspection.headers.index(header) for key, header in inspection.mapping.columns.items()}
    rows = [reader.row(line, _cells(raw, places), keys) for line, raw in inspection.sample]
    return Preview([Column(key, columns.BY_KEY[key].label) for key in keys], rows)


def _cells(raw: list[str], places: Mapping[str, int]) -> dict[str, str]:
    """Raw text by field; a short row lacks its last cells."""
    return {key: raw[place] if place < len(raw) else "" for key, place in places.items()}


@dataclass(frozen=True)
class _Reader:
    how: How
    gazetteer: Gazetteer
    service: frozenset[str]

    def row(self, line: int, cells: Mapping[str, str], keys: list[str]) -> Row:
        clean, found = rules.clean_row(line, cells, self.how)
        troubles = {problem.field: problem for problem in reversed(found)}
        shown = [replace(self._cell(key, cells, clean, troubles.get(key)), css=_css(key)) for key in keys]
        beside = [problem for key, problem in troubles.items() if key not in keys]
        return Row(line, shown, " ".join(_why(problem.code) for problem in beside))

    def _cell(
        self, key: str, cells: Mapping[str, str], clean: CleanRow | None, trouble: problems.RowProblem | None
    ) -> Cell:
        if trouble is not None:
            text = self._text(key, cells, clean) if trouble.severity == "note" else trouble.value
            kind = "note" if trouble.severity == "note" else "bad"
            return Cell(text or gettext("(empty)"), kind, _why(trouble.code))
        text = self._text(key, cells, clean)
        if key == "community" and self._community_is_unknown(cells[key]):
            return Cell(text, "note", gettext("This community is not known here yet."))
        is_service = key == "category" and text in self.service
        return Cell(text, is_service=is_service) if text else Cell(figures.NOTHING, "none")

    def _text(self, key: str, cells: Mapping[str, str], clean: CleanRow | None) -> str:
        if key == "amount" and key not in cells:
            return "" if clean is None or clean.amount_fen is None else figures.yuan(clean.amount_fen)
        field = columns.BY_KEY[key]
        try:
            value = field.read(cells[key], self.how.context)
        except BadValue:
            return problems.shown(cells[key], key)
        if key == "address" and value:
            return self._address(value, cells)
        return self._printed(field, value)

    def _printed(self, field: Field, value: Any) -> str:
        """A value as people read it; "" for an empty cell, and for a deduction of nothing."""
        if value in (None, "") or (field.key in DEDUCTIONS and value.fen == 0):
            return ""
        if field.kind == "moment":
            return _moment(value, self.how.context.today)
        return _PRINTED[field.key if field.key in _PRINTED else field.kind](value)

    def _address(self, text: str, cells: Mapping[str, str]) -> str:
        """The door where it was understood (2-3-201), else the address as written."""
        place = self.gazetteer.place(cells.get("community", ""), cells.get("station", ""), text)
        door = "-".join(part for part in (place.building, place.unit, place.room) if part)
        return door or phones.mask_within(text)

    def _community_is_unknown(self, text: str) -> bool:
        return self.gazetteer.named(columns.BY_KEY["community"].read(text, self.how.context)).unknown


def _css(key: str) -> str:
    return "num" if key in NUMBERS else "mono" if key in CODES else ""


def _why(code: str) -> str:
    return gettext(problems.PROBLEMS[code].reason)


def _moment(value: Moment, today: date) -> str:
    day = value.at.strftime("%m-%d" if value.at.year == today.year else "%Y-%m-%d")
    return f"{day} {value.at:%H:%M}" if value.has_time else day


def _quantity(value: Any) -> str:
    return f"{(Decimal(value.number) / 1000).normalize():f}"


def _price(value: Decimal) -> str:
    places = max(2, -int(value.as_tuple().exponent))
    return f"¥{figures.grouped(value, min(places, 4))}"


def _status(value: str) -> str:
    return gettext(STATUS_WORDS[value])


def _day(value: date | datetime) -> str:
    return f"{value:%Y-%m-%d}"


_PRINTED: Mapping[str, Callable[[Any], str]] = {
    "phone": phones.mask,
    "name": names.mask,
    "day": _day,
    "money": lambda value: figures.yuan(value.fen),
    "price": _price,
    "quantity": _quantity,
    "status": _status,
    "text": phones.mask_within,
}


STATUS_WORDS = {
    "paid": gettext_noop("paid"),
    "unpaid": gettext_noop("not paid"),
    "cancelled": gettext_noop("cancelled"),
    "refunded": gettext_noop("refunded in full"),
    "partly_refunded": gettext_noop("refunded in part"),
}
