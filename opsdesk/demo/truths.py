"""What an import of the demo's files must find: totals, refused rows, and everybody in a planted story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opsdesk.demo import exports, goods, places, recount, rows, stories
from opsdesk.demo.periods import file_of, periods
from opsdesk.demo.records import DirtyRow, Order, World
from opsdesk.demo.recount import Cohort, History
from opsdesk.demo.rhythm import Frame


@dataclass(frozen=True)
class RefusedRow:
    """`line` counts from 1 at the top of the file, title and header included."""

    line: int
    column: str
    kind: str


@dataclass(frozen=True)
class FileTruth:
    """`rows`: below the header; `kind`: "orders" or "registrations"."""

    name: str
    kind: str
    rows: int
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True)
class Totals:
    """After all files are in. Money in fen; gross and discount of counted orders, before refunds.

    `lines` are those of goods, of all orders, counted or not; `refund_lines` the negative ones beside them.
    """

    customers: int
    with_orders: int
    paying: int
    orders: int
    counted: int
    lines: int
    refund_lines: int
    gross: int
    discount: int
    net: int


@dataclass(frozen=True)
class RefundTruth:
    """`late`: the refund stands in a later file than any that its day alone would put the order in."""

    number: str
    how: str
    fen: int
    on: date
    late: bool


@dataclass(frozen=True)
class BadWeek:
    cohort: Cohort
    leaf_buyers: int
    leaf_returned: int


@dataclass(frozen=True)
class Truths:
    """Phones, order numbers and counts; `docs/demo.md` tells what each is for."""

    start: date
    until: date
    totals: Totals
    lifecycle: dict[str, int]
    files: list[FileTruth]
    cohorts: list[Cohort]
    bad_week: BadWeek
    star: list[Cohort]
    service_orders: dict[str, int]
    service_customers: list[str]
    near_service_orders: dict[str, int]
    proxies: dict[str, int]
    doubles: list[tuple[str, date]]
    movers: list[tuple[str, str, str, date]]
    late_starters: list[str]
    nowhere: list[str]
    marathon: str
    midnight: tuple[str, datetime, datetime]
    paid_after_midnight: list[str]
    refunds: list[RefundTruth]
    cancelled: list[str]
    unpaid: list[str]
    free_orders: list[str]
    twin_lines: list[str]
    unread_addresses: dict[str, set[str]]
    odd_cells: dict[str, tuple[str, str]]


def truths(world: World) -> Truths:
    paid = recount.histories(world)
    cohorts = recount.cohorts(world, paid)
    return Truths(
        start=world.start,
        until=world.until,
        totals=_totals(world, paid),
        lifecycle=recount.lifecycle(world, paid),
        files=files(world),
        cohorts=cohorts,
        bad_week=_bad_week(world, paid, cohorts),
        star=_star(world, cohorts),
        service_orders=_amounts(recount.service_orders(paid)),
        service_customers=sorted({order.customer.phone for order in recount.service_orders(paid)}),
        near_service_orders=_amounts(recount.near_service_orders(paid)),
        proxies=recount.proxies(paid),
        doubles=recount.doubles(paid),
        movers=recount.moves(paid),
        late_starters=recount.late_starters(world, paid),
        nowhere=[customer.phone for customer in world.customers if customer.home.community is None],
        marathon=world.planted["marathon"][0],
        midnight=_midnight(world, paid),
        paid_after_midnight=_numbers(order for order in world.orders if _paid_after_midnight(order)),
        refunds=_refunds(world),
        cancelled=_numbers(order for order in world.orders if order.paid_at and order.closed_at),
        unpaid=_numbers(order for order in world.orders if order.paid_at is None),
        free_orders=_numbers(order for orders in paid.values() for order in orders if not order.paid),
        twin_lines=_numbers(order for order in world.orders if len(set(order.lines)) < len(order.lines)),
        unread_addresses=recount.unread_addresses(world),
        odd_cells={number: (cell.column, cell.text) for number, cell in world.odd_cells.items()},
    )


def files(world: World) -> list[FileTruth]:
    """All files in the order in which they are to be imported, with every row that has to be refused."""
    registrations = FileTruth(exports.registration_file(world), "registrations", len(world.customers), ())
    return [registrations, *(_file(one) for one in exports.order_files(world))]


def _file(file: exports.OrderFile) -> FileTruth:
    line = top = 2 if file.title else 1
    refused = []
    for entry in file.entries:
        if isinstance(entry, DirtyRow):
            line += 1
            refused.append(RefusedRow(line, entry.column, entry.kind))
        else:
            line += rows.row_count(entry.order, file.span.drawn_at, entry.alone)
    return FileTruth(file.name, "orders", line - top, tuple(refused))


def _totals(world: World, paid: History) -> Totals:
    counted = [order for orders in paid.values() for order in orders]
    return Totals(
        customers=len(world.customers),
        with_orders=len({order.customer.phone for order in world.orders}),
        paying=len(paid),
        orders=len(world.orders),
        counted=len(counted),
        lines=sum(len(order.lines) for order in world.orders),
        refund_lines=sum(order.refund is not None and order.refund.how in rows.AS_LINE for order in world.orders),
        gross=sum(order.gross for order in counted),
        discount=sum(order.discount for order in counted),
        net=sum(order.net for order in counted),
    )


def _bad_week(world: World, paid: History, cohorts: list[Cohort]) -> BadWeek:
    monday = week_back(world, stories.BAD_WEEK_BACK)
    here = recount.homes(world)
    eaters = [orders for phone, orders in paid.items()
              if here[phone] == places.BAD_VEGETABLES and _ate_leaves(orders[0], monday)]  # fmt: skip
    back = sum(recount.bought_in(orders, monday + timedelta(weeks=1)) for orders in eaters)
    (cohort,) = (one for one in cohorts if (one.community, one.monday) == (places.BAD_VEGETABLES, monday))
    return BadWeek(cohort, len(eaters), back)


def _ate_leaves(first: Order, monday: date) -> bool:
    in_week = monday <= first.day < monday + timedelta(weeks=1)
    return in_week and any(line.product.category == goods.LEAF for line in first.lines)


def _star(world: World, cohorts: list[Cohort]) -> list[Cohort]:
    first = week_back(world, stories.STAR_FIRST_BACK)
    return [one for one in cohorts if one.community == places.STAR and one.monday >= first]


def week_back(world: World, back: int) -> date:
    """Monday of the ISO week `back` weeks before the week of `until`."""
    return world.start + timedelta(weeks=world.weeks - back)


def _midnight(world: World, paid: History) -> tuple[str, datetime, datetime]:
    (phone,) = world.planted["midnight"]
    middle = datetime.combine(world.start + timedelta(weeks=world.weeks // 2), datetime.min.time())
    first, second = (one.placed_at for one in paid[phone] if abs(one.placed_at - middle).total_seconds() <= 1)
    return phone, first, second


def _paid_after_midnight(order: Order) -> bool:
    return order.paid_at is not None and order.paid_at.date() > order.day


def _refunds(world: World) -> list[RefundTruth]:
    spans = periods(Frame(world.start, world.until, world.weeks))
    return [
        RefundTruth(
            order.number,
            order.refund.how,
            order.refund.fen,
            order.refund.at.date(),
            file_of(spans, order.refund.at.date()) > file_of(spans, order.day),
        )
        for order in world.orders
        if order.refund
    ]


def _amounts(orders: Iterable[Order]) -> dict[str, int]:
    return {order.number: recount.service_fen(order) for order in orders}


def _numbers(orders: Iterable[Order]) -> list[str]:
    return [order.number for order in orders]
