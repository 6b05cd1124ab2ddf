"""Tags and filters of every template (registered as builtins)."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from opsdesk.lib import addresses, cells, charts, days, figures, names, phones, pieces
from users.directory import classes

register = template.Library()


# -- Numbers -------------------------------------------------------------------------------------------------------


@register.filter
def yuan(fen: int | None) -> str:
    return figures.yuan(fen)


@register.filter
def yuan0(fen: int | None) -> str:
    return figures.yuan(fen, places=0)


@register.filter
def percent(ratio: figures.Number | None, places: int = 1) -> str:
    return figures.percent(ratio, int(places))


@register.filter
def count(value: figures.Number | None) -> str:
    return figures.count(value)


@register.filter
def signed(value: figures.Number | None, places: int = 0) -> str:
    return figures.signed(value, int(places))


@register.filter
def share_of(part: figures.Number, whole: figures.Number) -> float:
    """part of whole as a share between 0 and 1, for bars."""
    return figures.ratio(part, whole)


@register.filter
def percent_number(ratio: figures.Number | None) -> str:
    """A share as a bare number of percent, for attributes."""
    return charts.per_cent(ratio or 0)


@register.filter
def signed_yuan(fen: int | None) -> str:
    text = figures.yuan(fen)
    return f"+{text}" if fen and fen > 0 else text


# -- People --------------------------------------------------------------------------------------------------------


@register.filter
def masked_phone(phone: str | None) -> str:
    return phones.mask(phone) if phone else figures.NOTHING


@register.filter
def masked_name(name: str | None) -> str:
    return names.mask(name or "") or figures.NOTHING


@register.filter
def class_word(code: str) -> str:
    """The name of a lifecycle or RFM class in the reader's language."""
    return gettext(classes.WORDS[code]) if code in classes.WORDS else figures.NOTHING


# -- Time ----------------------------------------------------------------------------------------------------------


@register.filter
def day(value: date | datetime | None) -> str:
    return days.day(value)


@register.filter
def day_time(value: datetime | None) -> str:
    if value is None:
        return figures.NOTHING
    return f"{day(value)} {timezone.localtime(value):%H:%M}"


@register.filter
def ago_days(value: date | datetime | None, as_of: date) -> str:
    """How many days before `as_of`; never asks the clock."""
    if value is None:
        return figures.NOTHING
    ago = (as_of - days.local_date(value)).days
    return ngettext("%(n)s day ago", "%(n)s days ago", ago) % {"n": figures.count(ago)}


@register.filter
def days_old(value: date | datetime | None, as_of: date) -> str:
    """The same under a heading that says what is counted: 59 days."""
    if value is None:
        return figures.NOTHING
    ago = (as_of - days.local_date(value)).days
    return ngettext("%(n)s day", "%(n)s days", ago) % {"n": figures.count(ago)}


@register.filter
def week(value: date) -> str:
    """The ISO week: W47, with its year when it is not this one."""
    year, short = value.isocalendar().year, days.week(value)
    return short if year == timezone.localdate().isocalendar().year else f"{year} {short}"


@register.filter
def duration(seconds: float | None) -> str:
    """43 s, 5 min, 2 h 5 min, 3 d; a rough time for people, never more than two parts."""
    if seconds is None:
        return figures.NOTHING
    whole = round(seconds)
    if whole < 60:
        return gettext("%(n)s s") % {"n": whole if whole or not seconds else "<1"}
    if whole < 3600:
        return gettext("%(n)s min") % {"n": round(whole / 60)}
    if whole >= 24 * 3600:
        return gettext("%(n)s d") % {"n": whole // (24 * 3600)}
    return gettext("%(h)s h %(m)s min") % {"h": whole // 3600, "m": whole % 3600 // 60}


# -- Drawings ------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One icon of opsdesk/icons.txt. It says nothing to a screen reader: put a word or a label beside it."""
    return _icon(name, css)


@lru_cache(maxsize=1024)
def _icon(name: str, css: str) -> SafeString:
    """A page has some sixty of them, and where the sprite lies stays the same as long as the process lives."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f"icon {css}".strip(),
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def glyph(code: str) -> SafeString:
    """The shape of a class: round for lifecycle, three bars for RFM."""
    return format_html(
        '<svg class="glyph c-{0}" aria-hidden="true" focusable="false"><use href="{1}#{0}"></use></svg>',
        code,
        static("glyphs.svg"),
    )


@register.simple_tag
def bar(share: figures.Number | None, css: str = "") -> SafeString:
    """A bar filled to `share` (0 to 1); `css` may name a class colour (c-champion) or `quiet`."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false">'
        '<rect class="bar-track" width="100%" height="100%"></rect>'
        '<rect class="bar-fill" width="{}%" height="100%"></rect></svg>',
        f"bar {css}".strip(),
        charts.per_cent(share or 0),
    )


@register.simple_tag
def sparkline(spark: charts.Sparkline | None, css: str = "") -> SafeString:
    return cells.sparkline(spark or None, css)


class Definition(NamedTuple):
    """What parts/_definition.html tells of a number."""

    what: str
    formula: str = ""
    window: str = ""
    as_of: date | None = None
    n: int | None = None
    metric: str = ""


@register.simple_tag
def definition(told: dict[str, Any] | None) -> SafeString:
    """The (i) beside a number, drawn once for what it tells; nothing of nothing."""
    if not told:
        return SafeString("")
    return pieces.drawn("parts/_definition.html", definition=Definition(**told), year=timezone.localdate().year)


@register.filter
def score_squares(score: int) -> list[tuple[int, bool]]:
    return charts.score_squares(score)


# -- Addresses -----------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def url_with(context: RequestContext, path: str = "", **changes: Any) -> str:
    """This page's address (or `path`) with its query changed: a value sets, None or "" removes."""
    request = context["request"]
    return addresses.changed(path or request.path, request.GET, **changes)


@register.filter
def value_of(row: Any, key: str) -> Any:
    """row[key] or row.key, in this order; a dotted key goes on from there."""
    for part in key.split("."):
        row = row.get(part) if isinstance(row, dict) else getattr(row, part, None)
    return row
