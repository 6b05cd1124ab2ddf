"""The dashboard's numbers are held to customer-days and snapshots counted one by one: of the company, communities and
stations, by day, week and month, as of past dates."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.access import Desk
from communities.models import Community, StaffMember
from communities.policies import queries as policy_queries
from communities.rules import Grant
from communities.scoping import Scope
from opsdesk.insight import dashboard_board as boards
from opsdesk.insight import values
from opsdesk.insight.dashboard_periods import Periods
from opsdesk.insight.dashboard_queries import weeks_of
from opsdesk.insight.dashboard_tiles import OF_PERIODS
from tests.histories import DAYS, START, World, quickly, worlds, written
from tests.settled import WEEK, counted, settle
from users.lifecycle import actions as lifecycle
from users.lifecycle.models import LifecycleSnapshot
from users.pulse import actions as pulse
from users.pulse.rules import Span, Sums
from users.purchases.models import UNASSIGNED, CustomerDay

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LATEST = START + dt.timedelta(days=DAYS + 6)
thresholds = st.fixed_dictionaries({}, optional={"merge_days": st.integers(1, 3)})
OF_SUMS: dict[str, Callable[[Sums], tuple[int, int]]] = {
    "gmv": lambda one: (one.gross, 1),
    "net": lambda one: (one.net, 1),
    "payers": lambda one: (one.payers, 1),
    "new_payers": lambda one: (one.new_payers, 1),
    "arppu": lambda one: (one.net, one.payers),
    "aov": lambda one: (one.net, one.purchases),
    "daily_repurchase": lambda one: (one.fresh_back, one.fresh),
}


def desk() -> Desk:
    return Desk(StaffMember(name="tests"), [Grant("operations_manager")], Scope(everywhere=True))


def night(world: World) -> dict[int, int]:
    """Everything up to the last day; households for every second community. customer -> station."""
    station_of = settle(world)
    lifecycle.recompute(LATEST, policy_queries.current_version())
    pulse.refresh_rates(LATEST)
    Community.objects.filter(id__in=[place for place in world.ids.values() if place % 2]).update(households=40)
    return station_of


def of_snapshots(lifecycle_class: str, mondays: list[dt.date], members: set[int]) -> tuple[int, int]:
    """(bought in the seven days, in the class) over these Mondays."""
    found = LifecycleSnapshot.objects.filter(as_of__in=mondays, lifecycle=lifecycle_class, customer_id__in=members)
    back = [
        CustomerDay.objects.filter(
            customer_id=row.customer_id, day__gte=row.as_of, day__lt=row.as_of + WEEK, starts_purchase=True
        ).exists()
        for row in found
    ]
    return sum(back), len(back)


def assert_as_counted(board: boards.Board, pair: Callable[[str, Span], tuple[int, int]], days: list[CustomerDay],
                      members: set[int]) -> None:  # fmt: skip
    """`days` reach to the end of the data; the board may only know those before its date."""
    past = [one for one in days if one.day < board.as_of]
    for span in board.periods.every:
        sums = counted(past, board.ask.grain, span)
        for key, read in OF_SUMS.items():
            assert pair(key, span) == read(sums), (key, span)
        mondays = weeks_of(span, board.ask.grain, board.as_of)
        assert all(monday + WEEK <= board.as_of for monday in mondays)
        assert pair("wake", span) == of_snapshots("silent", mondays, members)
        assert pair("repurchase", span) == of_snapshots("new_paying", mondays, members)


@quickly
@given(
    worlds(thresholds), st.sampled_from(["day", "week", "month"]), st.sampled_from(["community", "station"]),
    st.integers(1, DAYS + 6),
)  # fmt: skip
def test_company_communities_and_stations_are_worth_what_their_days_say(
    world: World, grain: str, unit: str, day: int
) -> None:
    with written(world):
        station_of = night(world)
        board = boards.board_of(desk(), boards.Ask(grain, unit, None, START + dt.timedelta(days=day)), 20)
        if board is None:
            return
        rows, everybody = list(CustomerDay.objects.all()), {row.customer_id for row in LifecycleSnapshot.objects.all()}
        assert_as_counted(board, board.pair, rows, everybody)
        homes = {one.id: one.home or UNASSIGNED for one in world.people}
        homes |= {row.customer_id: row.community_id for row in rows}
        home = homes if unit == "community" else station_of
        if board.periods.weekdays:
            sums = counted([one for one in rows if one.day < board.as_of], "month", board.periods.weekdays)
            for key in OF_SUMS.keys() - OF_PERIODS:
                assert board.pair(key, board.periods.weekdays) == OF_SUMS[key](sums), key
        shown = (board.periods.shown,)
        shown_only = replace(board, periods=Periods(board.ask.grain, shown))
        lines = board.lines_of(board.places, "net")
        for place in board.places:
            mine = {one for one in everybody if home.get(one) == place.id}
            days = [one for one in rows if home.get(one.customer_id) == place.id]
            assert_as_counted(shown_only, lambda key, _span, at=place: board.pair_of(at, key), days, mine)
            past = [one for one in days if one.day < board.as_of]
            assert lines[place.id] == [counted(past, board.ask.grain, span).net for span in board.periods.line]


@quickly
@given(worlds(thresholds), st.integers(1, DAYS + 6))
def test_penetration_counts_payers_of_places_whose_households_are_told(world: World, day: int) -> None:
    with written(world):
        night(world)
        board = boards.board_of(desk(), boards.Ask("week", as_of=START + dt.timedelta(days=day)), 20)
        if board is None:
            return
        told = {place.id for place in Community.objects.filter(households=40)}
        for span in board.periods.every:
            ever = {row.customer_id for row in CustomerDay.objects.filter(day__lt=span.end, community_id__in=told)}
            assert board.pair("penetration", span) == (len(ever), 40 * len(told))


@quickly
@given(worlds(thresholds), st.integers(0, 2), st.integers(1, 3))
def test_the_value_of_a_metric_is_the_boards_over_several_weeks(world: World, first: int, weeks: int) -> None:
    with written(world):
        station_of = night(world)
        start, end = START + first * WEEK, START + (first + weeks) * WEEK
        places = [*world.ids.values(), UNASSIGNED]
        rows = list(CustomerDay.objects.all())
        communities = values.of_units("arppu", "community", start, end, places)
        for place in places:
            sums = counted([one for one in rows if one.community_id == place], "week", Span(start, end))
            assert communities[place] == (sums.net, sums.payers)
        for station, pair in values.of_units("payers", "station", start, end, places).items():
            mine = [one for one in rows if station_of.get(one.customer_id) == station]
            assert pair == (counted(mine, "week", Span(start, end)).payers, weeks)


@pytest.mark.parametrize("unit", ["community", "station"])
def test_every_metric_of_a_unit_can_be_told(unit: str, people) -> None:
    start = dt.date(2018, 4, 2)
    for key in values.keys_for(unit):
        found = values.of_units(key, unit, start, start + 4 * WEEK, [people.cuiping.id, people.jinling.id])
        assert len(found) >= 2, key


def test_a_metric_that_a_unit_does_not_have_is_refused(people) -> None:
    with pytest.raises(ValueError, match="penetration"):
        values.of_units("penetration", "station", START, START + WEEK, [people.cuiping.id])
    assert values.keys_for("product") == []
