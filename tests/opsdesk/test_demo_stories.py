"""What was planted in the demo is found again by the desk: coupons, visits, an incident, a best practice."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.cases import lesson_queries, opening, practice_rules
from campaigns.cases import queries as cases
from campaigns.cases.models import Callback, Case, CaseStep, Lesson, Receipt
from campaigns.cases.practice_rules import Share
from campaigns.chances import queries as chances
from campaigns.cuesheets.models import Cue
from campaigns.drives.models import Drive, Task
from campaigns.visits.models import Visit
from communities.models import Community
from communities.scoping import Scope
from coupons.batches.models import Batch
from coupons.effects import queries
from coupons.effects.rules import Effect
from coupons.grants.models import Grant, Redemption
from coupons.strategies.models import Strategy
from opsdesk.demo import case_story, coupon_story, doors, field_story, goods, places, practice_story
from opsdesk.lib.runs.models import Check
from users.contact.models import Touch

pytestmark = pytest.mark.slow

UNTIL = dt.date(2026, 3, 2)
CUSTOMERS, WEEKS = 4000, 16
BAD_WEEK = UNTIL - dt.timedelta(weeks=6)


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """A world with all of its stories, seeded once for this file by the very command."""
    with django_db_blocker.unblock():
        call_command("seed_demo", customers=CUSTOMERS, weeks=WEEKS, until=UNTIL, stdout=StringIO())
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def planted(city, db):
    return None


def test_all_invariants_hold(planted) -> None:
    assert [check.name for check in Check.objects.filter(holds=False)] == []


# -- Coupons ---------------------------------------------------------------------------------------------------------


def effect_of(strategy: str) -> Effect:
    return queries.effect_of_strategy(Strategy.objects.get(name=strategy).pk, UNTIL, days=7)


def test_the_effect_of_a_recall_by_name_is_found_within_its_interval(planted) -> None:
    purchases = effect_of(coupon_story.RECALL).differences["purchases"].each
    [extra] = {one.answer.extra for one in coupon_story.PAST if one.strategy == coupon_story.RECALL}
    assert purchases.low <= extra <= purchases.high
    assert purchases.at > 0


def test_the_small_coupon_is_used_but_not_called_effective(planted) -> None:
    strategy = Strategy.objects.get(name=coupon_story.SMALL)
    used = Grant.objects.filter(batch__strategy_version__strategy=strategy, state="used").count()
    assert used > 0
    assert effect_of(coupon_story.SMALL).verdict == "none_seen"


def test_every_use_was_read_from_the_imported_file(planted) -> None:
    for batch in Batch.objects.filter(issued_at__isnull=False):
        grants = Grant.objects.filter(batch=batch)
        assert grants.count() == batch.issued == batch.recipients
        taken = Redemption.objects.filter(taken=True, grant__batch=batch)
        assert taken.count() == grants.filter(state="used").count() > 0
        assert not grants.filter(state="used", discount=0).exists()
    assert not Redemption.objects.filter(taken=False).exists()


def test_there_is_a_batch_in_every_state(planted) -> None:
    states = set(Batch.objects.values_list("state", flat=True))
    assert states == {"draft", "submitted", "changes", "approved", "issued", "paused", "rejected", "revoked"}


def test_the_past_lies_in_the_past(planted) -> None:
    for batch in Batch.objects.filter(issued_at__isnull=False):
        day = batch.due_on
        assert day is not None and day < UNTIL
        grants = Grant.objects.filter(batch=batch)
        assert {grant.issued_at.astimezone(coupon_story.SHANGHAI).date() for grant in grants} == {day}
        touches = Touch.objects.filter(thing="batch", thing_id=batch.pk)
        assert {touch.at.astimezone(coupon_story.SHANGHAI).date() for touch in touches} == {day}
        assert touches.filter(state="control").count() == batch.control


# -- Visits ----------------------------------------------------------------------------------------------------------


def test_a_drive_is_under_way_with_two_weeks_of_visits_in_two_communities(planted) -> None:
    drive = Drive.objects.get(name="沉默用户上门召回")
    assert drive.state == "running"
    assert drive.candidates == sum(drive.held_back.values()) + drive.control + drive.tasks_made
    told = Visit.objects.filter(drive_id=drive.pk)
    visited = Community.objects.filter(id__in=told.values("community_id")).values_list("code", flat=True)
    assert set(visited) == set(field_story.COMMUNITIES)
    days = set(told.values_list("day", flat=True))
    assert UNTIL - dt.timedelta(days=field_story.DAYS) <= min(days) < max(days) < UNTIL
    assert len(days) >= 8
    assert Task.objects.filter(drive=drive, state="open").exists()


def test_every_channel_has_its_drive(planted) -> None:
    assert set(Visit.objects.values_list("channel", flat=True)) == {"door", "wechat", "phone"}


def test_what_was_ordered_at_a_door_came_with_the_file(planted) -> None:
    ordered = Visit.objects.filter(outcome="ordered", live=True)
    assert ordered.exists()
    for visit in ordered.select_related("task__customer"):
        orders = visit.task.customer.orders.filter(counted=True, placed_at__gte=visit.at, day=visit.day)
        assert [order.net for order in orders] == [visit.amount]


def test_the_planted_open_rates_are_found_within_their_intervals(planted) -> None:
    found = chances.by_hour(None, UNTIL)
    planted_rates = [(("workday", hour), p) for hour, p in doors.WORKDAY.items()]
    planted_rates += [(("weekend", hour), p) for hour, p in doors.WEEKEND.items()]
    seen = [(found[hour], p) for hour, p in planted_rates if found[hour].n > 0]
    assert len(seen) >= 5
    assert [p for chance, p in seen if not chance.low <= p <= chance.high] == []


def test_the_best_hour_of_a_working_day_is_the_planted_one(planted) -> None:
    best = next(row for row in chances.best_hours(None, UNTIL) if row.kind == "workday")
    assert best.hour == max(doors.WORKDAY, key=lambda hour: doors.WORKDAY[hour])


# -- The week of spoiled vegetables --------------------------------------------------------------------------------


@pytest.fixture
def incident(planted) -> Case:
    return cases.open_ones(Scope(everywhere=True), kind="incident").get()


def test_the_spoiled_week_raises_exactly_one_incident_in_the_right_community(incident: Case) -> None:
    assert (incident.community.code, incident.week) == (places.BAD_VEGETABLES, BAD_WEEK)
    assert {one.alert.cohort for one in incident.alerts.select_related("alert")} == {BAD_WEEK}
    assert opening.open_due(UNTIL) == opening.Opened(0, 0)


def test_the_right_category_is_among_the_first_three_suspects(incident: Case) -> None:
    named = [(one["dimension"], one["name"]) for one in incident.split["suspects"][:3]]
    assert ("goods", goods.LEAF) in named


def test_it_has_been_looked_into_and_its_measure_is_watched(incident: Case) -> None:
    assert (incident.state, str(incident.taken_by)) == ("watching", "林若溪")
    found = dict(CaseStep.objects.filter(case=incident).values_list("step", "finding"))
    assert found == {step: finding for step, _days, finding, _words in case_story.LOOKED}
    states = set(Callback.objects.filter(case=incident).values_list("state", flat=True))
    assert states == {"open", "done", "missed", "refused"}
    read = Receipt.objects.filter(lesson__case=incident, lesson__kind="corrective")
    assert read.filter(read_at=None).exists() and read.exclude(read_at=None).exists()


def test_the_cohorts_after_the_measure_came_back_as_usual(incident: Case) -> None:
    assert cases.recoveries(incident)[0].cohort == BAD_WEEK + case_story.WATCHED_AFTER
    assert cases.has_recovered(incident)


def test_the_library_holds_a_closed_one_with_its_cause(incident: Case) -> None:
    [closed] = cases.library(Scope(everywhere=True), words="暴雨")
    assert (closed.state, closed.cause) == ("closed", "weather")
    assert closed.closed_at is not None and closed.closed_at.date() < UNTIL
    assert closed.alerts.get().alert.closed_at is not None


# -- The star station ----------------------------------------------------------------------------------------------


@pytest.fixture
def card(planted) -> Case:
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
