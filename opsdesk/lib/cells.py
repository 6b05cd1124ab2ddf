"""Cells and lines of wide tables as HTML: a board has hundreds of them, and templates take ten times as long. Each is
written as a SafeString at once, without mark_safe's look for lazy words."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString

from opsdesk.lib.charts import Sparkline


def number(value: str, told: str = "", href: str = "", css: str = "num", link: str = "plain") -> str:
    """A cell with a number as it is written: what the pointer is told, and the people behind it."""
    title = f' title="{escape(told)}"' if told else ""
    return f'<td class="{css}"{title}>{linked(value, href, link)}</td>'


def linked(value: str, href: str, css: str = "") -> SafeString:
    """A word that leads somewhere if there is somewhere to go."""
    if not href:
        return SafeString(escape(value))
    look = f' class="{css}"' if css else ""
    return SafeString(f'<a{look} href="{escape(href)}">{escape(value)}</a>')


def holding(inside: SafeString, css: str = "") -> str:
    """A cell around what is HTML already."""
    return f'<td class="{css}">{inside}</td>' if css else f"<td>{inside}</td>"


def row(cells: Iterable[str]) -> SafeString:
    """Cells as `number` writes them, side by side."""
    return SafeString("".join(cells))


def sparkline(spark: Sparkline | None, css: str = "") -> SafeString:
    """A line of 8 or so points over its earlier mean; `css`: first or quiet. Nothing of nothing."""
    if spark is None:
        return SafeString("")
    mean = f'<line class="mean" x1="{spark.x_start}" x2="{spark.x_end}" y1="{spark.y_mean}" y2="{spark.y_mean}"></line>'
    return SafeString(
        f'<svg class="spark {css}" width="{spark.width}" height="{spark.height}" '
        f'viewBox="0 0 {spark.width} {spark.height}" aria-hidden="true" focusable="false">'
        f'{mean if spark.y_mean else ""}<polyline class="path" points="{spark.points}"></polyline>'
        f'<circle class="end" cx="{spark.x_end}" cy="{spark.y_end}" r="3"></circle></svg>'
    )
