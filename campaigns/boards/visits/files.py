"""The visit table as files: the sheet in the layout of the page, and a plain CSV with every number and interval."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.visits import queries
from campaigns.boards.visits import table as visit_table
from campaigns.boards.visits.rules import Figures
from campaigns.boards.visits.sight import Sight, sight_of
from campaigns.boards.visits.table import Block, Table
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import EXPORT
from opsdesk.lib import exports, money
from opsdesk.lib.exports import Written
from opsdesk.lib.intervals import Interval
from opsdesk.lib.words import N_

GROUP = (
    N_("Visited"), N_("Opened"), N_("Ordered"), N_("Open rate"), N_("Ordered / opened"), N_("Ordered / visited"),
    N_("Not reached"), N_("Told at the door"), N_("Net"), N_("Cost"), N_("ROI"),
)  # fmt: skip
RATES, MONEY = range(3, 6), range(7, 10)
COLUMNS = (
    "day", "community", "visited", "opened", "ordered", "not_reached",
    "open_rate", "open_rate_low", "open_rate_high",
    "ordered_of_opened", "ordered_of_opened_low", "ordered_of_opened_high",
    "ordered_of_visited", "ordered_of_visited_low", "ordered_of_visited_high",
    "told_yuan", "window_over", "net_yuan", "staff_minutes", "staff_yuan", "coupons_yuan", "cost_yuan", "roi",
)  # fmt: skip


@desk_page(EXPORT)
def visits_csv(request: DeskRequest) -> HttpResponse:
    """One row a day and community. Money of a window that has not ended is empty."""
    sight = _sight(request.desk, request)
    found = queries.days(sight.scope, sight.period, sight.places)
    names, margin = {spot.id: spot.name for spot in sight.spots}, sight.company.margin_share
    rows = ([day, names[place], *_cells(one, margin)] for (day, place), one in found.items())
    return exports.answer(exports.write(exports.CSV, COLUMNS, rows, _mark(request.desk)), exports.CSV, _name(sight))


@desk_page(EXPORT)
def visits_xlsx(request: DeskRequest) -> HttpResponse:
    """The two communities side by side and together, a line a day, as the page has them."""
    sight = _sight(request.desk, request)
    written = sheet(visit_table.table_of(sight), _title(sight), _mark(request.desk))
    return exports.answer(written, exports.XLSX, _name(sight))


def _sight(desk: Desk, request: DeskRequest) -> Sight:
    sight = sight_of(desk, request.GET)
    if sight is None:
        raise Http404
    return sight


def _mark(desk: Desk) -> str:
    return _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": f"{timezone.localtime():%Y-%m-%d %H:%M}"}


def _name(sight: Sight) -> str:
    return f"visits-{sight.period.first:%Y%m%d}-{sight.period.last:%Y%m%d}"


def _title(sight: Sight) -> str:
    return _("Visit table %(first)s – %(last)s, orders known before %(as_of)s") % {
        "first": sight.period.first, "last": sight.period.last, "as_of": sight.period.as_of,
    }  # fmt: skip


def _cells(one: Figures, margin: float) -> list[Any]:
    rates = [number for rate in (one.open_rate, one.order_rate, one.order_rate_of_visited) for number in _bounds(rate)]
    done = [money.yuan(one.net), round(one.worked.total_seconds() / 60), money.yuan(one.staff_cost),
            money.yuan(one.coupons), money.yuan(one.cost), _rounded(one.roi(margin))]  # fmt: skip
    counts = [one.visited, one.opened, one.ordered, one.not_reached]
    return [*counts, *rates, money.yuan(one.amount), one.over, *(done if one.over else [None] * len(done))]


def _bounds(rate: Interval | None) -> list[Decimal | None]:
    return [None] * 3 if rate is None else [_rounded(value) for value in (rate.at, rate.low, rate.high)]


def _rounded(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.4f}")


def sheet(table: Table, title: str, mark: str) -> Written:
    """One sheet: title, names of the communities over their columns, days, and the whole period under a line."""
    body = TemporaryFile()  # noqa: SIM115 - the answer closes it
    book = xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, looks = book.add_worksheet(), _looks(book)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R&P / &N")
    page.write_string(0, 0, exports.neutral(title), looks["title"])
    _head(page, table, looks)
    for line, (label, blocks) in enumerate(_lines(table), start=3):
        _line(page, line, label, blocks, looks)
    page.freeze_panes(3, 1)
    page.write_string(len(table.rows) + 5, 0, exports.neutral(mark))
    book.close()
    body.seek(0)
    return Written(body, len(table.rows))


def _looks(book: Any) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#B8BEC5"}
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "head": book.add_format(edge | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#DFEBF9"}),
        "day": book.add_format(edge | {"num_format": "yyyy-mm-dd", "align": "left"}),
        "text": book.add_format(edge | {"align": "right"}),
        "number": book.add_format(edge | {"num_format": "#,##0"}),
        "rate": book.add_format(edge | {"num_format": "0.0%"}),
        "money": book.add_format(edge | {"num_format": "#,##0.00"}),
        "roi": book.add_format(edge | {"num_format": "0.0"}),
    }


def _head(page: Any, table: Table, looks: dict[str, Any]) -> None:
    page.merge_range(1, 0, 2, 0, exports.neutral(_("Day")), looks["head"])
    page.set_column(0, 0, 13)
    for place, (name, _spots) in enumerate(table.groups):
        begin = 1 + place * len(GROUP)
        page.merge_range(1, begin, 1, begin + len(GROUP) - 1, exports.neutral(name), looks["head"])
        for number, label in enumerate(GROUP):
            page.write_string(2, begin + number, exports.neutral(_(label)), looks["head"])
    page.set_row(2, 32)


def _lines(table: Table) -> Iterator[tuple[Any, Sequence[Block]]]:
    yield from ((row.day, row.blocks) for row in table.rows)
    yield _("All days"), table.total.blocks


def _line(page: Any, line: int, label: Any, blocks: Sequence[Block], looks: dict[str, Any]) -> None:
    if isinstance(label, str):
        page.write_string(line, 0, exports.neutral(label), looks["head"])
    else:
        page.write_datetime(line, 0, label, looks["day"])
    for place, block in enumerate(blocks):
        for number, value in enumerate(_values(block)):
            _write(page, line, 1 + place * len(GROUP) + number, number, value, looks)


def _values(block: Block) -> list[Any]:
    if block.figures is None:
        return [None] * len(GROUP)
    one = block.figures
    rates = [None if rate is None else rate.at for rate, _words in block.rates]
    counts = [one.visited, one.opened, one.ordered, *rates, one.not_reached, money.yuan(one.amount)]
    if block.when is not None:
        return [*counts, _("not over yet"), None, None]
    return [*counts, money.yuan(one.net), money.yuan(one.cost), block.roi]


def _write(page: Any, line: int, column: int, number: int, value: Any, looks: dict[str, Any]) -> None:
    look = "rate" if number in RATES else "money" if number in MONEY else "roi" if number == 10 else "number"
    if value is None:
        page.write_blank(line, column, None, looks["text"])
    elif isinstance(value, str):
        page.write_string(line, column, exports.neutral(value), looks["text"])
    else:
        page.write_number(line, column, value, looks[look])
