"""Write the RFM scores: every Monday for ever, other days while they are fresh."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from communities.policies import queries as policy_queries
from communities.policies.rules import Policies
from opsdesk.lib import differing, sql
from opsdesk.lib.differing import Table
from users.purchases import dates
from users.purchases import queries as purchase_queries
from users.purchases import rules as purchase_rules
from users.purchases.dates import Due
from users.rfm import queries, scoring, scoring_sql
from users.rfm.models import CleaningCount, RfmCount, RfmCut, RfmDay, RfmScore
from users.rfm.rules import Cuts
from users.rfm.scoring import Scoring

SCORES = Table(
    "users_rfmscore",
    ("as_of", "customer_id"),
    ("community_id", "last_day", "frequency", "monetary", "r_score", "f_score", "m_score", "rfm_class"),
)
COUNTS = Table("users_rfmcount", ("as_of", "community_id", "rfm_class"), ("customers", "monetary"))
CLEANING = Table("users_cleaningcount", ("as_of", "community_id"), queries.Cleaning._fields)
# A date that a crash of the server takes along is gone with its RfmDay and computed again. What ends the night waits
# for the disk, and for every date before it.
_NO_WAITING = "SET LOCAL synchronous_commit = off"


def recompute(
    as_of: date,
    version: int,
    places: Collection[int] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dates.Computed:
    """as_of, and every Monday before it that is missing or stale; each date in one transaction.

    With places only their rows are written: the company's cut points are counted anew where one of them borrows
    them, but not kept. progress is told (dates done, dates in all) before each date.
    """
    newest = max(as_of, queries.latest_as_of() or as_of)
    return dates.compute(_due(as_of, version), newest, lambda due: _compute(due, places), progress)


def forget_old_days(as_of: date) -> list[date]:
    return dates.forget_old(RfmDay, (RfmScore, RfmCount, RfmCut, CleaningCount), as_of)


def _due(as_of: date, version: int) -> list[tuple[date, int]]:
    computed = dict(RfmDay.objects.values_list("as_of", "policy_version"))
    stale = purchase_queries.stale_days("users_rfmday")
    policies, weeks = policy_queries.for_company(version), purchase_queries.weeks_with_orders()
    return purchase_rules.days_due(as_of, weeks, computed, stale, policies)


@transaction.atomic
def _compute(due: Due, places: Collection[int] | None) -> tuple[int, int]:
    sql.run(_NO_WAITING)
    change = purchase_queries.newest_change()
    with scoring.scored(due.as_of, due.policies, due.days, _last_run(due.as_of, due.policies)) as found:
        rows = _write(found, places, due.is_newest)
        customers = sql.value("SELECT count(*) FROM rfm_classed")
    _remember(due.as_of, due.version, change, customers, places)
    return customers, rows


def _last_run(as_of: date, policies: Mapping[int, Policies]) -> dict[int, Cuts]:
    """The newest cut points up to as_of, by community; those of as_of itself when it is computed again."""
    if not any(one.rfm_frozen for one in policies.values()):
        return {}
    newest = RfmCut.objects.filter(as_of__lte=as_of).order_by("community_id", "-as_of").distinct("community_id")
    return {row.community_id: queries.as_cuts(row) for row in newest}


def _write(found: Scoring, places: Collection[int] | None, is_newest: bool) -> int:
    here = None if places is None else list(places)
    cleaning = scoring_sql.CLEANING
    if here is not None:
        sql.run("DELETE FROM rfm_classed WHERE NOT community_id = ANY(%(here)s)", here=here)
        cleaning = f"(SELECT * FROM {cleaning} c WHERE community_id = ANY(%(here)s))"
    of_day = "t.as_of = %(as_of)s"
    of_places = f"{of_day} AND (%(here)s::int[] IS NULL OR t.community_id = ANY(%(here)s))"
    # Whoever moved into these places has a row that still names another.
    of_people = (
        f"{of_day} AND (t.community_id = ANY(%(here)s) OR t.customer_id IN (SELECT customer_id FROM rfm_classed))"
    )
    within = {"as_of": found.as_of, "here": here}
    rows = differing.write(SCORES, "rfm_classed", of_day if here is None else of_people, **within).rows
    rows += differing.write(COUNTS, scoring_sql.COUNTS, of_places, **within).rows
    rows += differing.write(CLEANING, cleaning, of_places, **within).rows
    _write_cuts(found, here)
    if is_newest:
        rows += _write_standings(within)
    return rows


def _write_standings(within: dict[str, Any]) -> int:
    sql.run(scoring_sql.DIFFERING, **within)
    sql.expect_few()
    rows = sql.run(scoring_sql.STANDINGS, **within)
    sql.run("DROP TABLE rfm_differing")
    return rows


def _write_cuts(found: Scoring, here: list[int] | None) -> None:
    of_day = RfmCut.objects.filter(as_of=found.as_of)
    (of_day if here is None else of_day.filter(community_id__in=here)).delete()
    RfmCut.objects.bulk_create(
        queries.as_row(found.as_of, place, cuts, found.customers[place])
        for place, cuts in found.cuts.items()
        if here is None or place in here
    )


def _remember(as_of: date, version: int, change: int, customers: int, places: Collection[int] | None) -> None:
    told = {"policy_version": version, "last_change_id": change, "customers": customers, "computed_at": Now()}
    if places is None:
        RfmDay.objects.update_or_create(as_of=as_of, defaults=told)
    else:
        RfmDay.objects.get_or_create(as_of=as_of, defaults=told | {"last_change_id": -1})
