"""Write the customer-days and the roll-ups on top of them: all in the night, the touched ones after an import. Both
give the same rows, and both write only what differs."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from communities.policies import queries as policy_queries
from communities.policies.rules import Policies
from opsdesk.lib import differing, sql
from opsdesk.lib.differing import Table, Written
from users.purchases import queries, rollups_sql, rules
from users.purchases.models import DaysChanged

_LOCK = 0x0DA15  # advisory lock: roll-ups have one writer at a time, or an old reading could overwrite a new one
_MANY = 100_000  # customers in one transaction of the full rebuild

DAYS = Table(
    "users_customerday",
    ("community_id", "customer_id", "day"),
    (
        "orders",
        "gross",
        "discount",
        "net",
        "starts_purchase",
        "clean_orders",
        "clean_net",
        "starts_clean",
        "door_low",
        "door_high",
    ),
    dated="day",
)
_OF_A_DAY = (
    "orders",
    "purchases",
    "gross",
    "discount",
    "net",
    "payers",
    "new_payers",
    "week_payers",
    "month_payers",
    "fresh_back",
)
COMMUNITY_DAYS = Table("users_communityday", ("community_id", "day"), _OF_A_DAY)
COMMUNITY_PERIODS = Table(
    "users_communityperiod",
    ("grain", "start", "community_id"),
    (
        "gross",
        "discount",
        "net",
        "orders",
        "purchases",
        "payers",
        "payer_days",
        "new_payers",
        "fresh",
        "fresh_back",
    ),
)
STATION_DAYS = Table("users_stationday", ("station_id", "day"), _OF_A_DAY)
COHORT_CELLS = Table(
    "users_cohortcell",
    ("community_id", "cohort", "week"),
    ("customers", "purchases", "net", "gross", "every", "recalled", "last"),
)
FLOW_WEEKS = Table("users_flowweek", ("community_id", "week"), ("active", "fresh", "retained", "recalled", "lost"))
ORIGINS = Table(
    "users_origin", ("customer_id",), ("community_id", "first_day", "category_id", "channel", "station_id", "staff_id")
)
_OF_PLACES = "t.community_id = ANY(%(ids)s)"
_ROLL_UPS = (
    (COMMUNITY_DAYS, rollups_sql.COMMUNITY_DAYS, _OF_PLACES),
    (COMMUNITY_PERIODS, rollups_sql.COMMUNITY_PERIODS, _OF_PLACES),  # from the days that the line before has written
    (COHORT_CELLS, rollups_sql.COHORT_CELLS, _OF_PLACES),
    (FLOW_WEEKS, rollups_sql.FLOW_WEEKS, _OF_PLACES),
    (STATION_DAYS, rollups_sql.STATION_DAYS, rollups_sql.STATIONS_OF_PLACES),
)


@dataclass(frozen=True)
class Rebuilt:
    """days: customer-days there are now; differing: rows written; moved: customers re-homed; places touched."""

    days: int = 0
    differing: int = 0
    moved: int = 0
    places: frozenset[int] = frozenset()

    def __add__(self, other: "Rebuilt") -> "Rebuilt":
        return Rebuilt(
            self.days + other.days,
            self.differing + other.differing,
            self.moved + other.moved,
            self.places | other.places,
        )


def rebuild(
    places: Collection[int] | None = None,
    version: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Rebuilt:
    """Everything from the orders, in transactions of whole communities; of some places when they are named.

    progress is told (communities done, communities in all) before each transaction.
    """
    policies = queries.policies_by_place(version)
    total = rehome(None)
    wanted = sorted(set(policies) | queries.places_with_days() if places is None else places)
    done = 0
    for group in _groups(wanted):
        progress(done, len(wanted))
        total += _rebuild_places(group, policies)
        done += len(group)
    progress(done, len(wanted))
    mark_left_censored(version)
    return total


@transaction.atomic
def refresh(customer_ids: Collection[int], version: int | None = None) -> Rebuilt:
    """After an import: re-home these customers, rebuild their days, then the roll-ups of every touched community.

    Call it inside the transaction that wrote the orders, or after it. An import in many transactions may call
    `refresh_days` in each and `refresh_rollups` once, at the end, with the places they returned.
    """
    touched = refresh_days(customer_ids, version)
    refresh_rollups(touched.places)
    return touched


@transaction.atomic
def refresh_days(customer_ids: Collection[int], version: int | None = None) -> Rebuilt:
    """The first half of `refresh`: the customers' community and their days. The roll-ups lag until the second."""
    ids = list(customer_ids)
    if not ids:
        return Rebuilt()
    _begin()
    moved = _move(queries.MOVED.format(within=queries.OF_CUSTOMERS), ids=ids)
    places = queries.places_of(ids)
    policies = queries.policies_by_place(version)
    written, days = _write_days(queries.OF_CUSTOMERS, "t.customer_id = ANY(%(ids)s)", ids, policies)
    return Rebuilt(days, written.rows, moved.moved, moved.places | (places if written.rows else set()))


@transaction.atomic
def refresh_rollups(places: Collection[int]) -> int:
    """The roll-ups of whole communities, from their customer-days; how many rows differed."""
    if not places:
        return 0
    _begin()
    return sum(_write(table, text, within, ids=list(places)).rows for table, text, within in _ROLL_UPS)


