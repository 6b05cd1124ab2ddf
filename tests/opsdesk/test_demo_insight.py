"""What alerts make of the made-up city: its spoiled week and its star station ring, its quiet weeks hardly ever do.

Cohorts are counted here from the generator itself, without the database: who lives where, when they came, and on which
days of the next two weeks they bought. The same cells in the database are held to the truths by test_demo_planting.
"""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator

import pytest

from opsdesk.demo import addresses, casting, habits, names, places, shoppers, shopping, stories
from opsdesk.demo.rhythm import Frame, stream
from opsdesk.demo.stories import BAD_WEEK_BACK, STAR_FIRST_BACK
from users.retention import alert_rules as rules
from users.retention.alert_rules import Limits, Rows, Tested

pytestmark = pytest.mark.slow

UNTIL = dt.date(2026, 3, 2)
CUSTOMERS, WEEKS = 20_000, 40  # as the demo is seeded unless told otherwise
QUIET = range(1, 61)  # cities
CENSORED = 4  # weeks, as by default
CODES = [plot.code for plot in places.PLOTS]


def cohorts(seed: int) -> tuple[Frame, Rows]:
    """Customers by place, cohort and k: the size, and who bought in the first and in the second week after."""
    frame = Frame.ending(UNTIL, WEEKS)
    crowd = shoppers.everybody(seed, frame, places.communities(frame, CUSTOMERS), CUSTOMERS)
    casting.cast(stream(seed, "cast"), frame, crowd)
    found: Counter[tuple[int, dt.date, int]] = Counter()
    for place, week, bought in _lives(seed, frame, crowd):
        found.update((place, frame.day(week * 7), k) for k in bought)
    return frame, rules.by_place((*key, n) for key, n in found.items())


def _lives(seed: int, frame: Frame, crowd: list[shoppers.Shopper]) -> Iterator[tuple[int, int, set[int]]]:
    """Place, week of the first purchase, and in which weeks after it (0, 1, 2) each shopper bought."""
    rng = stream(seed, "shopping")
    moods = [rng.uniform(*shopping.MOOD) for _ in range(frame.weeks + 1)]
    loyalty = {plot.code: plot.loyalty for plot in places.PLOTS}
    for one in crowd:
        if one.first_day is not None:
            factor = loyalty[one.community.code] * shoppers.CHANNELS[one.customer.channel][1]
            plan = habits.Shopping(one.habit, factor, moods, one.returns)
            week = one.first_day // 7
            days = habits.shopping_days(rng, plan, one.first_day, min(frame.days, (week + 3) * 7))
            yield CODES.index(one.community.code), week, {day // 7 - week for day in days}


def ringing(frame: Frame, rows: Rows, weeks: list[dt.date]) -> list[Tested]:
    since = frame.start + dt.timedelta(weeks=CENSORED)
    tests = [test for week in weeks for test in rules.tests_of_week(week, rows, lambda place: Limits(), since)]
    return [test for test in tests if rules.rings(test, Limits())]


def told(frame: Frame, alerts: list[Tested]) -> set[tuple[str, str, int]]:
    """(community, direction, how many weeks back the cohort is)."""
    return {(CODES[one.place], one.direction, (frame.until - one.cohort).days // 7) for one in alerts}


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_spoiled_week_falls_the_star_station_rises_and_nobody_else_rings(seed: int) -> None:
    frame, rows = cohorts(seed)
    found = told(frame, ringing(frame, rows, rules.weeks_over(frame.until, frame.start)))
    assert (places.BAD_VEGETABLES, rules.FALL, BAD_WEEK_BACK) in found
    assert (places.STAR, rules.RISE, STAR_FIRST_BACK) in found
    assert {(code, direction) for code, direction, _back in found} == {
        (places.BAD_VEGETABLES, rules.FALL), (places.STAR, rules.RISE),
    }  # fmt: skip


def leave_out_what_no_cohort_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, phones, addresses, hours and tastes are half of what a city takes to make."""
    monkeypatch.setattr(names, "person", lambda rng: "")
    monkeypatch.setattr(names, "phones", lambda rng: map(str, itertools.count()))
    monkeypatch.setattr(addresses, "home", lambda rng, place: addresses.NOWHERE)
    monkeypatch.setattr(shoppers, "moment", lambda rng, day: dt.datetime.combine(day, dt.time(12)))
    for told in ("_taste", "_basket"):
        monkeypatch.setattr(shoppers, told, lambda rng: "")


def test_forty_quiet_weeks_ring_no_more_than_once_in_twenty_cities(monkeypatch: pytest.MonkeyPatch) -> None:
    """On average. No stories: every alert is false. Some 33,000 comparisons."""
    monkeypatch.setattr(stories, "is_bad_week", lambda *whatever: False)
    monkeypatch.setattr(stories, "is_star_week", lambda *whatever: False)
    leave_out_what_no_cohort_tells(monkeypatch)
    false, compared = 0, 0
    for seed in QUIET:
        frame, rows = cohorts(seed)
        weeks = [frame.day(week * 7) for week in range(WEEKS)]
        false += len(ringing(frame, rows, weeks))
        compared += sum(len(cohorts_of) for cohorts_of in rows.values())
    assert compared > 15_000
    assert false / len(QUIET) <= 1 / 20
