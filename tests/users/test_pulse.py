import datetime as dt

import pytest

from tests.factories import make_customer
from tests.standings import bought, was
from users.pulse import actions, queries, rules
from users.purchases import actions as purchases
from users.purchases.models import CommunityDay

SUNDAY, MONDAY = dt.date(2018, 5, 6), dt.date(2018, 4, 30)


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (dt.date(2018, 5, 7), dt.date(2018, 4, 30)),  # on a Monday the week before is just over
        (dt.date(2018, 5, 13), dt.date(2018, 4, 30)),  # on a Sunday the running week is not
    ],
)
def test_a_running_week_is_never_compared(as_of: dt.date, last: dt.date) -> None:
    assert rules.complete_mondays(as_of)[-1] == last
    assert len(rules.complete_mondays(as_of)) == 8


def test_days_without_orders_are_zero_and_a_rate_without_people_is_none(people) -> None:
    figures = queries.day_figures(SUNDAY, [people.cuiping.id])

    assert [f.day for f in figures] == rules.same_weekdays(SUNDAY)
    assert (figures[-1].gross, figures[-1].arppu, figures[-1].repurchase_rate) == (0, None, None)


def test_a_day_counts_only_the_communities_in_sight(people) -> None:
    for community in (people.cuiping, people.jinling):
        CommunityDay.objects.create(
            community_id=community.id, day=SUNDAY, orders=3, purchases=2, gross=900, discount=100, net=800, payers=2,
            new_payers=1,
        )  # fmt: skip

    last = queries.day_figures(SUNDAY, [people.cuiping.id])[-1]
    assert (last.gross, last.payers, last.arppu) == (900, 2, 400)
    assert queries.day_figures(SUNDAY, [people.cuiping.id, people.jinling.id])[-1].gross == 1800


def test_daily_repurchase_asks_those_who_first_bought_in_the_seven_days_before(people) -> None:
    firsts = {"the day itself": 0, "yesterday": 1, "seven days ago": 7, "eight days ago": 8}
    for days_ago in firsts.values():
        customer = make_customer(community=people.cuiping)
        bought(customer, *{SUNDAY - dt.timedelta(days=days_ago), *([SUNDAY] if days_ago != 1 else [])})
    purchases.refresh_rollups([people.cuiping.id])

    last = queries.day_figures(SUNDAY, [people.cuiping.id])[-1]
    assert (last.fresh, last.fresh_back) == (2, 1)


def test_the_wake_rate_asks_the_silent_of_monday_through_sunday(people) -> None:
    for day in (MONDAY, SUNDAY, SUNDAY + dt.timedelta(days=1), None):
        customer = make_customer(community=people.cuiping)
        was(customer, "silent", MONDAY)
        bought(customer, *([day] if day else []))
    actions.refresh_rates(SUNDAY + dt.timedelta(days=1))

    (week,) = queries.wake_figures(SUNDAY + dt.timedelta(days=1), [people.cuiping.id])
    assert (week.monday, week.silent, week.woken) == (MONDAY, 4, 2)
