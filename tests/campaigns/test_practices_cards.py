import datetime as dt
import uuid

import pytest
from django.utils import timezone

from campaigns.cases import actions, practice_queries, practices
from campaigns.cases.models import Case, Lesson
from campaigns.cases.practice_rules import Share
from campaigns.cuesheets.models import Cue, CueSheet, Tick
from communities.models import Notice, ServiceStation, StaffMember
from coupons.grants.models import Grant
from tests.campaigns import doors
from tests.campaigns.practice_world import COHORT, make_alert
from tests.cast import Cast
from tests.conftest import TODAY
from tests.coupons.reminding import make_reminder
from tests.factories import make_customer
from users.purchases.models import CohortCell

UNTIL = COHORT + dt.timedelta(weeks=2)
DAY = COHORT + dt.timedelta(days=3)


def make_cues(station: ServiceStation, day: dt.date, ticks: list[list[str]], by: StaffMember) -> None:
    """A delivery each, ticked so; told as delivered at noon of the day."""
    noon = doors.at(day, "12:00")
    sheet = CueSheet.objects.create(community=station.community, station=station, day=day, drawn_at=noon)
    for ticked in ticks:
        one = make_customer(community=station.community, station=station)
        cue = Cue.objects.create(sheet=sheet, customer=one, say="plain", ticks=ticked)
        if "delivered" in ticked:
            Tick.objects.create(uuid=uuid.uuid4(), cue=cue, what="delivered", on=True, staff=by, device_at=noon)


@pytest.fixture
def worked(people: Cast) -> None:
    """Cuiping says it all; Jinling delivers."""
    make_cues(people.cuiping_station, DAY, [["told", "wechat", "delivered"]] * 24 + [["delivered"]], people.staff)
    make_cues(people.jinling_station, DAY, [["told", "delivered"]] * 6 + [["delivered"]] * 24, people.other_staff)


def counted(key: str) -> dict[str, Share]:
    places = {one.pk: one.name for one in ServiceStation.objects.all()}
    return {
        places[one.place[1] or 0]: one.share for one in practice_queries.numbers(COHORT, UNTIL) if one.key == key
    }  # fmt: skip


# -- Process numbers ---------------------------------------------------------------------------------------------------


def test_cues_are_counted_by_what_was_ticked(people: Cast, worked: None) -> None:
    assert counted("told") == {"翠屏站": Share(24, 25), "金陵站": Share(6, 30)}
    assert counted("wechat") == {"翠屏站": Share(24, 25), "金陵站": Share(0, 30)}


def test_a_delivery_told_the_day_after_is_not_on_time(people: Cast, worked: None) -> None:
    late = Tick.objects.filter(cue__sheet__station=people.jinling_station).first()
    assert late is not None
    Tick.objects.filter(pk=late.pk).update(device_at=doors.at(DAY + dt.timedelta(days=1)))
    assert counted("on_time") == {"翠屏站": Share(25, 25), "金陵站": Share(29, 30)}


def test_a_reminder_counts_when_it_was_said_before_the_coupon_ended(people: Cast) -> None:
    def remind(done: dt.datetime | None, fate: str = "send") -> None:
        customer = make_customer(community=people.cuiping, station=people.cuiping_station)
        make_reminder(customer, day=DAY, done_at=done, fate=fate)

    remind(doors.at(DAY))
    remind(doors.at(DAY + dt.timedelta(days=5)))
    remind(None)
    remind(None, "control")
    assert counted("reminded") == {"翠屏站": Share(1, 3)}


def test_coupons_count_in_the_week_in_which_they_ended(people: Cast) -> None:
    customer = make_customer(community=people.cuiping, station=people.cuiping_station)
    where = {"community_id": people.cuiping.pk, "station_id": people.cuiping_station.pk}
    for state, ended in (("used", DAY), ("expired", DAY), ("used", UNTIL), ("void", DAY)):
        grant = make_reminder(customer, day=TODAY + dt.timedelta(days=Grant.objects.count())).grant
        used = {"used_at": doors.at(ended)} if state == "used" else {}
        Grant.objects.filter(pk=grant.pk).update(state=state, ended_at=doors.at(ended), **where, **used)
    assert counted("used") == {"翠屏站": Share(1, 2)}


def test_a_door_counts_once_a_week_however_often_it_was_tried(people: Cast) -> None:
    drive = doors.make_drive(COHORT)
    where = {"community_id": people.cuiping.pk, "station_id": people.cuiping_station.pk}
    for outcomes in (["no_answer", "ordered"], ["no_answer"], ["interested"]):
        task = doors.make_task(drive, make_customer(community=people.cuiping).pk, **where)
        for n, outcome in enumerate(outcomes):
            doors.make_visit(task, people.staff, doors.at(DAY + dt.timedelta(days=n)), outcome)
    assert counted("opened") == {"翠屏站": Share(2, 3)}
    assert counted("ordered") == {"翠屏站": Share(1, 3)}


