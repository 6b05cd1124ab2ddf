"""What the made-up city consists of. Money is integer fen; every moment is wall-clock time in Asia/Shanghai."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple


class Category(NamedTuple):
    name: str
    service: bool


class Product(NamedTuple):
    name: str
    category: str
    fen: int
    weight: int


@dataclass(frozen=True, slots=True)
class Community:
    """`writings` are the ways in which addresses are written here, see `addresses.py`."""

    code: str
    name: str
    district: str
    street: str
    buildings: int
    units: int
    floors: int
    doors: int
    opened_on: date
    order_cutoff: time
    writings: tuple[str, ...]

    @property
    def households(self) -> int:
        return self.buildings * self.units * self.floors * self.doors


@dataclass(frozen=True, slots=True)
class Station:
    """Serves the buildings `first_building` to `last_building` (both included) of one community."""

    code: str
    name: str
    community: str
    first_building: int
    last_building: int


@dataclass(frozen=True, slots=True)
class StaffMember:
    """No communities and no stations means the role holds everywhere."""

    username: str
    name: str
    role: str
    communities: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


class Home(NamedTuple):
    """A door; `community` is None for someone who collects the goods and gave no address."""

    community: Community | None
    building: int
    unit: int
    room: int
    writing: str
    prefix: str


@dataclass(slots=True)
class Customer:
    phone: str
    name: str
    home: Home
    channel: str
    registered_at: datetime


class Line(NamedTuple):
    product: Product
    quantity: int
    gross: int
    discount: int

    @property
    def paid(self) -> int:
        return self.gross - self.discount


class Refund(NamedTuple):
    """`how` is one of `aftersales.WAYS`; `fen` is what was given back of line `line` (None: of all lines)."""

    at: datetime
    how: str
    line: int | None
    fen: int


@dataclass(slots=True)
class Order:
    """`names_community` is False where the export leaves the community cell empty."""

    customer: Customer
    placed_at: datetime
    home: Home
    lines: list[Line]
    coupon: str = ""
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refund: Refund | None = None
    number: str = ""
    address: str = ""
    names_community: bool = True

    @property
    def day(self) -> date:
        return self.placed_at.date()

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def paid(self) -> int:
        return self.gross - self.discount

    @property
    def net(self) -> int:
        return self.paid - (self.refund.fen if self.refund else 0)

    @property
    def community(self) -> str | None:
        """Code of the community that the export names for this order."""
        here = self.home.community
        return here.code if here and self.names_community else None

    @property
    def delivered_on(self) -> date:
        """T+1: the next day, or the day after when the order came after the community's cut-off."""
        here = self.home.community
        late = here is not None and self.placed_at.time() >= here.order_cutoff
        return self.day + timedelta(days=2 if late else 1)

    @property
    def counts(self) -> bool:
        """Paid, and neither cancelled nor fully refunded, when the world ends."""
        return self.paid_at is not None and self.closed_at is None and not self.fully_refunded

    @property
    def fully_refunded(self) -> bool:
        return self.refund is not None and self.refund.line is None


class DirtyRow(NamedTuple):
    """A row of an export that an importer has to refuse; `column` is the header of the broken cell."""

    file: int
    placed_at: datetime
    kind: str
    column: str
    cells: tuple[str, ...]


class OddCell(NamedTuple):
    """A cell written in an unusual but readable way, in every file that holds the order."""

    column: str
    text: str


@dataclass(slots=True)
class World:
    """`planted` names who plays in which story: story -> phones (or order numbers), in planting order."""

    seed: int
    start: date
    until: date
    weeks: int
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    communities: tuple[Community, ...]
    stations: tuple[Station, ...]
    staff: tuple[StaffMember, ...]
    customers: list[Customer]
    orders: list[Order]
    dirt: list[DirtyRow] = field(default_factory=list)
    odd_cells: dict[str, OddCell] = field(default_factory=dict)
    planted: dict[str, list[str]] = field(default_factory=dict)
