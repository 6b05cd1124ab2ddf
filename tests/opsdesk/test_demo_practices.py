"""The star station of the demo: the night raises its card, and its training is sent and partly read."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.cases import lesson_queries, practice_rules, practices
from campaigns.cases.models import Case, Lesson
from campaigns.cases.practice_rules import Share
from campaigns.cuesheets.models import Cue
from communities.models import Community
from communities.scoping import Scope
from opsdesk.demo import places, practice_story, world
from opsdesk.lib.runs.models import Check

UNTIL = dt.date(2026, 3, 2)
CUSTOMERS, WEEKS = 4000, 16


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """The world's orders by the very command, then this story and what the night after it does."""
    with django_db_blocker.unblock():
        call_command("seed_demo", customers=CUSTOMERS, weeks=WEEKS, until=UNTIL, orders_only=True, stdout=StringIO())
        practice_story.plant(world.build(customers=CUSTOMERS, weeks=WEEKS, seed=7, until=UNTIL), lambda text: None)
        practices.follow_due(UNTIL)
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def card(city, db) -> Case:
    return Case.objects.get(kind="practice", community__code=places.STAR)


def test_the_star_station_raises_a_best_practice_card(card: Case) -> None:
    assert {one.alert.direction for one in card.alerts.select_related("alert")} == {"rise"}
    first, last = (UNTIL - dt.timedelta(days=UNTIL.weekday()) - dt.timedelta(weeks=n) for n in (5, 2))
    assert {first <= one.alert.cohort <= last for one in card.alerts.select_related("alert")} == {True}


def test_the_card_says_what_the_star_does_differently(card: Case) -> None:
    measures = {one["key"]: one for one in card.processes["measures"]}
    for key in ("told", "wechat", "group"):
        one = practice_rules.Measure(key, Share(*measures[key]["own"]), Share(*measures[key]["others"]))
        assert one.stands_out
    assert card.story == practice_story.STORY


def test_the_training_was_sent_and_partly_read(card: Case) -> None:
    lesson = Lesson.objects.get(case=card)
    readings = lesson_queries.of_stations(Scope(everywhere=True), lesson, UNTIL)
    codes = dict(Community.objects.values_list("stations__name", "code"))
    assert {codes[one.station] for one in readings if not one.unread} == set(practice_story.READERS)
    assert all(one.read >= 1 for one in readings) and any(one.overdue for one in readings)
    assert lesson.sent_at.date() == card.watched_from


def test_those_who_have_read_it_add_more_people_on_wechat_since(card: Case) -> None:
    after = card.processes["after"]
    weeks: dict[tuple[str, str, dt.date], Share] = {}
    for place, key, week, part, whole in after["weeks"]:
        group = practice_rules.group_of(place, card.community_id, set(after["readers"]))
        where = (group, key, dt.date.fromisoformat(week))
        weeks[where] = weeks.get(where, Share()) + Share(part, whole)
    told_on = dt.date.fromisoformat(after["told_on"])
    changes = {(one.group, one.key): one for one in practice_rules.changes(weeks, told_on)}
    gap = changes["read", "wechat"].gap
    assert gap is not None and gap.low > 0
    assert changes["unread", "wechat"].before.whole > 0


def test_every_tick_is_told_by_an_event(card: Case) -> None:
    for cue in Cue.objects.exclude(ticks=[]).prefetch_related("events")[:200]:
        assert sorted(cue.ticks) == sorted(event.what for event in cue.events.all() if event.on)


def test_all_invariants_hold(card: Case) -> None:
    assert [check.name for check in Check.objects.filter(holds=False)] == []
