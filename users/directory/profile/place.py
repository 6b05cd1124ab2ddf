"""Where a customer stands: why in this class, between which cut points, what they spend by month and on what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from communities.policies import queries as policies
from communities.policies.rules import Policies
from opsdesk.lib import charts
from opsdesk.lib.reasons import Reason
from users.directory.profile import queries
from users.lifecycle import queries as lifecycle_queries
from users.lifecycle import rules as lifecycle
from users.purchases.models import UNASSIGNED
from users.purchases.rules import business_day
from users.rfm import queries as rfm_queries
from users.rfm import rules as rfm
from users.rfm.models import RfmCut


@dataclass(frozen=True)
class Why:
    """The class and the RFM class in words, by which version of the rules."""

    lifecycle: Reason
    rfm: Sequence[Reason]
    version: int


@dataclass(frozen=True)
class Dimension:
    """R, F or M: the value, its score, its place in the community; `top`: the share that stands at least as well."""

    name: str
    value: int
    score: int
    top: float
    place: charts.Position


def rules_for(person: Any) -> Policies:
    """The rules that the last run counted this customer by; before any run, those in force."""
    day = lifecycle_queries.snapshot_day(person.counted_as_of) if person.counted_as_of else None
    return policies.for_community(person.community_id, day.policy_version if day else None)


def why(person: Any, rules: Policies, cut: RfmCut | None) -> Why | None:
    """None before the first run has counted them."""
    if person.counted_as_of is None:
        return None
    known = business_day(person.registered_at) if person.registered_at else None
    facts = lifecycle.Facts(known, person.first_purchase, person.last_order, person.purchases, person.net)
    reasons: Sequence[Reason] = ()
    if cut and person.frequency is not None:
        values = rfm.Values(_days(person), person.frequency, person.monetary)
        reasons = rfm.why(values, rfm_queries.as_cuts(cut), rules)
    return Why(lifecycle.why(facts, person.counted_as_of, rules), reasons, rules.version)


def cut_of(person: Any) -> RfmCut | None:
    if person.counted_as_of is None or person.frequency is None:
        return None
    return rfm_queries.cut_of(person.counted_as_of, person.community_id or UNASSIGNED)


def dimensions(person: Any, cut: RfmCut | None) -> tuple[list[Dimension], queries.Rank | None]:
    """Where the three values lie between the cut points of the community."""
    if cut is None:
        return [], None
    rank = queries.rank(person.standing)
    yuan, cuts_m = person.monetary // 100, [one // 100 for one in cut.m]
    days = _days(person)
    rows = [
        ("r", days, person.r_score, rank.r, charts.position(days, cut.r[::-1], person.r_score, falling=True)),
        ("f", person.frequency, person.f_score, rank.f, charts.position(person.frequency, cut.f, person.f_score)),
        ("m", person.monetary, person.m_score, rank.m, charts.position(yuan, cuts_m, person.m_score)),
    ]  # fmt: skip
    return [Dimension(name, value, score, max(at / rank.of, 0.01), band) for name, value, score, at, band in rows], rank


def months(person: Any, as_of: date) -> tuple[list[tuple[date, int]], charts.Columns]:
    """Net of twelve months, as fen for the table and as whole yuan for the bars."""
    by_month = queries.net_by_month(person.pk, as_of)
    bars = [(str(month.month), round(net / 100)) for month, net in by_month]
    return by_month, charts.columns(bars)


def _days(person: Any) -> int:
    return int((person.counted_as_of - person.rfm_last_day).days)


def window_start(as_of: date, rules: Policies) -> date:
    return as_of - timedelta(days=rules.rfm_window_days)
