"""Made-up data for the lookbook; the figures are those of the reference pictures."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms

from opsdesk.lib import charts, figures, sankey, tables

DEFINITION = {
    "what": "Net paid by everybody whose order of that day counts.",
    "formula": "sum of net amounts",
    "window": "one business day",
    "as_of": date(2026, 11, 23),
    "n": 1284,
}
LINES = {
    "GMV": [3, 5, 4, 8, 7, 9, 11, 14],
    "Paying users": [3, 5, 4, 8, 8, 9, 11, 14],
    "ARPPU": [2, 12, 7, 9, 4, 8, 12, 15],
    "New payers": [2, 5, 4, 8, 9, 11, 14, 10],
    "Daily repurchase": [2, 4, 8, 5, 11, 8, 9, 13],
    "Wake rate W47": [3, 6, 5, 9, 14, 11, 13, 17],
}


def tiles() -> list[dict[str, Any]]:
    figures_shown = ["¥86,420", "1,284", "¥62.17", "71", "7.8%", "6.4%"]
    changes = ["+4.2%", "+3.1%", "+0.9%", "−8", "+0.6 pt", "+0.5 pt"]
    bases = ["vs last Sun", "vs last Sun", "net ¥79,826", "last Sun 79", "34 / 438", "594 / 9,318"]
    return [
        {"label": label, "number": number, "href": "#", "change": change, "base": base, "definition": DEFINITION}
        | {"spark": charts.sparkline(LINES[label])}
        for label, number, change, base in zip(LINES, figures_shown, changes, bases, strict=True)
    ]


def class_tiles() -> list[dict[str, Any]]:
    rows = [
        ("prospect", "Prospect", 3391, -91, 0.183, "Registered, never bought", [9, 8, 7, 6, 5, 5, 4, 2]),
        ("new_paying", "New payer", 438, 26, 0.024, "First purchase within 7 days", [2, 4, 3, 6, 9, 7, 8, 10]),
        ("active", "Active", 5063, 137, 0.274, "At least 2 purchases, ordered within 14 days", [2, 3, 4, 5, 5, 6, 8, 10]),
        ("silent", "Silent", 9593, 275, 0.519, "Everyone else who bought", [2, 3, 4, 5, 6, 7, 8, 9]),
    ]
    return [
        {"code": code, "label": label, "number": figures.count(n), "href": "#", "change": figures.signed(change)}
        | {"base": "vs last week", "share": figures.percent(share), "note": note, "spark": charts.sparkline(line, width=120)}
        for code, label, n, change, share, note, line in rows
    ]


LIFECYCLE = ["prospect", "new_paying", "active", "silent"]
MOVES = {
    ("registered", "prospect"): 158,
    ("registered", "new_paying"): 189,
    ("prospect", "prospect"): 3233,
    ("prospect", "new_paying"): 249,
    ("new_paying", "active"): 151,
    ("new_paying", "silent"): 261,
    ("active", "active"): 4318,
    ("active", "silent"): 608,
    ("silent", "active"): 594,
    ("silent", "silent"): 8724,
}
FLOW_KEYS = [f"{source}>{target}" for source, target in MOVES]
FLOW_LEFT = {
    "registered": ("Registered 347", "this week"),
    "prospect": ("Prospect 249", "stayed 3,233"),
    "new_paying": ("New payer 412", "all left"),
    "active": ("Active 608", "stayed 4,318"),
    "silent": ("Silent 594", "stayed 8,724"),
}
FLOW_RIGHT = {
    "prospect": ("Prospect +158", "now 3,391"),
    "new_paying": ("New payer +438", "now 438"),
    "active": ("Active +745", "594 recalled"),
    "silent": ("Silent +869", "now 9,593"),
}


def flows() -> sankey.Sankey:
    return sankey.sankey(MOVES, ["registered", *LIFECYCLE], LIFECYCLE, selected=("new_paying", "silent"))


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
PEOPLE = [
    ("刘小明", "13800002267", "翠屏花园", "active", "champion", 2, 41, 386240, ["meat"]),
    ("王伟", "15900007736", "翠屏花园", "active", "champion", 4, 36, 298710, ["fruit"]),
    ("陈建国", "18600000914", "金陵名苑", "active", "regular", 1, 29, 245580, []),
    ("邓超", "13500006608", "百家湖国际花园", "silent", "win_back", 31, 27, 221050, ["meat"]),
    ("赵一鸣", "15000003390", "河西新城苑", "silent", "fading", 44, 22, 198600, ["seafood"]),
    ("欧阳娜娜", "18900006017", "翠屏花园", "active", "develop", 9, 7, 154420, []),
    ("周迅", "13600008845", "银城东苑", "silent", "rescue", 71, 6, 140270, ["meat"]),
    ("Alexandria Montgomery-Featherstonehaugh", "13600008846", "A community with a rather long name", "new_paying", "newcomer", 3, 1, 8860, []),
    ("何平", "", "", "prospect", None, None, 0, 0, ["a tag that somebody wrote far too long"]),
    ("许仙", "13900003608", "凤凰山庄", "silent", "lost", 96, 1, 4250, []),
]


def people(as_of: date) -> list[dict[str, Any]]:
    keys = ("name", "phone", "community", "lifecycle", "rfm", "days", "purchases", "net", "tags")
    rows = [dict(zip(keys, person, strict=True)) for person in PEOPLE]
    return [
        row | {"id": place, "url": "#", "address": "6-2-502", "last_order": _days_before(as_of, row["days"])}
        for place, row in enumerate(rows, start=1)
    ]


def _days_before(as_of: date, days: int | None) -> date | None:
    return None if days is None else as_of - timedelta(days=days)


def board() -> list[dict[str, Any]]:
    rows = [
        ("champion", 268, 0.180, 6, 0.468),
        ("develop", 131, 0.088, -3, 0.119),
        ("win_back", 174, 0.117, 9, 0.176),
        ("rescue", 96, 0.065, -2, 0.067),
        ("regular", 118, 0.079, 4, 0.052),
        ("newcomer", 224, 0.151, -7, 0.044),
        ("fading", 107, 0.072, 1, 0.036),
        ("lost", 368, 0.248, -5, 0.038),
    ]
    return [
        {"code": code, "n": n, "share": share, "change": change, "money": money, "bar": money / 0.5}
        for code, n, share, change, money in rows
    ]


MONTHS = list(zip("12 1 2 3 4 5 6 7 8 9 10 11".split(), [240, 262, 196, 222, 190, 268, 232, 276, 0, 120, 210, 0], strict=True))
BUDGET = [("Spent", 12360, "c-grey"), ("Held", 5180, "c-pale"), ("This batch at most", 9204, "c-accent")]


def positions() -> list[dict[str, Any]]:
    return [
        {"label": "Recency R", "value": "31 d", "top": "top 68%", "score": 2, "place": charts.position(31, [63, 27, 13, 6], 2, falling=True)},
        {"label": "Frequency F", "value": "27", "top": "top 11%", "score": 5, "place": charts.position(27, [3, 7, 13, 20], 5)},
        {"label": "Money M", "value": "¥2,210", "top": "top 7%", "score": 5, "place": charts.position(2210, [168, 396, 742, 1318], 5)},
    ]


def ranges() -> list[dict[str, Any]]:
    return [
        {"label": "Redeemed", "n": "141", "words": "114–173", "range": charts.interval(114, 141, 173, (60, 220))},
        {"label": "ROI", "n": "0.9", "words": "−0.2–1.9", "range": charts.interval(-0.2, 0.9, 1.9, (-0.6, 2.6))},
    ]


JOB = SimpleNamespace(
    title="Recompute RFM, 10 communities", reference="#5521", who="Chen Siyuan 15:18", share=0.64, done=9160, total=14312,
    unit="people", rate=2290, seconds_left=2, note="Baijiahu", cancel_url="#", poll_url="", is_open=True,
)  # fmt: skip
FINISHED = [
    {"ok": True, "title": "Import #182", "text": "12,835 rows in, 11 left out · 9 s"},
    {"ok": False, "title": "SMS B-0409", "text": "1,204 sent, 37 unknown, waiting for you"},
]
VERBS = [
    {"label": "Draft a coupon batch", "icon": "ticket", "primary": True, "href": "#"},
    {"label": "Start a recall", "icon": "route", "href": "#"},
    {"label": "Tag", "icon": "tags", "name": "verb", "value": "tag"},
]
WAITING = [
    ("clipboard-check", "Approval", "Silent, meat buyers: ¥12 off ¥49, 767 people", "from Zhou Lan · up to ¥9,204", "due today 18:00", "warn", "Review"),
    ("alert-triangle", "Alert", "Cuiping Huayuan W45: week-1 retention 17.6%, 16.3 points under baseline", "n=170", "waiting 7 h", "warn", "Trace"),
    ("clock", "Data", "Xianlin Yaju orders stop at 20 Nov, 2 days behind the rest", "no alerts for it today", "waiting 2 d", "warn", "Import"),
    ("file-alert", "Problem", "Batch #182: 11 rows left out, phone in scientific notation", "12,835 rows are in", "waiting 9 h", "quiet", "Fix"),
]
STATIONS = [
    ("Cuiping", 46, 60, "45.7%", 48600), ("Jinling", 58, 64, "46.6%", 71300), ("Hexi", 31, 48, "45.2%", 30200),
    ("Baijiahu", 40, 40, "47.5%", 42800), ("Yincheng", 22, 52, "27.3%", 6900),
]  # fmt: skip


class PlaceForm(forms.Form):
    name = forms.CharField(label="Name", max_length=10, help_text="As the export writes it.")
    households = forms.IntegerField(label="Households", required=False)
    opened_on = forms.DateField(label="Opened on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label="Scoring", choices=[("q", "Quantiles"), ("f", "Fixed cut points")])
    scope = forms.ChoiceField(label="Scope", choices=[("c", "Community"), ("a", "Company")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sorts = forms.BooleanField(label="Sorts deliveries", required=False)
