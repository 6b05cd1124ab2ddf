"""Alerts from the roll-ups: raised once, for weeks that are over, where the data is whole; and what people do then."""

import datetime as dt
from collections.abc import Iterable

import pytest

from communities.models import Community, Notice, StaffAct
from tests.cast import Cast
from tests.conftest import TODAY
from users.purchases.models import CohortCell, CommunityDay
from users.retention import alert_actions as actions
from users.retention import alert_queries as queries
from users.retention.alert_actions import Raised
from users.retention.models import RetentionAlert

WEEK = dt.timedelta(days=7)
LAST = TODAY - WEEK  # the Monday of the last week that is over
FIRST = LAST - 20 * WEEK  # the data begins
SIZE = 100


def grow(place: Community | None, back: Iterable[int], newest: dt.date = LAST - WEEK, second: int = 20) -> None:
    """Weekly cohorts of 100 up to `newest`, of whom so many bought in the next week; `second` in the one after it."""
    rates = list(back)
    pk = place.pk if place else 0
    for weeks, returned in enumerate(reversed(rates)):
        cohort = newest - weeks * WEEK
        cell(pk, cohort, cohort, SIZE)
        cell(pk, cohort, cohort + WEEK, returned)
        if cohort + 2 * WEEK <= LAST:
            cell(pk, cohort, cohort + 2 * WEEK, second)
    days_until(pk, TODAY - dt.timedelta(days=1))


def cell(place: int, cohort: dt.date, week: dt.date, customers: int) -> None:
    key = {"community_id": place, "cohort": cohort, "week": week}
    CohortCell.objects.update_or_create(**key, defaults={"customers": customers, "purchases": customers, "net": 0})


def days_until(place: int, last: dt.date) -> None:
    for day in (FIRST, last):
        numbers = dict.fromkeys(("orders", "purchases", "gross", "discount", "net", "payers", "new_payers"), 1)
        CommunityDay.objects.update_or_create(community_id=place, day=day, defaults=numbers)


def found() -> list[tuple[str, dt.date, int, str]]:
    return [(one.community.code, one.cohort, one.k, one.direction) for one in RetentionAlert.objects.order_by("id")]


@pytest.fixture
def fallen(people: Cast) -> RetentionAlert:
    """Nine ordinary cohorts in both communities; of Cuiping's newest few came back."""
    grow(people.cuiping, [*[35] * 9, 10])
    grow(people.jinling, [35] * 10)
    assert actions.raise_due(TODAY).falls == 1
    return RetentionAlert.objects.get()


def test_a_fall_is_raised_in_its_community_with_its_numbers(people: Cast, fallen: RetentionAlert) -> None:
    assert found() == [("cuiping", LAST - WEEK, 1, "fall")]
    assert (fallen.customers, fallen.returned, fallen.base_customers, fallen.base_returned) == (100, 10, 800, 280)
    assert (fallen.base_weeks, fallen.p < fallen.q < 0.01) == (8, True)


def test_a_rise_is_raised_as_one_and_so_is_a_second_week(people: Cast) -> None:
    grow(people.cuiping, [*[35] * 9, 70])
    grow(people.jinling, [35] * 10)
    cell(people.jinling.pk, LAST - 2 * WEEK, LAST, 0)
    assert actions.raise_due(TODAY) == Raised(tested=32, falls=1, rises=1)
    assert set(found()) == {("cuiping", LAST - WEEK, 1, "rise"), ("jinling", LAST - 2 * WEEK, 2, "fall")}


def test_a_second_night_raises_and_tells_nothing_again(people: Cast, fallen: RetentionAlert) -> None:
    told = Notice.objects.count()
    assert actions.raise_due(TODAY) == Raised(tested=32)
    assert (len(found()), Notice.objects.count()) == (1, told)


