"""Cells as bad as in real life: rows that an importer has to refuse, and odd ones that it has to read."""

from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from opsdesk.demo import addresses, baskets, columns, names, rows
from opsdesk.demo.periods import Period, periods
from opsdesk.demo.records import Community, Customer, DirtyRow, OddCell, Order
from opsdesk.demo.rhythm import Frame, moment, stream


class Dirt(NamedTuple):
    """`times` rows, each an order of its own that is right but for the one cell."""

    kind: str
    times: int
    column: str
    spoil: Callable[[Random, str], str]


def _two_numbers(rng: Random, phone: str) -> str:
    return f"{phone}/{rng.choice(names.PREFIXES)}{rng.randrange(10**8):08d}"


_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")

DIRT = (
    Dirt("phone_scientific", 12, columns.PHONE, lambda rng, phone: f"1.{phone[1:3]}E+10"),
    Dirt("phone_masked", 9, columns.PHONE, lambda rng, phone: f"{phone[:3]}****{phone[7:]}"),
    Dirt("phone_two", 6, columns.PHONE, _two_numbers),
    Dirt("phone_length", 5, columns.PHONE, lambda rng, phone: phone[:10]),
    Dirt("phone_missing", 4, columns.PHONE, lambda rng, phone: ""),
    Dirt("date_impossible", 7, columns.PLACED, lambda rng, text: f"{text[:4]}-02-30{text[10:]}"),
    Dirt("time_missing", 3, columns.PLACED, lambda rng, text: ""),
    Dirt("negative_without_mark", 8, columns.PAID, lambda rng, text: f"-{text}"),
    Dirt("amount_not_a_number", 4, columns.PAID, lambda rng, text: rng.choice(("NaN", "待核", "#VALUE!"))),
    Dirt("status_unknown", 5, columns.STATUS, lambda rng, text: rng.choice(("异常单", "人工复核", "XX"))),
)

ODD: dict[str, tuple[str, Callable[[str], str]]] = {
    "phone_with_country": (columns.PHONE, lambda text: f"+86 {text}"),
    "phone_with_dashes": (columns.PHONE, lambda text: f"{text[:3]}-{text[3:7]}-{text[7:]}"),
    "phone_full_width": (columns.PHONE, lambda text: text.translate(_FULL_WIDTH)),
    "phone_as_float": (columns.PHONE, lambda text: f"{text}.0"),
    "date_with_slashes": (columns.PLACED, lambda text: text.replace("-", "/")),
    "date_in_chinese": (columns.PLACED, lambda text: f"{text[:4]}年{text[5:7]}月{text[8:10]}日{text[10:]}"),
    "amount_with_sign": (columns.PAID, lambda text: f"￥{text}"),
    "amount_full_width": (columns.PAID, lambda text: text.translate(_FULL_WIDTH)),
}
ODD_EACH = 5
A_MOMENT = timedelta(minutes=10)


def dirty_rows(seed: int, frame: Frame, communities: Sequence[Community], known: Container[str]) -> list[DirtyRow]:
    """Spread over all files, never on a day that two files hold; of phones other than the known."""
    rng = stream(seed, "dirt")
    spans = periods(frame)
    phones = (phone for phone in names.phones(rng) if phone not in known)
    kinds = [dirt for dirt in DIRT for _ in range(dirt.times)]
    rng.shuffle(kinds)
    open_before = [place for place in communities if place.opened_on < frame.start]
    found = []
    for place, dirt in enumerate(kinds):
        file = place % len(spans)
        customer = _stranger(rng, next(phones), rng.choice(open_before), _inside(rng, spans[file]))
        cells = _spoilt(rng, dirt, customer, f"NJD{place:06d}", spans[file])
        found.append(DirtyRow(file, customer.registered_at + A_MOMENT, dirt.kind, dirt.column, cells))
    return found


def _spoilt(rng: Random, dirt: Dirt, customer: Customer, number: str, span: Period) -> tuple[str, ...]:
    placed_at = customer.registered_at + A_MOMENT
    lines = [baskets.line(baskets.any_of(rng, "蔬菜"))]
    order = Order(customer, placed_at, customer.home, lines, paid_at=placed_at, number=number)
    order.address = addresses.written(order.home)
    cells = rows.order_rows(order, span.drawn_at)[0]
    column = columns.ORDER_COLUMNS.index(dirt.column)
    cells[column] = dirt.spoil(rng, cells[column])
    return tuple(cells)


def _inside(rng: Random, span: Period) -> datetime:
    """Any day but the last, which the next file repeats."""
    return moment(rng, span.first + timedelta(days=rng.randrange(max(1, (span.end - span.first).days - 1))))


def _stranger(rng: Random, phone: str, place: Community, seen_at: datetime) -> Customer:
    registered_at = seen_at - A_MOMENT
    return Customer(phone, names.person(rng), addresses.home(rng, place), "自然", registered_at)


def odd_cells(seed: int, orders: Sequence[Order]) -> dict[str, OddCell]:
    """By order number. Amounts are written oddly in orders of one line only."""
    rng = stream(seed, "odd")
    plain = [order for order in orders if len(order.lines) == 1 and order.counts and not order.refund]
    chosen = iter(rng.sample(plain, ODD_EACH * len(ODD)))
    return dict(_odd(next(chosen), column, write) for column, write in _odd_kinds())


def _odd_kinds() -> Iterator[tuple[str, Callable[[str], str]]]:
    return (kind for kind in ODD.values() for _ in range(ODD_EACH))


def _odd(order: Order, column: str, write: Callable[[str], str]) -> tuple[str, OddCell]:
    usual = {
        columns.PHONE: order.customer.phone,
        columns.PLACED: str(order.placed_at),
        columns.PAID: rows.yuan(order.paid),
    }
    return order.number, OddCell(column, write(usual[column]))
