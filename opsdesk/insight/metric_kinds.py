"""What an entry of the metric dictionary holds."""

from dataclasses import dataclass

from opsdesk.lib.words import N_

GROUPS = {
    "money": N_("Money"),
    "payers": N_("Paying users"),
    "retention": N_("Retention and recall"),
    "growth": N_("Growth"),
    "funnel": N_("Funnel"),
    "acquisition": N_("Acquisition"),
    "classes": N_("Classes"),
    "coupons": N_("Coupons"),
    "field": N_("Field work"),
    "elsewhere": N_("Not imported yet"),
}
KINDS = {  # how a value is written
    "yuan0": N_("yuan"),
    "yuan": N_("yuan, two decimals"),
    "count": N_("whole number"),
    "number": N_("number"),
    "percent": N_("percent"),
    "words": N_("a word of its own"),
}
PERIODS = N_("day, week, month")
WEEKS = N_("week")


@dataclass(frozen=True)
class Metric:
    """One number of the house. `what`, `formula`, `window` and `whole` (what it is divided by) are msgids; `grain`: by
    which periods and places it is told; `query`: the dotted name of what computes it; `url_name`: the page that shows
    it; `article`: its number in the list of the source article; `needs`: what has to be imported first."""

    key: str
    group: str
    label: str
    what: str
    formula: str = ""
    window: str = ""
    whole: str = ""
    grain: str = ""
    kind: str = "count"
    query: str = ""
    url_name: str = ""
    article: str = ""
    needs: str = ""
