"""A list page as data: its columns, which of them are shown, how it is sorted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opsdesk.lib.paging import Page, Sort

NUMERIC_KINDS = frozenset({"count", "yuan", "yuan0", "percent", "signed", "day", "day_time", "number"})


@dataclass(frozen=True)
class Column:
    """One column. `key` reads the row (dotted goes on); `link` names the row's attribute that holds an address;
    `template` draws the cell itself; `fixed` ones cannot be hidden, `shown` is what a new reader sees.

    kind: text, name, phone, class, tags, count, yuan, yuan0, percent, signed, day, day_time, number.
    """

    key: str
    label: str
    kind: str = "text"
    sortable: bool = False
    link: str = ""
    template: str = ""
    fixed: bool = False
    shown: bool = True
    wrap: str = ""
    next_sort: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC_KINDS

    @property
    def css(self) -> str:
        return " ".join(part for part in ("num" if self.numeric else "", self.wrap) if part)


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    shown: Sequence[Column]
    rows: Sequence[Any]
    sort: Sort
    page: Page
    total: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def table_of(
    columns: Sequence[Column], page: Page, sort: Sort, chosen: Iterable[str] = (), total: int | None = None
) -> Table:
    """`chosen` are the keys asked for in the address (`request.GET.getlist("column")`); none means the usual ones."""
    offered = [replace(column, next_sort=next_sort(column.key, sort)) for column in columns]
    return Table(offered, shown_of(offered, chosen), page.rows, sort, page, total)


def shown_of(columns: Sequence[Column], chosen: Iterable[str]) -> list[Column]:
    keys = set(chosen) & {column.key for column in columns}
    if not keys:
        return [column for column in columns if column.shown or column.fixed]
    return [column for column in columns if column.fixed or column.key in keys]


def next_sort(key: str, sort: Sort) -> str:
    """A first press sorts high to low, the next the other way."""
    return key if sort.key == key and sort.descending else f"-{key}"