def test_those_who_run_cases_there_are_told_once_with_the_numbers(people: Cast, fallen: RetentionAlert) -> None:
    notices = Notice.objects.order_by("recipient__username")
    assert [one.recipient.username for one in notices] == ["manager", "manager2", "operator"]
    assert notices[0].params == {"community": "翠屏花园", "cohort": "2018-04-23", "k": 1, "rate": "10%", "base": "35%"}
    assert notices[0].href == f"/alerts/{fallen.pk}/"


def test_the_week_that_is_not_over_yet_raises_nothing(people: Cast) -> None:
    grow(people.cuiping, [*[35] * 9, 10])
    actions.raise_due(TODAY - dt.timedelta(days=1))
    assert found() == []


def test_weeks_after_the_last_orders_of_all_are_missing_data_and_raise_nothing(people: Cast) -> None:
    grow(people.cuiping, [*[35] * 9, 0], second=20)
    CommunityDay.objects.filter(day__gt=FIRST).update(day=LAST - dt.timedelta(days=1))
    actions.raise_due(TODAY)
    assert found() == []


def test_a_community_whose_orders_came_late_has_not_fallen_silent(people: Cast) -> None:
    grow(people.cuiping, [*[35] * 9, 0])
    grow(people.jinling, [35] * 10)
    CommunityDay.objects.filter(community_id=people.cuiping.pk).exclude(day=FIRST).delete()
    days_until(people.cuiping.pk, LAST - dt.timedelta(days=1))
    actions.raise_due(TODAY)
    assert found() == []

    days_until(people.cuiping.pk, TODAY - dt.timedelta(days=1))  # the rest of it comes, and nobody had come
    actions.raise_due(TODAY)
    assert found() == [("cuiping", LAST - WEEK, 1, "fall")]


def test_a_new_community_without_cohorts_before_never_rings(people: Cast) -> None:
    grow(people.cuiping, [5])
    grow(people.jinling, [35] * 10)
    actions.raise_due(TODAY)
    assert found() == []


def test_the_unassigned_have_no_alert(people: Cast) -> None:
    grow(None, [*[35] * 9, 0])
    grow(people.jinling, [35] * 10)
    actions.raise_due(TODAY)
    assert found() == []


def test_cohorts_of_the_first_weeks_of_the_data_are_no_base(people: Cast) -> None:
    """Old customers are thought new there, and come back often: without the rule this would be a fall."""
    CommunityDay.objects.create(
        community_id=people.cuiping.pk, day=LAST - 5 * WEEK,
        **dict.fromkeys(("orders", "purchases", "gross", "discount", "net", "payers", "new_payers"), 1),
    )  # fmt: skip
    for cohort_back, returned in ((5, 90), (4, 90), (3, 90), (2, 90), (1, 35)):
        cohort = LAST - cohort_back * WEEK
        cell(people.cuiping.pk, cohort, cohort, SIZE)
        cell(people.cuiping.pk, cohort, cohort + WEEK, returned)
    numbers = dict.fromkeys(("orders", "purchases", "gross", "discount", "net", "payers", "new_payers"), 1)
    CommunityDay.objects.create(community_id=people.cuiping.pk, day=TODAY - dt.timedelta(days=1), **numbers)
    actions.raise_due(TODAY)
    assert found() == []


def test_a_file_that_comes_late_rings_for_its_week_even_then(people: Cast) -> None:
    grow(people.cuiping, [35] * 10)
    grow(people.jinling, [35] * 10)
    actions.raise_due(TODAY)
    assert found() == []
    cell(people.cuiping.pk, LAST - 4 * WEEK, LAST - 3 * WEEK, 8)
    actions.raise_due(TODAY)
    assert found() == [("cuiping", LAST - 4 * WEEK, 1, "fall")]


