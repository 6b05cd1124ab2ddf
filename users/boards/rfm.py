"""The RFM board, shaped for the page: eight classes by R F and M, cut points as ranges, cleaning as subtraction."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from communities.policies.rules import Policies
from opsdesk.lib import figures
from opsdesk.lib.words import N_
from users.boards.places import Sight
from users.rfm import queries, rules
from users.rfm.models import RfmCut
from users.rfm.queries import ClassRow, Cleaning

WHAT = N_("Recency, frequency and amount over the RFM window, each high or low: eight classes.")
# Two rows (M high, M low), four columns (R F): the place on the board is the definition.
ROWS = (
    (rules.CHAMPION, rules.DEVELOP, rules.WIN_BACK, rules.RESCUE),
    (rules.REGULAR, rules.NEWCOMER, rules.FADING, rules.LOST),
)


@dataclass(frozen=True)
class Box:
    """One class. `bar`: its share of the money on a scale that is full at `FULL`."""

    row: ClassRow
    share_of_people: float | None
    bar: float
    href: str
    alias: str


FULL = 0.5
COLUMN_WORDS = (
    (N_("Value"), N_("lately, often")),
    (N_("Potential"), N_("lately, not often")),
    (N_("Keep"), N_("not lately, often before")),
    (N_("Retain"), N_("neither lately nor often")),
)
ROW_WORDS = ((N_("Important"), N_("amount high")), (N_("Ordinary"), N_("amount low")))


def boxes(sight: Sight) -> list[list[Box]]:
    by_class = {row.rfm_class: row for row in queries.board(sight.as_of, sight.places)}
    everybody = sum(row.customers for row in by_class.values())
    return [[_box(by_class[code], everybody, sight) for code in codes] for codes in ROWS]


def _box(row: ClassRow, everybody: int, sight: Sight) -> Box:
    alias = rules.ALIASES.get(row.rfm_class, "")
    return Box(
        row,
        row.customers / everybody if everybody else None,
        min(row.share / FULL, 1.0),
        sight.people(rfm=row.rfm_class) if sight.is_latest else "",
        _(alias) if alias else "",
    )


def by_community(sight: Sight, named: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    """One row a community: people of each class and their net (fen); only places with anybody scored."""
    counted = queries.by_community(sight.as_of, sight.places)
    cuts = queries.cuts_in_use(sight.as_of, sight.places)
    return [
        {
            "name": name,
            "code": code,
            "classes": [(each, *counted[place][each]) for each in rules.CLASSES],
            "scored": sum(customers for customers, _fen in counted[place].values()),
            "net": sum(fen for _customers, fen in counted[place].values()),
            "origin": cuts[place].origin if place in cuts else "",
        }
        for place, code, name in named
        if place in counted
    ]


def scored(grid: list[list[Box]]) -> int:
    return sum(box.row.customers for line in grid for box in line)


def cut_rows(cut: RfmCut) -> list[tuple[str, list[str], str]]:
    """(dimension, the range of each score 1 to 5, mean score); R the other way round, M in yuan."""
    return [
        (_("R days"), _ranges_down(cut.r), _mean(cut.r_sum, cut)),
        (_("F times"), _ranges_up(cut.f), _mean(cut.f_sum, cut)),
        (_("M yuan"), _money_ranges(cut.m), _mean(cut.m_sum, cut)),
    ]


def _mean(total: int, cut: RfmCut) -> str:
    return f"{total / cut.mean_of:.2f}" if cut.mean_of else figures.NOTHING


def _ranges_down(cuts: list[int]) -> list[str]:
    """Days for scores 1 to 5: above the last cut point is 1."""
    a, b, c, d = cuts
    return [f"{d + 1}+", _span(c + 1, d), _span(b + 1, c), _span(a + 1, b), f"≤{a}"]


def _ranges_up(cuts: list[int]) -> list[str]:
    a, b, c, d = cuts
    return [f"≤{a}", _span(a + 1, b), _span(b + 1, c), _span(c + 1, d), f"{d + 1}+"]


def _money_ranges(cuts: list[int]) -> list[str]:
    """Money is no whole number: only the upper ends are told."""
    return [*(f"≤{figures.grouped(fen / 100)}" for fen in cuts), _("more")]


def _span(low: int, high: int) -> str:
    """Equal cut points leave a score that nobody can get."""
    if low > high:
        return figures.NOTHING
    return str(low) if low == high else f"{low}–{high}"


def high_words(cut: RfmCut, policies: Policies) -> str:
    """From which value on R, F and M are high, in words."""
    return _("High: R ≤ %(r)s days, F ≥ %(f)s, M > ¥%(m)s.") % {
        "r": cut.r[_steps_below(cut.r_sum, cut, policies, reverse=True)],
        "f": cut.f[_steps_below(cut.f_sum, cut, policies)] + 1,
        "m": figures.grouped(cut.m[_steps_below(cut.m_sum, cut, policies)] / 100),
    }


def _steps_below(total: int, cut: RfmCut, policies: Policies, *, reverse: bool = False) -> int:
    """Index of the cut point that separates low from high: the lowest high score is one step above it."""
    lowest = next((score for score in range(1, 6) if _is_high(score, total, cut, policies)), 5)
    index = 5 - lowest if reverse else lowest - 2
    return max(0, min(3, index))


def _is_high(score: int, total: int, cut: RfmCut, policies: Policies) -> bool:
    if policies.rfm_cut == "fixed_score":
        return score > policies.rfm_fixed_score
    return rules.is_high(score, total, cut.mean_of)


def cleaning_steps(cleaned: Cleaning) -> list[dict[str, Any]]:
    """The subtraction from all orders of the window to purchases; it adds up."""
    return [
        {
            "label": _("Service orders"),
            "detail": _("%(n)s people → service customers") % {"n": figures.count(cleaned.service_customers)},
            "minus": cleaned.service_orders,
            "words": {"service": 1},
        },
        {
            "label": _("One phone, many addresses"),
            "detail": _("%(n)s people → proxy buyers") % {"n": figures.count(cleaned.proxy_customers)},
            "minus": cleaned.proxy_orders,
            "words": {"proxy": 1},
        },
        {
            "label": _("Orders of one purchase merged"),
            "detail": _("%(orders)s orders → %(purchases)s purchases")
            % {
                "orders": figures.count(cleaned.purchases + cleaned.merged_orders),
                "purchases": figures.count(cleaned.purchases),
            },
            "minus": cleaned.merged_orders,
            "words": {},
        },
    ]
