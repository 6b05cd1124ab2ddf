"""The demo's coupons and visits: what was planted is found again by the desk's own measures."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.chances import queries as chances
from campaigns.drives.models import Drive, Task
from campaigns.visits.models import Visit
from communities.models import Community
from coupons.batches.models import Batch
from coupons.effects import queries
from coupons.effects.rules import Effect
from coupons.grants.models import Grant, Redemption
from coupons.strategies.models import Strategy
from opsdesk.demo import coupon_story, doors, field_story
from opsdesk.lib.runs.models import Check
from users.contact.models import Touch

UNTIL = dt.date(2026, 3, 2)
CUSTOMERS, WEEKS = 4000, 16


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """A world with strategies and coupons, seeded once for this file by the very command."""
    with django_db_blocker.unblock():
        call_command("seed_demo", customers=CUSTOMERS, weeks=WEEKS, until=UNTIL, stdout=StringIO())
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def planted(city, db):
    return None


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


def test_all_invariants_hold(planted) -> None:
    assert [check.name for check in Check.objects.filter(holds=False)] == []


# -- Visits ----------------------------------------------------------------------------------------------------------


def test_a_drive_is_under_way_with_two_weeks_of_visits_in_two_communities(planted) -> None:
    drive = Drive.objects.get(name="沉默用户上门召回")
    assert drive.state == "running"
    assert drive.candidates == sum(drive.held_back.values()) + drive.control + drive.tasks_made
    told = Visit.objects.filter(drive_id=drive.pk)
    places = Community.objects.filter(id__in=told.values("community_id")).values_list("code", flat=True)
    assert set(places) == set(field_story.COMMUNITIES)
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
