"""The columns of an order export: what each is called, and how a cell of it is read (pure)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from opsdesk.lib import moments, money, phones, quantities
from opsdesk.lib.wording import gettext_noop as _
from users.imports import cells, statuses
from users.imports.aliases import ALIASES
from users.imports.cells import Context

Reader = Callable[[str, Context], Any]


@dataclass(frozen=True)
class Field:
    """One importable field. `kind` is the shape of its cells; `longest` what the database can hold (texts only)."""

    key: str
    label: str
    kind: str
    read: Reader
    longest: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(ALIASES[self.key].split())


def _text(key: str, label: str, longest: int) -> Field:
    return Field(key, label, "text", lambda text, _context: cells.free_text(text, longest), longest)


def _money(key: str, label: str) -> Field:
    return Field(key, label, "money", lambda text, _context: money.read(text))


FIELDS: tuple[Field, ...] = (
    Field("phone", _("Phone"), "phone", lambda text, _context: phones.read(text)),
    Field("ordered_at", _("Order time"), "moment", cells.moment),
    _text("name", _("Name"), 80),
    _text("address", _("Address"), 200),
    _text("product", _("Product"), 200),
    _text("category", _("Category"), 80),
    _text("order_number", _("Order number"), 80),
    _money("amount", _("Amount paid")),
    Field("unit_price", _("Unit price"), "price", lambda text, _context: money.read_decimal(text)),
    _money("gross", _("Amount before discount")),
    _money("discount", _("Discount")),
    _text("coupon_code", _("Coupon code"), 40),
    Field("quantity", _("Quantity"), "quantity", lambda text, _context: quantities.read(text)),
    Field("status", _("Status"), "status", cells.status),
    _money("refund", _("Amount refunded")),
    _text("channel", _("Channel"), 40),
    _text("community", _("Community"), 80),
    _text("station", _("Service station"), 80),
    Field("delivery_day", _("Delivery day"), "day", cells.delivery_day),
    Field("registered_at", _("Registered at"), "moment", cells.moment),
)
BY_KEY: dict[str, Field] = {each.key: each for each in FIELDS}
TIMES = ("ordered_at", "registered_at")

# What is written in brackets behind a name and changes nothing: 实付金额(元), 手机号（必填）.
HINT = re.compile(r"[(\[【](?:元|人民币|rmb|cny|yuan|￥|¥|必填|选填|可选|required|optional|件|个|份|kg)[)\]】]$")


@dataclass(frozen=True)
class Mapping:
    """Which header holds which field, and how the file's own habits are to be read. Round-trips through JSON."""

    columns: dict[str, str] = field(default_factory=dict)
    day_order: str = ""
    status_words: dict[str, str] = field(default_factory=dict)
    refund_prefixes: list[str] = field(default_factory=list)
    drop_identical: bool = False

    def __post_init__(self) -> None:
        wrong = [word for word, status in self.status_words.items() if status not in statuses.STATUSES]
        if wrong or self.day_order not in ("", *moments.DAY_ORDERS):
            raise ValueError(f"mapping with an unknown status or day order: {wrong or self.day_order}")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Mapping":
        """The mapping as stored; keys that no longer mean anything are left out."""
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        mapped = {key: header for key, header in known.get("columns", {}).items() if key in BY_KEY}
        return cls(**{**known, "columns": mapped})


@dataclass(frozen=True)
class Recognised:
    """A guess at the mapping; fields that several headers could be (the first was taken); headers nobody claims."""

    mapping: Mapping
    ambiguous: dict[str, tuple[str, ...]]
    unmapped: tuple[str, ...]


def recognise(headers: Sequence[str]) -> Recognised:
    """Headers matched by name only, exactly once spelling is folded: 折扣 is a rate and is not taken for an amount."""
    read = [(folded(header), header) for header in headers]
    claims = {key: claim for key in BY_KEY if (claim := _claimants(key, read))}
    chosen = {key: claim[0] for key, claim in claims.items()}
    return Recognised(
        mapping=Mapping(columns=chosen),
        ambiguous={key: claim for key, claim in claims.items() if len(claim) > 1},
        unmapped=tuple(header for header in headers if header and header not in chosen.values()),
    )


def _claimants(key: str, headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The headers, (folded, as written), that could be this field, the surest name first."""
    ranks = {name: rank for rank, name in enumerate(BY_KEY[key].names)}
    fitting = [(ranks[name], header) for name, header in headers if name in ranks]
    return tuple(header for _rank, header in sorted(fitting, key=lambda pair: pair[0]))


def folded(header: str) -> str:
    """A header as aliases are written: no spaces, narrow, lower case, without a unit in brackets."""
    return HINT.sub("", cells.word_key(header))


def missing(mapping: Mapping) -> tuple[str, ...]:
    """Keys of the fields without which nothing can be read: a phone, and an order or registration time."""
    lacking = ("phone",) if "phone" not in mapping.columns else ()
    return lacking if any(key in mapping.columns for key in TIMES) else (*lacking, "ordered_at")
