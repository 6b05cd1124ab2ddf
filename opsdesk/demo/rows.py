"""Orders as rows of text, as the back office would print them at the moment a file is drawn."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from opsdesk.demo import aftersales, columns
from opsdesk.demo.records import Customer, Line, OddCell, Order

_BY_WAY = {
    aftersales.STATUS: columns.GIVEN_BACK,
    aftersales.COLUMN: columns.PARTLY_GIVEN_BACK,
    aftersales.COLUMN_FULL: columns.DONE,
    aftersales.NEGATIVE: columns.PARTLY_GIVEN_BACK,
    aftersales.ALONE: columns.PARTLY_GIVEN_BACK,
}
_IN_COLUMN = (aftersales.COLUMN, aftersales.COLUMN_FULL)
AS_LINE = (aftersales.NEGATIVE, aftersales.ALONE)


@cache
def yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def status(order: Order, at: datetime) -> str:
    """The order's status as known at a moment."""
    if order.closed_at and order.closed_at < at:
        return columns.CANCELLED if order.paid_at else columns.CLOSED
    if order.paid_at is None or order.paid_at >= at:
        return columns.WAITS_FOR_MONEY
    if order.refund and order.refund.at < at:
        return _BY_WAY[order.refund.how]
    if order.delivered_on < at.date():
        return columns.DONE
    return columns.ON_THE_WAY if (at - order.paid_at).total_seconds() > 1800 else columns.PAID_FOR


def order_rows(order: Order, at: datetime, odd: OddCell | None = None, alone: bool = False) -> list[list[str]]:
    """One row a line, and one for a refund that is printed as a line; `alone` leaves only that one."""
    known = order.refund if order.refund and order.refund.at < at else None
    head, tail = _head(order), _tail(order, at)
    rows = [] if alone else [_row(head, line, tail) for line in order.lines]
    if known and known.how in _IN_COLUMN:
        _fill_refunds(rows, order, known.line)
    if known and known.how in AS_LINE and known.line is not None:
        rows.append(_negative(head, order.lines[known.line], known.fen, tail))
    if odd:
        for row in rows:
            row[columns.ORDER_COLUMNS.index(odd.column)] = odd.text
    return rows


def row_count(order: Order, at: datetime, alone: bool = False) -> int:
    """How many rows `order_rows` gives."""
    refund = order.refund
    extra = 1 if refund and refund.at < at and refund.how in AS_LINE else 0
    return extra if alone else len(order.lines) + extra


def registration_row(customer: Customer) -> list[str]:
    place = customer.home.community
    return [
        customer.phone,
        customer.name,
        str(customer.registered_at),
        customer.channel,
        place.name if place else "",
    ]


def _head(order: Order) -> list[str]:
    customer, place = order.customer, order.home.community
    named = place.name if place and order.names_community else ""
    return [order.number, customer.phone, customer.name, str(order.placed_at), order.address, named]


def _tail(order: Order, at: datetime) -> list[str]:
    paid = order.paid_at is not None and order.paid_at < at and not (order.closed_at and order.closed_at < at)
    return [
        order.coupon,
        status(order, at),
        yuan(0),
        order.customer.channel,
        str(order.delivered_on) if paid else "",
        str(order.customer.registered_at),
    ]


def _row(head: list[str], line: Line, tail: list[str]) -> list[str]:
    product, quantity, gross, discount = line
    money = [yuan(gross), yuan(discount), yuan(gross - discount)]
    return [*head, product.name, product.category, str(quantity), *money, *tail]


def _negative(head: list[str], line: Line, fen: int, tail: list[str]) -> list[str]:
    money = [yuan(0), yuan(0), yuan(-fen)]
    return [*head, line.product.name, line.product.category, "-1", *money, *tail]


def _fill_refunds(rows: list[list[str]], order: Order, only: int | None) -> None:
    column = columns.ORDER_COLUMNS.index(columns.REFUND)
    for place, (row, fen) in enumerate(zip(rows, _given_back(order), strict=True)):
        if only is None or place == only:
            row[column] = yuan(fen)


def _given_back(order: Order) -> Iterator[int]:
    refund = order.refund
    assert refund is not None
    return (line.paid if refund.line is None else refund.fen for line in order.lines)
