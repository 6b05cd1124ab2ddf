"""The metric dictionary: every number that the article names and every other that a page shows, declared once."""

from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from opsdesk.insight import metric_desk, metric_sales
from opsdesk.insight.metric_kinds import GROUPS, Metric

METRICS: tuple[Metric, ...] = (
    *metric_sales.MONEY, *metric_sales.PAYERS, *metric_sales.RETENTION, *metric_sales.GROWTH, *metric_desk.FUNNEL,
    *metric_desk.ACQUISITION, *metric_desk.CLASSES, *metric_desk.COUPONS, *metric_desk.FIELD, *metric_desk.ELSEWHERE,
)  # fmt: skip
BY_KEY = {metric.key: metric for metric in METRICS}


def definition(key: str, **more: Any) -> dict[str, Any]:
    """What parts/_definition.html shows of a metric; `more`: as_of, n."""
    metric = BY_KEY[key]
    told = {"what": metric.what, "formula": metric.formula, "window": metric.window}
    return {name: _(text) for name, text in told.items() if text} | {"metric": key} | more


def address(metric: Metric) -> str:
    """The page that shows it; empty where there is none yet."""
    try:
        return reverse(metric.url_name) if metric.url_name else ""
    except NoReverseMatch:
        return ""


def found(words: str) -> list[Metric]:
    """Metrics whose texts hold all of these words, in the reader's language or the article's number."""
    wanted = words.casefold().split()
    return [metric for metric in METRICS if all(word in _text(metric) for word in wanted)]


def _text(metric: Metric) -> str:
    told = (metric.label, metric.what, metric.formula, metric.window, metric.whole, metric.needs)
    texts = [metric.key, metric.article, *told, *(_(text) for text in told if text)]
    return " ".join(texts).casefold()


def by_group(metrics: list[Metric]) -> Iterator[tuple[str, list[Metric]]]:
    """(label, its metrics) of the groups that have any, in their order."""
    for key, label in GROUPS.items():
        inside = [metric for metric in metrics if metric.group == key]
        if inside:
            yield _(label), inside