# -- Cards -------------------------------------------------------------------------------------------------------------


def test_a_rise_opens_one_card_and_tells_who_runs_cases(people: Cast, worked: None) -> None:
    make_alert(people.cuiping)
    assert practices.open_due(TODAY) == practices.Opened(1, 0)
    assert practices.open_due(TODAY) == practices.Opened(0, 0)
    case = Case.objects.get()
    assert (case.kind, case.number[:2], case.state) == ("practice", "P-", "open")
    assert [one["key"] for one in case.processes["measures"]][:2] == ["wechat", "told"]
    assert case.processes["measures"][0]["own"] == [24, 25]
    assert set(Notice.objects.values_list("recipient__username", flat=True)) == {"manager", "manager2", "operator"}


def test_another_rise_of_the_community_joins_the_open_card(people: Cast, worked: None) -> None:
    make_alert(people.cuiping)
    practices.open_due(TODAY)
    make_alert(people.cuiping, cohort=COHORT - dt.timedelta(weeks=2))
    make_alert(people.jinling)
    assert practices.open_due(TODAY) == practices.Opened(1, 1)
    case = Case.objects.get(community=people.cuiping)
    assert case.alerts.count() == 2
    assert case.processes["since"] == (COHORT - dt.timedelta(weeks=2)).isoformat()


def test_a_fall_and_a_closed_alert_open_no_card(people: Cast) -> None:
    make_alert(people.cuiping, "fall")
    make_alert(people.jinling, closed_at=timezone.now())
    assert practices.open_due(TODAY) == practices.Opened(0, 0)


def test_a_card_is_put_into_words_shared_and_closed(people: Cast) -> None:
    case, _is_new = practices.open_for(make_alert(people.cuiping), TODAY)
    with pytest.raises(actions.StoryNeeded):
        practices.close(case, people.manager)
    practices.tell_story(case, "客服主动催单，电话 13800001234", people.manager)
    practices.share(case, "主动催单", "到期前三天统一话术提醒。", None, people.manager)
    case.refresh_from_db()
    assert (case.state, case.story) == ("watching", "客服主动催单，电话 138****1234")
    assert Lesson.objects.get().kind == "training" and Lesson.objects.get().receipts.count() == 3
    practices.close(case, people.manager)
    with pytest.raises(actions.Finished):
        practices.share(case, "again", "…", None, people.manager)


# -- Do others improve? ------------------------------------------------------------------------------------------------


def make_cohort(place: int, cohort: dt.date, came: int, back: int) -> None:
    for n, customers in enumerate((came, back)):
        week = cohort + dt.timedelta(weeks=n)
        CohortCell.objects.create(
            community_id=place, cohort=cohort, week=week, customers=customers, purchases=customers, net=0
        )


def test_the_others_are_followed_by_who_has_read_it_and_finished_weeks_only(people: Cast) -> None:
    case, _is_new = practices.open_for(make_alert(people.cuiping), TODAY)
    lesson = practices.share(case, "主动催单", "…", None, people.manager)
    Lesson.objects.filter(pk=lesson.pk).update(sent_at=doors.at(UNTIL))
    make_cohort(people.jinling.pk, COHORT - dt.timedelta(weeks=1), 50, 20)
    make_cohort(people.jinling.pk, TODAY - dt.timedelta(weeks=2), 50, 30)
    make_cohort(people.jinling.pk, TODAY - dt.timedelta(weeks=1), 50, 1)  # its second week is not over
    make_cues(people.jinling_station, TODAY - dt.timedelta(days=1), [["told"], []], people.other_staff)
    make_cues(people.jinling_station, TODAY, [["told"]], people.other_staff)
    assert practices.follow_due(TODAY) == 1
    assert practices.follow_due(TODAY) == 0
    assert followed(case) == {
        ("retention", 40), ("retention", 60), ("told", 50), ("wechat", 0), ("group", 0)
    }  # fmt: skip
    assert readers(case) == []

    lesson.receipts.filter(staff=people.other_staff).update(read_at=doors.at(TODAY - dt.timedelta(days=1)))
    assert practices.follow_due(TODAY) == 1
    assert readers(case) == [people.jinling.pk]


def followed(case: Case) -> set[tuple[str, int]]:
    case.refresh_from_db()
    return {(key, round(100 * part / whole)) for _place, key, _week, part, whole in case.processes["after"]["weeks"]}


def readers(case: Case) -> list[int]:
    case.refresh_from_db()
    return list(case.processes["after"]["readers"])
