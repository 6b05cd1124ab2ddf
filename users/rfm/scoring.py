"""Scores of everybody as of a date under any policies, in temporary tables: what the night keeps and a preview shows.

The SQL counts; which cut points a community is scored by is decided by rules.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from communities.policies.rules import Policies
from opsdesk.lib import sql
from users.rfm import rules, scoring_sql
from users.rfm.rules import COMPANY, Cuts, Scores

# By R, F, M high as the bits of a number.
_CLASSES = [rules.CLASS_OF[bool(n & 4), bool(n & 2), bool(n & 1)] for n in range(8)]
_TABLES = ("rfm_suspect", "rfm_proxy", "rfm_window", "rfm_base", "rfm_scored", "rfm_classed")


@dataclass(frozen=True)
class Scoring:
    """The scores stand in the temporary table rfm_classed.

    cuts and customers (scored ones) by community, COMPANY too where its cut points were needed.
    """

    as_of: date
    cuts: dict[int, Cuts]
    customers: dict[int, int]


@contextmanager
def scored(
    as_of: date, policies: Mapping[int, Policies], days: str, last_run: Mapping[int, Cuts] | None = None
) -> Iterator[Scoring]:
    """policies: by place, the unassigned's are the company's. days: of purchases.days_under the same policies.

    last_run: cut points by community of the last run, for those that keep them.
    """
    with transaction.atomic():
        sql.expect_everybody()
        _clean(as_of, policies, days)
        cuts, customers = _cuts(policies, last_run or {})
        _classify(as_of, cuts, policies)
        yield Scoring(as_of, cuts, customers)
        sql.run("DROP TABLE " + ", ".join(_TABLES))


def _clean(as_of: date, policies: Mapping[int, Policies], days: str) -> None:
    merging = any(one.merge_days > 1 for one in policies.values())
    each = [policies.get(place, policies[rules.UNASSIGNED]) for place in range(max(policies) + 1)]
    params = {
        "as_of": as_of,
        "begins": [as_of - timedelta(days=one.rfm_window_days) for one in each],
        "service_min": [one.service_order_min_amount for one in each],
        "max_addresses": [one.max_addresses for one in each],
    }
    first_start = scoring_sql.FIRST_START if merging else scoring_sql.EVERY_DAY_STARTS
    sql.run(scoring_sql.WINDOW.format(days=days, first_start=first_start), **params)
    sql.run(scoring_sql.SUSPECTS)
    sql.expect_few()
    sql.run(scoring_sql.PROXIES, **params)
    sql.expect_everybody()
    sql.run(scoring_sql.BASE, **params)


def _cuts(policies: Mapping[int, Policies], last_run: Mapping[int, Cuts]) -> tuple[dict[int, Cuts], dict[int, int]]:
    """The cut points in use by community, sums filled in; the table rfm_scored follows them."""
    quantiles, customers = _quantiles("community_id")
    company = _company_cuts(policies[rules.UNASSIGNED], last_run.get(COMPANY)) if quantiles else None
    cuts = {
        place: rules.choose_cuts(customers[place], own, policies[place], company, last_run.get(place))
        for place, own in quantiles.items()
    }
    sql.run(scoring_sql.SCORED, **_points(cuts))
    for place, r, f, m, n in sql.rows(scoring_sql.SUMS):
        if rules.needs_own_sums(cuts[place]):
            cuts[place] = replace(cuts[place], sums=Scores(r, f, m), mean_of=n)
    if company is not None:
        cuts[COMPANY], customers[COMPANY] = company, sum(customers.values())
    return cuts, customers


def _company_cuts(policies: Policies, last_run: Cuts | None) -> Cuts:
    quantiles, customers = _quantiles(str(COMPANY))
    chosen = rules.choose_cuts(customers[COMPANY], quantiles[COMPANY], policies, None, last_run)
    if not rules.needs_own_sums(chosen):
        return chosen
    [(r, f, m, n)] = sql.rows(scoring_sql.COMPANY_SUMS, **_points({COMPANY: chosen}))
    return replace(chosen, sums=Scores(r, f, m), mean_of=n)


def _quantiles(place: str) -> tuple[dict[int, Cuts], dict[int, int]]:
    rows = sql.rows(scoring_sql.CUTS.format(place=place))
    cuts = {place: Cuts("own", tuple(r), tuple(f), tuple(m)) for place, _, r, f, m in rows}
    return cuts, {row[0]: row[1] for row in rows}


def _points(cuts: Mapping[int, Cuts]) -> dict[str, list[int]]:
    columns = {
        f"{name}{k}": [getattr(one, name)[k - 1] for one in cuts.values()] for name in "rfm" for k in range(1, 5)
    }
    return {"places": list(cuts), **columns}


def _classify(as_of: date, cuts: Mapping[int, Cuts], policies: Mapping[int, Policies]) -> None:
    places = [place for place in cuts if place != COMPANY]
    each = [cuts[place] for place in places]
    fixed: list[Any] = [
        policies[place].rfm_fixed_score if policies[place].rfm_cut == "fixed_score" else None for place in places
    ]
    sql.run(
        scoring_sql.CLASSED,
        as_of=as_of,
        classes=_CLASSES,
        places=places,
        r_sum=[one.sums.r for one in each],
        f_sum=[one.sums.f for one in each],
        m_sum=[one.sums.m for one in each],
        mean_of=[one.mean_of for one in each],
        fixed=fixed,
    )
