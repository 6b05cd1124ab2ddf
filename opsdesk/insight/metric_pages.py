"""The metric dictionary as a page: searchable, by group, an anchor for each number."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_BOARDS
from opsdesk.insight import dictionary
from opsdesk.insight.metric_kinds import KINDS, Metric


@desk_page(SEE_BOARDS)
def metrics(request: DeskRequest) -> HttpResponse:
    """`?q=words` leaves only the entries that hold them."""
    words = request.GET.get("q", "")[:80]
    found = dictionary.found(words)
    context = {
        "q": words,
        "found": len(found),
        "every": len(dictionary.METRICS),
        "groups": [(label, [_shown(metric) for metric in each]) for label, each in dictionary.by_group(found)],
    }
    return render(request, "insight/metrics.html", context)


def _shown(metric: Metric) -> dict[str, Any]:
    facts = {
        _("Formula"): metric.formula,
        _("Window"): metric.window,
        _("Divided by"): metric.whole,
        _("Told by"): metric.grain,
        _("Written as"): KINDS[metric.kind],
    }
    return {
        "metric": metric,
        "label": _(metric.label),
        "what": _(metric.what),
        "facts": [(name, _(text)) for name, text in facts.items() if text],
        "needs": _(metric.needs) if metric.needs else "",
        "href": dictionary.address(metric),
    }
