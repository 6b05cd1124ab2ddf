"""How recent, how often, how much: scores from cut points, and the eight named classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from communities.policies.rules import Policies
from opsdesk.lib import figures
from opsdesk.lib.reasons import Reason
from opsdesk.lib.words import N_

UNASSIGNED, COMPANY = 0, -1
SCORES = 5
DIMENSIONS = ("r", "f", "m")

CHAMPION, DEVELOP, WIN_BACK, RESCUE = "champion", "develop", "win_back", "rescue"
REGULAR, NEWCOMER, FADING, LOST = "regular", "newcomer", "fading", "lost"

# By (R, F, M) high or not. Every combination is exactly one class.
CLASS_OF: dict[tuple[bool, bool, bool], str] = {
    (True, True, True): CHAMPION,
    (True, False, True): DEVELOP,
    (False, True, True): WIN_BACK,
    (False, False, True): RESCUE,
    (True, True, False): REGULAR,
    (True, False, False): NEWCOMER,
    (False, True, False): FADING,
    (False, False, False): LOST,
}
CLASSES = tuple(CLASS_OF.values())

LABELS: dict[str, str] = {
    CHAMPION: N_("Champion"),
    DEVELOP: N_("Develop"),
    WIN_BACK: N_("Win back"),
    RESCUE: N_("Rescue"),
    REGULAR: N_("Regular"),
    NEWCOMER: N_("Newcomer"),
    FADING: N_("Fading"),
    LOST: N_("Lost"),
}

# The article's own names, where it has one.
ALIASES: dict[str, str] = {
    CHAMPION: N_("High-value customers"),
    DEVELOP: N_("Customers to develop first"),
    WIN_BACK: N_("High-value customers to call back"),
}


class Values(NamedTuple):
    """R in days since the last order (1 = yesterday), F in purchases, M in fen."""

    r: int
    f: int
    m: int


class Scores(NamedTuple):
    r: int
    f: int
    m: int


NO_SUMS = Scores(0, 0, 0)
Points = tuple[int, int, int, int]


@dataclass(frozen=True)
class Cuts:
    """Four cut points a dimension, the sums of scores that the means are taken from (over `mean_of` customers),
    and where they come from: own, borrowed, fixed, frozen or company."""

    origin: str
    r: Points
    f: Points
    m: Points
    sums: Scores = NO_SUMS
    mean_of: int = 0

    def means(self) -> tuple[Fraction, Fraction, Fraction]:
        r, f, m = (Fraction(total, self.mean_of) if self.mean_of else Fraction(0) for total in self.sums)
        return r, f, m


def cut_points(values: Sequence[int]) -> Points:
    """Cut point k = 1..4: the value at place ceil(k*n/5), counted from 1, in ascending order. In integers, so that
    no rounding decides. At least one value."""
    ranked, n = sorted(values), len(values)
    a, b, c, d = (ranked[(k * n + SCORES - 1) // SCORES - 1] for k in range(1, SCORES))
    return a, b, c, d


def score(value: int, cuts: Points) -> int:
    """1 + the number of cut points the value is strictly greater than; equal values get equal scores."""
    return 1 + sum(value > cut for cut in cuts)


def score_r(days: int, cuts: Points) -> int:
    """The other way round: the fewer days, the higher."""
    return SCORES - sum(days > cut for cut in cuts)


def scores(values: Values, cuts: Cuts) -> Scores:
    return Scores(score_r(values.r, cuts.r), score(values.f, cuts.f), score(values.m, cuts.m))


def is_high(one: int, total: int, n: int) -> bool:
    """Above the mean of n scores, compared exactly."""
    return one * n > total


def class_of(given: Scores, cuts: Cuts, policies: Policies) -> str:
    if policies.rfm_cut == "fixed_score":
        r, f, m = (one > policies.rfm_fixed_score for one in given)
    else:
        r, f, m = (is_high(one, total, cuts.mean_of) for one, total in zip(given, cuts.sums, strict=True))
    return CLASS_OF[r, f, m]


def typed(policies: Policies) -> dict[str, Points]:
    """The cut points that somebody typed in, by dimension; the others come from the quantiles."""
    if policies.rfm_scoring != "fixed":
        return {}
    asked = {"r": policies.rfm_cuts_r, "f": policies.rfm_cuts_f, "m": policies.rfm_cuts_m}
    return {name: (cuts[0], cuts[1], cuts[2], cuts[3]) for name, cuts in asked.items() if cuts}


def is_small(customers: int, policies: Policies) -> bool:
    """Too few scored customers to be cut by themselves: the company's cut points and means are borrowed."""
    return customers < policies.rfm_min_customers


