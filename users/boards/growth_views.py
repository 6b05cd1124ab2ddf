"""The growth board (S27) and its file."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import EXPORT, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import addresses, charts, exports, figures, fold, tiles
from opsdesk.lib.tiles import Tile
from users.boards import growth, growth_drawing, growth_tables, kept, places
from users.boards.growth import Ask, Board
from users.growth import extracts, rules
from users.growth.rules import Flow

_PAGE, _NOTHING_YET = "users/growth/growth.html", "users/boards/nothing_yet.html"
MILESTONES = (4, 8, rules.AHEAD)  # weeks ahead
METRICS = {  # of the dictionary
    rules.NEW: "new_payers", rules.RETAINED: "retained", rules.RECALLED: "recall", rules.LOST: "lost",
    rules.ACTIVE: "active",
}  # fmt: skip


@desk_page(SEE_BOARDS)
def growth_board(request: DeskRequest) -> HttpResponse:
    desk, ask = request.desk, growth.ask_of(request.GET)
    board = read_board(request, desk, ask)
    if board is None:
        return render(request, _NOTHING_YET, {"title": _("Growth accounting")})
    linked = desk.may(SEE_CUSTOMERS)
    context = {
        "sight": board.sight,
        "ask": ask,
        "board": board,
        "lengths": [*map(str, rules.COUNTS), growth.ALL],
        "base_weeks": rules.BASE_WEEKS,
        "may_export": desk.may(EXPORT),
    }
    of = "growth", board.sight.key, linked
    numbers = kept.drawn(request, board.revision, of, lambda: _numbers(request, board, linked=linked))
    return render(request, _PAGE, context | numbers)


def _numbers(request: DeskRequest, board: Board, *, linked: bool) -> dict[str, Any]:
    told = {"ratios": _ratios(board), "outlook": _outlook(board)}
    return told | _flows(board, linked=linked) | _places(request, board, linked=linked)


def _flows(board: Board, *, linked: bool) -> dict[str, Any]:
    """The newest week as tiles and tank, the weeks as bars and table."""
    definitions = _definitions(board)
    weeks = growth_tables.week_rows(board, linked)
    labels = {name: _(word) for name, word in rules.LABELS.items()}
    return {
        "tiles": _tiles(board, weeks[0]["cells"], definitions),
        "tank": growth_drawing.tank(board.total[board.newest], _ceiling(board), board.target),
        "newest": weeks[0],
        "bars": growth_drawing.bars(board.total, board.open_week, _hrefs(weeks), labels),
        "labels": labels,
        "weeks": weeks,
        "definitions": definitions,
    }


def _places(request: DeskRequest, board: Board, *, linked: bool) -> dict[str, Any]:
    """Community by community, the largest first."""
    shown = growth.places_shown(request.desk, board)
    first, in_all = fold.folded(shown, request.GET)
    stem = addresses.stem(request.path, request.GET, "community")
    return {
        "communities": growth_tables.community_rows(board, first, stem, linked),
        "levers": growth_tables.lever_rows(board, first, stem, linked),
        "places_in_all": in_all,
        "together": growth_tables.all_together(board, shown),
        "new_places": growth_tables.new_places(board, shown),
    }


@desk_page(EXPORT)
def growth_csv(request: HttpRequest) -> HttpResponseBase:
    """One row a week that is over; with `?breakdown=community` one row a community and week."""
    desk = cast(DeskRequest, request).desk
    ask = growth.ask_of(request.GET)
    board = read_board(request, desk, ask)
    head = [*extracts.HEAD, *([extracts.COMMUNITY] if ask.by_community else [])]
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, head, _file_rows(desk, board) if board else [], mark)
    return exports.answer(written, exports.CSV, "growth")


def read_board(request: HttpRequest, desk: Desk, ask: Ask) -> Board | None:
    sight = places.sight_of(request, desk)
    return growth.board_of(sight, ask) if sight else None


def _file_rows(desk: Desk, board: Board) -> list[list[Any]]:
    if not board.ask.by_community:
        return [[week, *extracts.cells(flow)] for week, flow in board.total.items()]
    return [
        [week, *extracts.cells(board.flow_of(place.id, week)), place.name]
        for place in growth.places_shown(desk, board)
        for week in board.weeks
    ]


# -- What stands on the page -----------------------------------------------------------------------------------------


def _definitions(board: Board) -> dict[str, dict[str, Any]]:
    asked = {"as_of": board.sight.as_of}
    told = {
        name: {"metric": METRICS[name], "what": _(rules.DEFINITIONS[name])} | asked | {"n": getattr(_now(board), name)}
        for name in rules.FLOWS
    }
    window = _("the last %(n)s finished weeks") % {"n": rules.BASE_WEEKS}
    return told | {
        "ratio": {
            "metric": "quick_ratio", "what": _("Customers who joined or came back for each one lost."),
            "formula": _("(new + recalled) ÷ lost"), **asked,
        },
        "penetration": {
            "metric": "penetration", "what": _("Customers who ever paid, of the households of the community."),
            "formula": _("customers who ever paid ÷ households"), **asked,
        },
        "frequency": {
            "metric": "frequency", "what": _("Purchases a week of each customer who bought in it."),
            "formula": _("purchases ÷ active customers, mean of the weeks"), "window": window, **asked,
        },
    }  # fmt: skip


def _now(board: Board) -> Flow:
    return board.total[board.newest]


def _tiles(board: Board, cells: dict[str, Any], definitions: dict[str, Any]) -> list[SafeString]:
    """The newest finished week against the one before, with the weeks shown as a line."""
    flows = list(board.total.values())
    base = _("from the week before") if len(flows) > 1 else ""
    shown = [
        Tile(
            _(rules.LABELS[name]),
            figures.count(cells[name]["value"]),
            href=cells[name]["href"],
            change=_change(flows, name),
            base=base,
            defined=tuple(definitions[name].items()),
            spark=charts.sparkline([getattr(flow, name) for flow in flows]),
        )
        for name in (rules.ACTIVE, rules.NEW, rules.RECALLED, rules.LOST, rules.RETAINED)
    ]
    return [tiles.drawn(one) for one in (*shown, _ratio_tile(flows, definitions))]


def _ratio_tile(flows: list[Flow], definitions: dict[str, Any]) -> Tile:
    told = [flow.quick_ratio for flow in flows if flow.quick_ratio is not None]
    ratio = flows[-1].quick_ratio
    return Tile(
        _("Quick ratio"),
        figures.NOTHING if ratio is None else figures.grouped(ratio, 2),
        base=_("above 1 the pool grows"),
        defined=tuple(definitions["ratio"].items()),
        spark=charts.sparkline(told, mean=1),
    )


def _change(flows: list[Flow], name: str) -> str:
    return figures.signed(getattr(flows[-1], name) - getattr(flows[-2], name)) if len(flows) > 1 else ""


def _hrefs(weeks: list[dict[str, Any]]) -> dict[Any, str]:
    return {(row["week"], name): cell["href"] for row in weeks for name, cell in row["cells"].items()}


def _ratios(board: Board) -> charts.Sparkline | None:
    told = [flow.quick_ratio for flow in board.total.values() if flow.quick_ratio is not None]
    return charts.sparkline(told, 300, 64, min([0.5, *told]), max([1.5, *told]), mean=1) if told else None


def _ceiling(board: Board) -> float | None:
    return board.outlook.ceiling if board.outlook else None


def _outlook(board: Board) -> dict[str, Any] | None:
    """What stands beside the tank; None where the history is too short."""
    seen, target = board.outlook, board.target
    if seen is None or target is None:
        return None
    expected, soonest, latest = seen.until(target)
    low, high = seen.ceiling_range
    return {
        "tap": seen.tap, "leak": seen.leak, "weeks": seen.weeks, "target": target, "pool": seen.pool,
        "expected": expected, "week": None if expected is None else board.newest + expected * rules.WEEK,
        "soonest": soonest, "latest": latest,
        "ceiling": seen.ceiling, "ceiling_low": low, "ceiling_high": high,
        "ahead": [{"weeks": n, "week": board.newest + n * rules.WEEK, "pool": seen.after(n)} for n in MILESTONES],
    }  # fmt: skip
