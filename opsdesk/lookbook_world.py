"""Made-up data for the lookbook; the figures, in lookbook.json, are those of the reference pictures."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django import forms

from opsdesk.lib import charts, figures, sankey, tables

WORLD: dict[str, Any] = json.loads(Path(__file__).with_name("lookbook.json").read_text("utf-8"))
LIFECYCLE = ["prospect", "new_paying", "active", "silent"]
MOVES = {(source, target): n for source, target, n in WORLD["moves"]}
DEFINITION = {
    "what": "Net paid by everybody whose order of that day counts.",
    "formula": "sum of net amounts",
    "window": "one business day",
    "as_of": date(2026, 11, 23),
    "n": 1284,
}
COLUMNS = [
    tables.Column("name", "Name", "name", fixed=True, link="url"),
    tables.Column("phone", "Phone", "phone"),
    tables.Column("community", "Community"),
    tables.Column("lifecycle", "Class", "class"),
    tables.Column("rfm", "RFM class", "class"),
    tables.Column("last_order", "Last order", "day", sortable=True),
    tables.Column("purchases", "Purchases", "count", sortable=True),
    tables.Column("net", "Net in a year", "yuan", sortable=True),
    tables.Column("tags", "Taste", "tags"),
    tables.Column("address", "Address", shown=False),
]


def tiles() -> list[dict[str, Any]]:
    return [tile | {"definition": DEFINITION, "spark": charts.sparkline(tile["line"])} for tile in WORLD["tiles"]]


def class_tiles() -> list[dict[str, Any]]:
    return [tile | _class_tile(tile) for tile in WORLD["class_tiles"]]


def _class_tile(tile: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": figures.count(tile["n"]),
        "href": "#",
        "change": figures.signed(tile["change"]),
        "base": "vs last week",
        "share": figures.percent(tile["share"]),
        "spark": charts.sparkline(tile["line"], width=100),
    }


def flows() -> sankey.Sankey:
    return sankey.sankey(MOVES, ["registered", *LIFECYCLE], LIFECYCLE, selected=("new_paying", "silent"))


def flow_links() -> dict[str, str]:
    return {f"{source}>{target}": "#" for source, target in MOVES}


def people(as_of: date) -> list[dict[str, Any]]:
    return [row | _whereabouts(row, as_of) | {"id": place} for place, row in enumerate(WORLD["people"], start=1)]


def _whereabouts(row: dict[str, Any], as_of: date) -> dict[str, Any]:
    last = None if row["days"] is None else as_of - timedelta(days=row["days"])
    return {"url": "#", "address": "6-2-502", "last_order": last}


def board() -> list[dict[str, Any]]:
    """Bars are full at a money share of one half."""
    return [row | {"bar": row["money"] / 0.5} for row in WORLD["board"]]


def positions() -> list[dict[str, Any]]:
    return [
        row | {"place": charts.position(row["at"], row["cuts"], row["score"], falling=row["falling"])}
        for row in WORLD["positions"]
    ]


def ranges() -> list[dict[str, Any]]:
    return [row | {"range": _interval(row)} for row in WORLD["ranges"]]


def _interval(row: dict[str, Any]) -> charts.Interval:
    low, estimate, high = row["at"]
    return charts.interval(low, estimate, high, row["scale"])


class PlaceForm(forms.Form):
    name = forms.CharField(label="Name", max_length=10, help_text="As the export writes it.")
    households = forms.IntegerField(label="Households", required=False)
    opened_on = forms.DateField(label="Opened on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label="Scoring", choices=[("q", "Quantiles"), ("f", "Fixed cut points")])
    scope = forms.ChoiceField(label="Scope", choices=[("c", "Community"), ("a", "Company")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sorts = forms.BooleanField(label="Sorts deliveries", required=False)