def choose_cuts(
    customers: int, quantiles: Cuts, policies: Policies, company: Cuts | None, last_run: Cuts | None
) -> Cuts:
    """The cut points a group is scored by. Sums are filled in afterwards where `needs_own_sums` says so.

    Scored over the company, everybody takes the company's. Else typed-in points are never replaced; else frozen
    ones of the last run are kept with their means; else a group that is too small borrows the company's.
    `company` is None for the company itself.
    """
    if company is not None and policies.rfm_scope == "company":
        return replace(company, origin="company")
    fixed = typed(policies)
    if policies.rfm_frozen and last_run and not fixed:
        return replace(last_run, origin="frozen")
    base = quantiles
    if company is not None and is_small(customers, policies):
        base = replace(company, origin="borrowed")
    return replace(base, origin="fixed", **fixed) if fixed else base  # type: ignore[arg-type]


def needs_own_sums(cuts: Cuts) -> bool:
    """Means that came along with borrowed, frozen or company cut points are kept; others are the group's own."""
    return cuts.mean_of == 0


@dataclass(frozen=True)
class Scored:
    scores: Scores
    rfm_class: str


def score_everybody(
    values: Mapping[int, tuple[int, Values]],
    policies: Mapping[int, Policies],
    last_run: Mapping[int, Cuts] | None = None,
) -> tuple[dict[int, Scored], dict[int, Cuts]]:
    """The whole definition at once. values: by customer (community, values); policies by community, COMPANY too.

    Returns scores by customer, and the cuts in use by community (COMPANY included where anybody has a score).
    """
    if not values:
        return {}, {}
    before = last_run or {}
    everybody = [value for _, value in values.values()]
    cuts = {COMPANY: _cuts_of(everybody, policies[COMPANY], None, before.get(COMPANY))}
    for place in sorted({place for place, _ in values.values()}):
        members = [value for home, value in values.values() if home == place]
        cuts[place] = _cuts_of(members, policies[place], cuts[COMPANY], before.get(place))
    found = {}
    for customer, (place, value) in values.items():
        given = scores(value, cuts[place])
        found[customer] = Scored(given, class_of(given, cuts[place], policies[place]))
    return found, cuts


def _cuts_of(members: Sequence[Values], policies: Policies, company: Cuts | None, last_run: Cuts | None) -> Cuts:
    r, f, m = (cut_points(column) for column in zip(*members, strict=True))
    own = Cuts("own", r, f, m)
    chosen = choose_cuts(len(members), own, policies, company, last_run)
    if not needs_own_sums(chosen):
        return chosen
    given = [scores(value, chosen) for value in members]
    return replace(chosen, sums=Scores(*(sum(column) for column in zip(*given, strict=True))), mean_of=len(given))


# (low, high) by dimension
_R = (
    N_("R: days since the last order %(value)s; score %(score)s is not above %(limit)s: low"),
    N_("R: days since the last order %(value)s; score %(score)s is above %(limit)s: high"),
)
_F = (
    N_("F: purchases %(value)s; score %(score)s is not above %(limit)s: low"),
    N_("F: purchases %(value)s; score %(score)s is above %(limit)s: high"),
)
_M = (
    N_("M: %(value)s net; score %(score)s is not above %(limit)s: low"),
    N_("M: %(value)s net; score %(score)s is above %(limit)s: high"),
)


def why(values: Values, cuts: Cuts, policies: Policies) -> list[Reason]:
    """R, F and M in words, in this order: the value, its score, and whether that is high."""
    given, means = scores(values, cuts), cuts.means()
    return [
        _reason(name, value, one, policies.rfm_fixed_score if policies.rfm_cut == "fixed_score" else mean)
        for name, value, one, mean in zip(DIMENSIONS, values, given, means, strict=True)
    ]


def _reason(name: str, value: int, one: int, limit: Fraction | int) -> Reason:
    shown = figures.yuan(value) if name == "m" else figures.count(value)
    message = {"r": _R, "f": _F, "m": _M}[name][one > limit]
    return Reason(message, {"value": shown, "score": one, "limit": f"{float(limit):.2f}".rstrip("0").rstrip(".")})