@transaction.atomic
def rehome(customer_ids: Collection[int] | None) -> Rebuilt:
    """Customers whose latest order names another community move there with all their days, roll-ups included."""
    _begin()
    within = "true" if customer_ids is None else queries.OF_CUSTOMERS
    moved = _move(queries.MOVED.format(within=within), ids=list(customer_ids or []))
    refresh_rollups(moved.places)
    return moved


@contextmanager
def days_under(policies: Mapping[int, Policies]) -> Iterator[str]:
    """The name of a relation with the customer-days under these policies: the table itself where it was made by them,
    else a temporary one. For older rule versions and for previews; nothing is kept."""
    if queries.make_the_same_days(policies, queries.policies_by_place()):
        yield DAYS.name
        return
    text, params = queries.days_sql(policies, queries.OF_PLACES), queries.policy_params(policies)
    sql.run(f"CREATE TEMPORARY TABLE days_supposed AS {text}", **params, ids=list(policies))
    try:
        sql.run("ANALYZE days_supposed")
        yield "days_supposed"
    finally:
        sql.run("DROP TABLE days_supposed")


@transaction.atomic
def mark_left_censored(version: int | None = None) -> int:
    """Flag everybody first seen in the first weeks of the data; how many flags changed."""
    return sql.run(_CENSOR, since=_uncensored_from(version))


@transaction.atomic
def assign_stations(places: Collection[int] | None = None) -> int:
    """Every customer (of these communities) to the station that serves them, and the stations' days with them; how
    many customers changed."""
    ids = None if places is None else list(places)
    moved = sql.run(
        f"UPDATE users_customer c SET station_id = s.station_id FROM ({queries.STATIONS}) s WHERE c.id = s.customer_id",
        ids=ids,
    )
    if moved:
        _begin()
        _write(STATION_DAYS, rollups_sql.STATION_DAYS, rollups_sql.STATIONS_OF_PLACES, ids=queries.listed(places))
    return moved


@transaction.atomic
def refresh_origins(places: Collection[int] | None = None) -> int:
    """Origin of everybody who ever bought in these communities; how many rows differed."""
    _begin()
    return _write(ORIGINS, rollups_sql.ORIGINS, "t.community_id = ANY(%(ids)s)", ids=queries.listed(places)).rows


def _groups(places: list[int]) -> Iterator[list[int]]:
    """Communities together as long as their customers are not too many for one transaction."""
    sizes, group, many = queries.customers_by_place(), list[int](), 0
    for place in places:
        if group and many + sizes.get(place, 0) > _MANY:
            yield group
            group, many = [], 0
        group.append(place)
        many += sizes.get(place, 0)
    if group:
        yield group


@transaction.atomic
def _rebuild_places(places: list[int], policies: Mapping[int, Policies]) -> Rebuilt:
    _begin()
    sql.expect_everybody()
    written, days = _write_days(queries.OF_PLACES, "t.community_id = ANY(%(ids)s)", places, policies)
    differing_rollups = refresh_rollups(places)
    return Rebuilt(days, written.rows + differing_rollups, 0, frozenset(places))


def _write_days(orders_of: str, rows_of: str, ids: list[int], policies: Mapping[int, Policies]) -> tuple[Written, int]:
    text, params = queries.days_sql(policies, orders_of), queries.policy_params(policies)
    days = _create("fresh", text, **params, ids=ids)
    written = differing.write(DAYS, "fresh", rows_of, ids=ids)
    sql.run("DROP TABLE fresh")
    _note(written)
    return written, days


def _move(moved: str, ids: list[int]) -> Rebuilt:
    if not _create("moved", moved, ids=ids):
        sql.run("DROP TABLE moved")
        return Rebuilt()
    sql.run(
        "UPDATE users_customer c SET community_id = m.now, station_id = NULL FROM moved m WHERE c.id = m.customer_id"
    )
    [(days, first)] = sql.rows(_MOVE_DAYS)
    [(customers, places)] = sql.rows("SELECT count(DISTINCT customer_id), array_agg(was) || array_agg(now) FROM moved")
    sql.run("DROP TABLE moved")
    _note(Written(updated=days, first=first))
    return Rebuilt(0, days, customers, frozenset(places))


_MOVE_DAYS = """
WITH done AS (UPDATE users_customerday d SET community_id = m.now FROM moved m
               WHERE d.customer_id = m.customer_id AND d.community_id <> m.now RETURNING d.day)
SELECT count(*), min(day) FROM done
"""

_CENSOR = """
UPDATE users_customer c SET left_censored = NOT c.left_censored
 WHERE c.left_censored IS DISTINCT FROM EXISTS (
       SELECT FROM users_customerday d WHERE d.customer_id = c.id AND d.day < %(since)s::date)
"""


def _uncensored_from(version: int | None) -> date | None:
    first = sql.value("SELECT min(day) FROM users_customerday")
    return rules.uncensored_from(first, policy_queries.for_company(version).left_censor_weeks) if first else None


def _write(table: Table, text: str, rows_of: str, ids: list[int]) -> Written:
    _create("fresh", text, ids=ids)
    written = differing.write(table, "fresh", rows_of, ids=ids)
    sql.run("DROP TABLE fresh")
    return written


def _create(name: str, text: str, **params: object) -> int:
    """A temporary table of what `text` answers; the planner may use several cores for it."""
    return sql.run(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {text}", **params)


def _note(written: Written) -> None:
    if written.first is not None:
        DaysChanged.objects.create(first_day=written.first, rows=written.rows)


def _begin() -> None:
    """At the head of every transaction here: room for one hash table, and no second writer."""
    sql.expect_much()
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=_LOCK)
