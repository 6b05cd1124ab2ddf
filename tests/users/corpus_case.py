"""A file as bad as it comes, made on the fly, with exactly what the reader must say to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from opsdesk.lib.limits import COMMAND_LINE, Limits

HEADER = "手机号,姓名,下单时间,收货地址,商品,商品分类,实付金额"
ROW = "13800138000,王小明,2018-03-01 08:30:00,12栋3单元502室,五花肉 400g,肉品,12.50"
OTHER = "15912345678,李雷,2018-03-02 09:00:00,12-3-502,上海青 500g,叶菜,4.90"
TABLE = f"{HEADER}\n{ROW}\n{OTHER}\n"
MEGABYTE = 1024 * 1024
Make = Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """`code` (and `line`): the whole file is refused. Else it is read: so many `good` rows, the refused ones as
    "line code", exactly these `notices`, and `has`, values of the first good row by column."""

    make: Make
    code: str = ""
    line: int | None = None
    good: int = 0
    refused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    has: dict[str, Any] = field(default_factory=dict)
    name: str = "orders.csv"
    encoding: str | None = None
    limits: Limits = COMMAND_LINE


class Cases(dict[str, Case]):
    """Cases by what is wrong with them; no two of one name."""

    def read(self, name_of_case: str, make: Make | bytes, good: int, *refused: str, **more: Any) -> None:
        self._add(name_of_case, Case(_maker(make), good=good, refused=refused, **more))

    def refuse(self, name_of_case: str, make: Make | bytes, code: str, line: int | None = None, **more: Any) -> None:
        self._add(name_of_case, Case(_maker(make), code=code, line=line, **more))

    def _add(self, name_of_case: str, case: Case) -> None:
        assert name_of_case not in self
        self[name_of_case] = case


def _maker(make: Make | bytes) -> Make:
    return (lambda: make) if isinstance(make, bytes) else make


def text(*lines: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    return (end.join(lines) + end).encode(encoding)


def row(**cells: str) -> str:
    """The plain row with some cells changed."""
    usual = dict(
        zip(["phone", "name", "time", "address", "product", "category", "amount"], ROW.split(","), strict=True)
    )
    return ",".join({**usual, **cells}.values())
