"""The dashboard's numbers one by one: value, change, mean of the periods before, line, people behind it."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opsdesk.insight import dashboard_queries as queries
from opsdesk.insight import dashboard_rules as rules
from opsdesk.insight import dashboard_words as words
from opsdesk.insight import dictionary
from opsdesk.insight.dashboard_board import Board
from opsdesk.insight.dashboard_periods import LINE
from opsdesk.insight.dashboard_rules import Pair
from opsdesk.lib import cells, charts, figures
from opsdesk.lib.tiles import Tile, drawn
from users.pulse.rules import Span

OF_PERIODS = ("payers", "arppu")  # told from the first day of a week or month only
OF_WEEKS = ("repurchase", "wake", "subsidy_rate")  # told by whole weeks whatever the period


def tiles(board: Board, *, linked: bool) -> list[SafeString]:
    return [drawn(_tile(board, key, linked)) for key in board.keys]


def _tile(board: Board, key: str, linked: bool) -> Tile:
    looked_at = board.periods
    pair, now = board.pair(key), rules.value(board.pair(key))
    base = looked_at.whole[-2] if len(looked_at.whole) > 1 else None
    before = rules.value(board.pair(key, base)) if base else None
    moved = words.change(key, now, before)
    n = words.n_of(key, pair)
    against = _("vs %(period)s") % {"period": _base_word(board, key)} if moved else ""
    return Tile(
        label=_label(board, key),
        number=words.written(key, now),
        href=words.people(board.customers, key, board.ask.grain, looked_at.shown, board.as_of, board.words)
        if linked and pair[0] else "",
        change=moved,
        base=" · ".join(text for text in (against, n) if text),
        note=" · ".join(text for text in (_few(board, key), _note(board, key, now)) if text),
        defined=tuple(dictionary.definition(key, as_of=board.as_of).items()),
        spark=charts.sparkline(board.values(key)),
    )  # fmt: skip


def _label(board: Board, key: str) -> str:
    """A number of whole weeks beside days says which week it is of."""
    week = _week(board, key, board.periods.shown)
    label = _(dictionary.BY_KEY[key].label)
    return f"{label} {week}" if week else label


def _base_word(board: Board, key: str) -> str:
    """What the change is against: a day against the same weekday, else the period before."""
    before = board.periods.whole[-2]
    return _week(board, key, before) or words.period(board.ask.grain, before)


def _week(board: Board, key: str, span: Span) -> str:
    if board.ask.grain != "day" or key not in OF_WEEKS:
        return ""
    [monday] = queries.weeks_of(span, "day", board.as_of)
    return words.period("week", Span(monday, monday + queries.WEEK))


def _few(board: Board, key: str) -> str:
    is_few = words.is_few(key, board.pair(key), board.few)
    return _("fewer than %(n)s people") % {"n": board.few} if is_few else ""


def _note(board: Board, key: str, now: float | None) -> str:
    mean = board.means[key]
    if mean is None:
        return ""
    told = {"n": len(board.periods.earlier), "mean": words.written(key, mean), "change": words.change(key, now, mean)}
    return _("mean of %(n)s before: %(mean)s (%(change)s)") % told if told["change"] else ""


def lines(board: Board, *, linked: bool) -> list[SafeString]:
    """A row a metric: the finished periods with the way to their people, their mean and the change against it, what
    runs beside as much before."""
    metrics, beside = reverse("metrics"), len(comparison_words(board))
    return [_line(board, key, metrics, beside, linked) for key in board.keys]


def _line(board: Board, key: str, metrics: str, beside: int, linked: bool) -> SafeString:
    pairs, mean = board.whole[key][-LINE:], board.means[key]
    now, spans = rules.value(pairs[-1]), board.periods.whole[-LINE:]
    name = cells.linked(_(dictionary.BY_KEY[key].label), f"{metrics}#{key}", "plain")
    return cells.row([
        f'<th scope="row">{name}</th>',
        *(_cell(board, key, span, pair, linked) for span, pair in zip(spans, pairs, strict=True)),
        cells.number(words.written(key, mean), css="num soft"),
        cells.number(words.change(key, now, mean) or figures.NOTHING, css="num soft"),
        *_beside(board, key, beside),
    ])  # fmt: skip


def _cell(board: Board, key: str, span: Span, pair: Pair, linked: bool) -> str:
    told, is_newest = words.told(board.language, key, pair, board.few), span == board.periods.whole[-1]
    people = words.people(board.customers, key, board.ask.grain, span, board.as_of, board.words)
    css = f"num{' few' if told.is_few else ''}{' newest' if is_newest else ''}"
    return cells.number(told.written, told.title, people if linked and pair[0] else "", css)


def _beside(board: Board, key: str, count: int) -> list[str]:
    """As many cells as there are heads of the running period; where no comparison is fair they are empty."""
    if not count:
        return []
    running = _running(board, key)
    if running is not None:
        looks = ("num apart", *("num" for _one in running[1:]))
        return [cells.number(text or figures.NOTHING, css=css) for text, css in zip(running, looks, strict=True)]
    if board.ask.grain == "day":
        first = cells.number(figures.NOTHING, css="num apart")
    else:
        first = cells.number("", _("Not over yet"), css="num apart hatched")
    return [first, *[cells.number("")] * (count - 1)]


def _running(board: Board, key: str) -> tuple[str, ...] | None:
    """The running period so far against as much of the one before; of days the day against the one before it; of months
    against the same weekdays four weeks earlier too."""
    now, base = comparison(board)
    if now is None or base is None or key in OF_WEEKS:
        return None
    value, before, weekdays = rules.value(board.pair(key, now)), rules.value(board.pair(key, base)), _weekdays(board)
    told = (words.written(key, value), words.written(key, before), words.change(key, value, before))
    if weekdays is None:
        return told
    earlier = None if key in OF_PERIODS else rules.value(board.pair(key, weekdays))
    return *told, words.written(key, earlier), words.change(key, value, earlier)


def _weekdays(board: Board) -> Span | None:
    return board.periods.weekdays if board.ask.grain == "month" else None


def comparison(board: Board) -> tuple[Span | None, Span | None]:
    looked_at = board.periods
    if board.ask.grain == "day":
        return looked_at.shown, looked_at.before
    return looked_at.running, looked_at.running_base


def comparison_words(board: Board) -> Sequence[str]:
    """Heads of the columns of the running period: three, of months five."""
    now, base = comparison(board)
    if now is None or base is None:
        return ()
    if board.ask.grain == "day":
        return words.period("day", now), _("day before"), _("Difference")
    heads = (_("so far, %(from)s to %(to)s") % _ends(now), _("%(from)s to %(to)s") % _ends(base), _("Difference"))
    weekdays = _weekdays(board)
    if weekdays is None:
        return heads
    return *heads, _("same weekdays, %(from)s to %(to)s") % _ends(weekdays), _("Difference")


def _ends(span: Span) -> dict[str, str]:
    """Dates that a narrow head does not break in two."""
    ends = {"from": span.start, "to": words.until(span)}
    return {name: f"{day:%m\N{NON-BREAKING HYPHEN}%d}" for name, day in ends.items()}
