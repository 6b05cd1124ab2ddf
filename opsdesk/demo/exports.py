"""The files that the shop's back office exports: orders by period, each repeating the day before, and registrations."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from opsdesk.demo import aftersales, columns, rows
from opsdesk.demo.periods import Period, file_of, periods, shown_in
from opsdesk.demo.records import DirtyRow, Order, World
from opsdesk.demo.rhythm import Frame


class Entry(NamedTuple):
    """One order as a file shows it: with all its lines, or only with the line of its refund."""

    order: Order
    alone: bool


class OrderFile(NamedTuple):
    """`entries` in the order of their time; `title`: whether a row with a title stands above the header."""

    name: str
    span: Period
    title: str
    entries: list[Entry | DirtyRow]


def write_exports(world: World, folder: Path) -> list[Path]:
    """Write all files into an existing folder; returned in the order in which they are to be imported."""
    return [_write_registrations(world, folder), *(_write(world, one, folder) for one in order_files(world))]


def write_orders(path: Path, orders: Iterable[Order], drawn_on: date) -> Path:
    """One more export, of these orders as they stand at the beginning of a day."""
    at = datetime.combine(drawn_on, time())
    lines = (line for order in orders for line in rows.order_rows(order, at))
    return _write_csv(path, _under(columns.ORDER_COLUMNS, lines))


def order_files(world: World) -> list[OrderFile]:
    """What each order file holds, oldest file first."""
    spans = periods(Frame(world.start, world.until, world.weeks))
    entries: list[list[Entry | DirtyRow]] = [[] for _ in spans]
    for order in world.orders:
        for file, alone in _files_of(spans, order):
            entries[file].append(Entry(order, alone))
    for row in world.dirt:
        entries[row.file].append(row)
    return [_order_file(place, span, entries[place]) for place, span in enumerate(spans)]


def registration_file(world: World) -> str:
    first = world.customers[0].registered_at.date()
    return columns.REGISTRATION_FILE.format(first=first, last=world.until - timedelta(days=1))


def file_rows(world: World, file: OrderFile) -> Iterator[list[str]]:
    """Every row of a file from its top, title and header included."""
    if file.title:
        yield [file.title]
    yield list(columns.ORDER_COLUMNS)
    for entry in file.entries:
        if isinstance(entry, DirtyRow):
            yield list(entry.cells)
        else:
            odd = world.odd_cells.get(entry.order.number)
            yield from rows.order_rows(entry.order, file.span.drawn_at, odd, entry.alone)


def _files_of(spans: list[Period], order: Order) -> list[tuple[int, bool]]:
    """The files of its day, and the file of whatever happened to it later."""
    found = dict.fromkeys(shown_in(spans, order.day), False)
    if order.closed_at:
        found.setdefault(file_of(spans, order.closed_at.date()), False)
    if order.refund:
        alone = order.refund.how == aftersales.ALONE
        found.setdefault(file_of(spans, order.refund.at.date()), alone)
    return [(file, alone) for file, alone in found.items() if file < len(spans)]


def _order_file(place: int, span: Period, entries: list[Entry | DirtyRow]) -> OrderFile:
    last = span.end - timedelta(days=1)
    title = columns.TITLE.format(first=span.first, last=last) if place % 3 == 1 else ""
    name = columns.ORDER_FILE.format(first=span.first, last=last)
    return OrderFile(name, span, title, sorted(entries, key=_time_of))


def _time_of(entry: Entry | DirtyRow) -> tuple[str, str]:
    order = entry if isinstance(entry, DirtyRow) else entry.order
    number = entry.cells[0] if isinstance(entry, DirtyRow) else entry.order.number
    return order.placed_at.isoformat(), number


def _write(world: World, file: OrderFile, folder: Path) -> Path:
    return _write_csv(folder / file.name, file_rows(world, file))


def _write_registrations(world: World, folder: Path) -> Path:
    people = (rows.registration_row(customer) for customer in world.customers)
    return _write_csv(folder / registration_file(world), _under(columns.REGISTRATION_COLUMNS, people))


def _under(head: Sequence[str], lines: Iterator[list[str]]) -> Iterator[list[str]]:
    yield list(head)
    yield from lines


def _write_csv(path: Path, lines: Iterator[list[str]]) -> Path:
    with path.open("w", encoding=columns.ENCODING, newline="") as out:
        csv.writer(out, lineterminator="\r\n").writerows(lines)
    return path