def test_it_has_recovered_once_a_later_cohort_is_as_usual(people: Cast, fallen: RetentionAlert) -> None:
    later, place = TODAY + WEEK, people.cuiping.pk
    for cohort, week, customers in ((LAST - WEEK, TODAY, 20), (LAST, LAST, SIZE), (LAST, TODAY, 12)):
        cell(place, cohort, week, customers)
    days_until(place, later - dt.timedelta(days=1))
    assert actions.raise_due(later).recovered == 0  # still as low: one more alert of the same trouble
    assert found()[1:] == [("cuiping", LAST, 1, "fall")]

    for cohort, week, customers in ((LAST, later, 20), (TODAY, TODAY, SIZE), (TODAY, later, 33)):
        cell(place, cohort, week, customers)
    days_until(place, later + dt.timedelta(days=6))
    assert actions.raise_due(later + WEEK).recovered == 2
    fallen.refresh_from_db()
    assert (fallen.recovered_on, queries.state_of(fallen, later)) == (later + WEEK, "recovered")
    assert {one.text for one in Notice.objects.filter(key=f"alert-{fallen.pk}")} == {actions.AGAIN}
    assert actions.raise_due(later + WEEK).recovered == 0


def test_put_off_and_taken_up_again(people: Cast, fallen: RetentionAlert) -> None:
    until = TODAY + WEEK
    assert actions.snooze(fallen, until, people.operator)
    fallen.refresh_from_db()
    assert (queries.state_of(fallen, TODAY), queries.state_of(fallen, until)) == ("snoozed", "open")
    assert actions.wake(fallen, people.operator)
    fallen.refresh_from_db()
    assert (queries.state_of(fallen, TODAY), fallen.snoozed_by) == ("open", None)
    assert list(StaffAct.objects.filter(thing="alert").values_list("verb", flat=True).order_by("id")) == [
        "snooze", "wake",
    ]  # fmt: skip


def test_closed_with_a_verdict_once_and_opened_again(people: Cast, fallen: RetentionAlert) -> None:
    assert actions.close(fallen, "spoiled vegetables", people.manager)
    assert not actions.close(fallen, "something else", people.manager2)
    assert not actions.snooze(fallen, TODAY + WEEK, people.manager2)
    fallen.refresh_from_db()
    assert (fallen.verdict, fallen.closed_by) == ("spoiled vegetables", people.manager)
    assert actions.reopen(fallen, people.manager2)
    assert not actions.reopen(fallen, people.manager2)
    fallen.refresh_from_db()
    assert queries.state_of(fallen, TODAY) == "open"
    acts = StaffAct.objects.filter(thing="alert").order_by("id").values_list("verb", "reason")
    assert list(acts) == [("close", "spoiled vegetables"), ("reopen", "")]


def test_a_closed_alert_does_not_ring_again(people: Cast, fallen: RetentionAlert) -> None:
    actions.close(fallen, "seen", people.manager)
    assert actions.raise_due(TODAY) == Raised(tested=32)


def test_each_alert_is_in_exactly_one_state_and_the_counts_say_so(people: Cast, fallen: RetentionAlert) -> None:
    for k, fields in (
        (11, {"snoozed_until": TODAY + WEEK}), (12, {"snoozed_until": TODAY}), (13, {"recovered_on": TODAY}),
        (14, {"recovered_on": TODAY, "snoozed_until": TODAY + WEEK}), (15, {"closed_at": "2018-05-01T00:00Z"}),
    ):  # fmt: skip
        RetentionAlert.objects.create(
            community=people.jinling, cohort=LAST, k=k, direction="rise", customers=9, returned=9, base_customers=9,
            base_returned=0, base_weeks=1, p=0, q=0, **fields,
        )  # fmt: skip
    everything = RetentionAlert.objects.all()
    counted = queries.counts(everything, TODAY)
    assert counted == {"open": 2, "snoozed": 1, "recovered": 2, "closed": 1, "fall": 1, "rise": 1}
    for state in queries.STATES:
        listed = everything.filter(queries.in_state(state, TODAY))
        assert listed.count() == counted[state]
        assert {queries.state_of(one, TODAY) for one in listed} == {state}
