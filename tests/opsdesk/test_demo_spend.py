"""What the demo's acquisition cost: told for every week and channel that costs anything, the same for the same seed."""

import datetime as dt
from types import SimpleNamespace

import pytest

from opsdesk.demo import spend_story
from tests.cast import Cast
from users.acquisition import spend_queries
from users.acquisition.models import Spend
from users.purchases.models import CohortCell
from users.retention.models import Variable, VariableValue

WEEKS = [dt.date(2018, 4, 2) + dt.timedelta(weeks=n) for n in range(3)]


@pytest.fixture
def newcomers(people: Cast) -> Cast:
    for week in WEEKS:
        for place, customers in ((people.cuiping.id, 40), (people.jinling.id, 10), (0, 3)):
            CohortCell.objects.create(
                community_id=place, cohort=week, week=week, customers=customers, purchases=customers, net=1
            )
    return people


def planted() -> dict[tuple[dt.date, int, str], int]:
    spend_story.plant(SimpleNamespace(seed=7), lambda text: None)
    return {(one.week, one.community_id, one.channel): one.fen for one in Spend.objects.all()}


def test_spend_is_told_by_week_community_and_channel_and_follows_the_newcomers(newcomers: Cast) -> None:
    told = planted()
    assert len(told) == len(WEEKS) * 2 * len(spend_story.PRICES)
    assert all(fen % 1000 == 0 for fen in told.values())
    assert sum(fen for (_w, place, _c), fen in told.items() if place == newcomers.cuiping.id) > 2 * sum(
        fen for (_w, place, _c), fen in told.items() if place == newcomers.jinling.id
    )
    weekly = spend_queries.weekly([0, newcomers.cuiping.id, newcomers.jinling.id], WEEKS[0], WEEKS[-1])
    assert sum(weekly.values()) == sum(told.values())


def test_the_same_seed_tells_the_same_and_the_weather_has_a_value_a_week(newcomers: Cast) -> None:
    first = planted()
    assert VariableValue.objects.count() == len(WEEKS)
    Spend.objects.all().delete()
    Variable.objects.all().delete()
    assert planted() == first
