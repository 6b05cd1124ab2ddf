"""One outcome after the other: what a task shows after it, what it does beyond, what is refused and kept."""

import datetime as dt
from uuid import uuid4

import pytest

from campaigns.drives.models import Task
from campaigns.visits import actions, queries, reading
from campaigns.visits.models import RefusedEvent, Visit
from communities.models import ServiceStation
from communities.scoping import Scope
from coupons.grants.models import Grant
from tests.campaigns.visiting import EVENING, event, make_drive, make_offer, make_task, reach, tell
from tests.cast import Cast
from tests.coupons.granting import approved
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer
from users.contact.models import ContactWish, Touch, WishChange

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def task(people: Cast) -> Task:
    return make_task(station=people.cuiping_station)


def shown(task: Task) -> tuple[str, str, str, int]:
    task.refresh_from_db()
    return task.state, task.closed_by, task.outcome, task.visits


def live(task: Task) -> list[str]:
    return [visit.outcome for visit in Visit.objects.filter(task=task, live=True).order_by("id")]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["no_answer"], ("open", "", "no_answer", 1)),
        (["no_answer"] * 2, ("open", "", "no_answer", 2)),
        (["no_answer"] * 3, ("done", "", "no_answer", 3)),
        (["no_answer", "later", "no_answer"], ("open", "", "no_answer", 3)),
        (["no_entry"] * 4, ("open", "", "no_entry", 4)),
        (["ordered"], ("done", "", "ordered", 1)),
        (["interested"], ("done", "", "interested", 1)),
        (["not_ordered"], ("done", "", "not_ordered", 1)),
        (["refused"], ("done", "", "refused", 1)),
        (["later"], ("open", "", "later", 1)),
        (["moved"], ("done", "", "moved", 1)),
        (["no_address"], ("done", "", "no_address", 1)),
        (["dnc"], ("done", "", "dnc", 1)),
        (["ordered", "no_answer"], ("done", "", "no_answer", 2)),
        (["refused", "later"], ("open", "", "later", 2)),
    ],
)
def test_a_task_shows_what_its_outcomes_come_to(people: Cast, task: Task, outcomes, expected) -> None:
    for number, outcome in enumerate(outcomes):
        assert tell(people.staff, event(task, outcome), at=EVENING + number * HOUR).status == 200
    assert shown(task) == expected
    assert (task.last_at, bool(task.ended_at)) == (EVENING + (len(outcomes) - 1) * HOUR, expected[0] == "done")


def test_an_event_keeps_where_and_by_whom_it_was(people: Cast, task: Task) -> None:
    answer = tell(people.staff, event(task, "ordered", note="明早送", product="排骨", amount=2990, many=False))
    visit = Visit.objects.get(pk=answer.event_id)
    assert (visit.customer_id, visit.drive_id, visit.station_id) == (task.customer_id, task.drive_id, task.station_id)
    assert (visit.community_id, visit.channel, visit.building) == (task.community_id, "door", "6")
    assert (visit.staff, visit.note, visit.product, visit.amount) == (people.staff, "明早送", "排骨", 2990)
    assert (answer.task_id, answer.task_state, answer.outcome) == (task.pk, "done", "ordered")
    assert visit.day == dt.date(2018, 5, 7)


def test_the_same_event_told_again_is_answered_the_same_and_written_once(people: Cast, task: Task) -> None:
    said = event(task, "ordered", note="好")
    first = tell(people.staff, said)
    assert [tell(people.staff, said, at=EVENING + HOUR) for _ in range(3)] == [first] * 3
    assert Visit.objects.count() == 1


def test_other_words_under_a_known_uuid_are_refused_and_kept_once_without_phones(people: Cast, task: Task) -> None:
    said = event(task, "ordered")
    tell(people.staff, said)
    other = said | {"outcome": "refused", "note": "打 13812345678"}
    assert [tell(people.staff, other).status for _ in range(2)] == [409, 409]
    kept = RefusedEvent.objects.get()
    assert (kept.reason, kept.task, kept.uuid, kept.station_id) == ("changed", task, said["uuid"], task.station_id)
    assert kept.told["note"] == "打 138****5678"
    assert shown(task) == ("done", "", "ordered", 1)


def test_phones_in_notes_and_goods_are_masked_before_they_are_kept(people: Cast, task: Task) -> None:
    tell(people.staff, event(task, "ordered", note="另一个号 138 1234 5678", product="13812345678"))
    visit = Visit.objects.get()
    assert ("1234 5678" in visit.note, visit.product) == (False, "138****5678")


def test_a_task_of_another_station_is_not_there_and_what_is_kept_does_not_tell(people: Cast, task: Task) -> None:
    said = event(task, "dnc"), event(10**9, "dnc")
    texts = {tell(people.other_staff, one).text for one in said}
    assert {tell(people.other_staff, one).status for one in said} == {404}
    assert len(texts) == 1
    rows = RefusedEvent.objects.values_list("task", "station_id", "community_id", "reason").distinct()
    assert list(rows) == [(None, people.jinling_station.pk, people.jinling.pk, "unknown")]
    assert RefusedEvent.objects.count() == 2
    assert not ContactWish.objects.filter(do_not_contact=True).exists()


def test_an_event_of_another_station_is_not_repeated_to_a_stranger(people: Cast, task: Task) -> None:
    said = event(task, "ordered")
    tell(people.staff, said)
    answer = tell(people.other_staff, said)
    assert (answer.status, answer.event_id, answer.outcome) == (404, None, "")
    assert tell(people.lead, said).status == 200


# -- Corrections and undos -------------------------------------------------------------------------------------------


def test_an_undo_restores_the_task_from_what_is_left(people: Cast, task: Task) -> None:
    tell(people.staff, event(task, "no_answer"))
    wrong = event(task, "ordered")
    tell(people.staff, wrong, at=EVENING + HOUR)
    answer = tell(people.staff, event(task, "", undoes=True, corrects=wrong["uuid"]), at=EVENING + 2 * HOUR)
    assert (answer.status, answer.task_state, answer.outcome) == (200, "open", "no_answer")
    assert shown(task) == ("open", "", "no_answer", 1)
    assert (task.last_at, task.ended_at, live(task)) == (EVENING, None, ["no_answer"])
    assert queries.history(task).count() == 3


def test_a_correction_stands_in_the_place_of_what_it_corrects(people: Cast, task: Task) -> None:
    wrong = event(task, "refused")
    tell(people.staff, wrong)
    tell(people.staff, event(task, "interested", corrects=wrong["uuid"]), at=EVENING + 5 * HOUR)
    assert shown(task) == ("done", "", "interested", 1)
    assert Visit.objects.get(live=True).at == EVENING


def test_whoever_corrects_twice_by_the_first_uuid_means_their_last_word(people: Cast, task: Task) -> None:
    wrong = event(task, "refused")
    tell(people.staff, wrong)
    for outcome in ("interested", "ordered", "", "later"):
        said = event(task, outcome, corrects=wrong["uuid"], undoes=not outcome)
        assert tell(people.staff, said).status == 200
    assert (shown(task), live(task)) == (("open", "", "later", 1), ["later"])


def test_a_correction_of_what_somebody_else_has_corrected_is_refused_and_kept(people: Cast, task: Task) -> None:
    wrong = event(task, "refused")
    tell(people.staff, wrong)
    assert tell(people.lead, event(task, "interested", corrects=wrong["uuid"])).status == 200
    mine = event(task, "ordered", corrects=wrong["uuid"])
    assert [tell(people.staff, mine).status for _ in range(2)] == [409, 409]
    assert RefusedEvent.objects.get().reason == "corrected"
    assert shown(task)[2] == "interested"


def test_a_correction_that_comes_first_is_done_when_what_it_corrects_has_come(people: Cast, task: Task) -> None:
    wrong = event(task, "refused")
    right = event(task, "ordered", corrects=wrong["uuid"])
    assert tell(people.staff, right).status == 409
    assert shown(task) == ("open", "", "", 0)
    assert tell(people.staff, wrong).status == 200
    assert (shown(task), live(task)) == (("done", "", "ordered", 1), ["ordered"])
    assert RefusedEvent.objects.filter(seen_at=None).count() == 0
    assert tell(people.staff, right).status == 200


def test_several_words_that_come_too_early_are_done_in_their_order(people: Cast, task: Task) -> None:
    wrong = event(task, "refused")
    right = event(task, "interested", corrects=wrong["uuid"])
    later = event(task, "ordered", corrects=right["uuid"])
    undo = event(task, "", undoes=True, corrects=wrong["uuid"])
    assert [tell(people.staff, said).status for said in (later, right, undo)] == [409] * 3
    RefusedEvent.objects.update(seen_at=EVENING)
    assert tell(people.staff, wrong).status == 200
    assert (shown(task), live(task), Visit.objects.count()) == (("open", "", "", 0), [], 4)


def test_one_outcome_takes_a_fixed_number_of_statements(people: Cast, task: Task, django_assert_num_queries) -> None:
    for said in (event(task, "no_answer"), event(task, "no_answer")):
        scope = reach(people.staff)
        told = reading.read(said)
        with django_assert_num_queries(STATEMENTS):
            actions.record(told, people.staff, scope, EVENING, "phone")


STATEMENTS = 11


def test_nobody_corrects_an_event_of_another_task(people: Cast, task: Task) -> None:
    other, said = make_task(station=people.cuiping_station), event(task, "refused")
    tell(people.staff, said)
    assert tell(people.staff, event(other, "", corrects=said["uuid"], undoes=True)).status == 409
    assert (shown(task)[2], shown(other)[2]) == ("refused", "")


def test_an_undo_in_a_drive_that_has_ended_closes_the_task(people: Cast, task: Task) -> None:
    said = event(task, "ordered")
    tell(people.staff, said)
    task.drive.state = "ended"
    task.drive.save()
    tell(people.staff, event(task, "", undoes=True, corrects=said["uuid"]))
    assert shown(task) == ("closed", "end", "", 0)


def test_what_is_told_of_a_closed_task_is_kept_and_closes_or_opens_nothing(people: Cast, task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(state="closed", closed_by="order", ended_at=EVENING)
    said = event(task, "interested")
    assert tell(people.staff, said).status == 200
    assert shown(task) == ("closed", "order", "interested", 1)
    tell(people.staff, event(task, "", undoes=True, corrects=said["uuid"]))
    assert shown(task) == ("closed", "order", "", 0)


def test_an_undo_does_not_open_a_task_of_a_customer_who_is_on_another_list_by_now(people: Cast, task: Task) -> None:
    said = event(task, "ordered")
    tell(people.staff, said)
    make_task(station=people.cuiping_station, customer=task.customer)
    tell(people.staff, event(task, "", undoes=True, corrects=said["uuid"]))
    assert shown(task) == ("closed", "left", "", 0)


# -- Two people ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "conflict"), [(1, True), (12, True), (13, False)])
def test_two_people_at_one_door_are_both_kept_and_flagged(people: Cast, task: Task, hours: int, conflict: bool) -> None:
    tell(people.staff, event(task, "refused"))
    answer = tell(people.lead, event(task, "ordered"), at=EVENING + hours * HOUR)
    assert (shown(task)[2:], task.conflict, answer.conflict) == (("ordered", 2), conflict, conflict)
    assert list(Visit.objects.values_list("conflict", flat=True)) == [conflict] * 2


def test_the_last_in_time_is_shown_though_it_is_heard_of_first(people: Cast, task: Task) -> None:
    tell(people.lead, event(task, "ordered"), at=EVENING)
    morning = (EVENING - 6 * HOUR).isoformat()
    tell(people.staff, event(task, "no_answer", device_at=morning), at=EVENING + HOUR)
    assert shown(task) == ("done", "", "ordered", 2)
    assert (task.last_at, task.conflict) == (EVENING, True)


def test_a_flag_goes_with_the_event_that_raised_it(people: Cast, task: Task) -> None:
    tell(people.staff, event(task, "refused"))
    said = event(task, "ordered")
    tell(people.lead, said)
    tell(people.lead, event(task, "", undoes=True, corrects=said["uuid"]))
    task.refresh_from_db()
    assert (task.conflict, Visit.objects.get(live=True).conflict) == (False, False)


def test_whoever_puts_right_what_a_colleague_told_was_not_at_the_door(people: Cast, task: Task) -> None:
    wrong = event(task, "no_answer")
    tell(people.staff, wrong)
    tell(people.lead, event(task, "no_entry", corrects=wrong["uuid"]))
    tell(people.staff, event(task, "ordered"), at=EVENING + HOUR)
    task.refresh_from_db()
    assert not task.conflict


# -- Clocks ----------------------------------------------------------------------------------------------------------


def test_what_comes_twelve_hours_late_from_a_wrong_clock_took_place_when_it_did(people: Cast, task: Task) -> None:
    """The phone is three hours behind; it was at the door at 06:00 and sends at 18:00 by our clock."""
    off, at_the_door = 3 * HOUR, EVENING - 12 * HOUR
    said = event(task, "ordered", device_at=(at_the_door - off).isoformat())
    tell(people.staff, said, off=off)
    visit = Visit.objects.get()
    assert (visit.at, visit.device_at, visit.received_at) == (at_the_door, at_the_door - off, EVENING)
    assert (visit.skewed, visit.skew_seconds) == (True, 3 * 3600)


def test_a_clock_that_is_seconds_off_is_believed(people: Cast, task: Task) -> None:
    at = EVENING - 2 * HOUR
    tell(people.staff, event(task, device_at=at.isoformat()), off=dt.timedelta(seconds=40))
    visit = Visit.objects.get()
    assert (visit.at, visit.skewed, visit.skew_seconds) == (at, False, 40)


@pytest.mark.parametrize("device_at", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_no_clock_puts_a_visit_before_its_drive_or_into_the_future(people: Cast, task: Task, device_at: str) -> None:
    tell(people.staff, event(task, device_at=device_at))
    visit = Visit.objects.get()
    assert task.drive.started_at <= visit.at <= visit.received_at


def test_a_clock_of_1970_is_put_right_by_the_moment_it_says_it_sends(people: Cast, task: Task) -> None:
    born = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    tell(people.staff, event(task, device_at=born.isoformat()), off=EVENING - HOUR - born)
    assert Visit.objects.get().at == EVENING - HOUR


# -- What an outcome does beyond its task ----------------------------------------------------------------------------


def test_do_not_disturb_holds_at_once_and_closes_every_other_task(people: Cast, task: Task) -> None:
    done = make_task(station=people.cuiping_station, state="done")
    other = make_task(station=people.cuiping_station, customer=done.customer)
    tell(people.staff, event(done, "dnc", note="很生气"))
    assert ContactWish.objects.get(customer=done.customer).do_not_contact
    change = WishChange.objects.get()
    assert (change.way, change.by, change.note.startswith("很生气")) == ("door", people.staff, True)
    assert (shown(done)[0], shown(other)[:2]) == ("done", ("closed", "wish"))
    assert shown(task)[0] == "open"


def test_do_not_disturb_taken_back_is_lifted_and_the_other_task_is_to_do_again(people: Cast) -> None:
    done = make_task(station=people.cuiping_station, state="done")
    other = make_task(station=people.cuiping_station, customer=done.customer)
    said = event(done, "dnc")
    tell(people.staff, said)
    tell(people.staff, event(done, "refused", corrects=said["uuid"]))
    assert not ContactWish.objects.get(customer=done.customer).do_not_contact
    assert (shown(done)[::2], shown(other)[:2]) == (("done", "refused"), ("open", ""))


def test_a_wish_that_stood_before_is_not_lifted_by_an_undo(people: Cast, task: Task) -> None:
    ContactWish.objects.create(customer=task.customer, do_not_contact=True)
    said = event(task, "dnc")
    tell(people.staff, said)
    tell(people.staff, event(task, "", undoes=True, corrects=said["uuid"]))
    assert ContactWish.objects.get().do_not_contact
    assert shown(task)[:2] == ("closed", "wish")


def test_the_first_to_answer_is_one_touch_and_taken_back_it_is_none(people: Cast, task: Task) -> None:
    tell(people.staff, event(task, "no_answer"))
    assert not Touch.objects.exists()
    said = event(task, "later")
    tell(people.staff, said, at=EVENING + HOUR)
    tell(people.staff, event(task, "ordered"), at=EVENING + 2 * HOUR)
    touch = Touch.objects.get()
    assert (touch.thing, touch.thing_id, touch.channel, touch.state) == ("drive", task.drive_id, "door", "done")
    assert (touch.at, touch.cost, touch.operator) == (EVENING + HOUR, 250, people.staff)
    for visit in Visit.objects.filter(live=True).order_by("-id"):
        tell(people.staff, event(task, "", undoes=True, corrects=str(visit.uuid)))
    touch.refresh_from_db()
    assert (touch.state, touch.blocked_by) == ("blocked", "off")
    tell(people.staff, event(task, "interested"), at=EVENING + 3 * HOUR)
    touch.refresh_from_db()
    assert (touch.state, touch.blocked_by, touch.at) == ("done", "", EVENING + 3 * HOUR)


def with_coupon(station: ServiceStation, quantity: int = 5, **fields: object) -> Task:
    batch = approved(quantity=quantity, budget=make_budget(), coupon=make_coupon(), state="issuing", **fields)
    drive = make_drive()
    make_offer(drive=drive, batch=batch)
    return make_task(station=station, drive=drive)


@pytest.mark.parametrize("outcome", ["ordered", "interested"])
def test_a_coupon_is_given_with_an_order_or_with_interest(people: Cast, outcome: str) -> None:
    task = with_coupon(people.cuiping_station)
    said = event(task, outcome, give_coupon=True)
    first = tell(people.staff, said)
    grant = Grant.objects.get()
    assert (grant.customer_id, Visit.objects.get().grant) == (task.customer_id, grant)
    assert grant.code in first.coupon
    assert tell(people.staff, said) == first
    assert Grant.objects.count() == 1


def test_a_coupon_that_cannot_be_given_says_why_and_loses_no_outcome(people: Cast, task: Task) -> None:
    sold_out = with_coupon(people.cuiping_station, quantity=1)
    tell(people.staff, event(sold_out, "ordered", give_coupon=True))
    next_door = make_task(station=people.cuiping_station, drive=sold_out.drive)
    for late, why in ((next_door, "sold_out"), (task, "none")):
        said = event(late, "ordered", give_coupon=True, amount=100)
        first = tell(people.staff, said)
        assert (first.status, bool(first.coupon), shown(late)[2]) == (200, True, "ordered")
        assert (Visit.objects.get(task=late).no_coupon, tell(people.staff, said)) == (why, first)


def test_whoever_may_not_be_given_a_coupon_still_ordered(people: Cast) -> None:
    task = with_coupon(people.cuiping_station)
    ContactWish.objects.create(customer=task.customer, refused=["coupon"])
    tell(people.staff, event(task, "ordered", give_coupon=True))
    assert (Visit.objects.get().no_coupon, shown(task)[2], Grant.objects.count()) == ("consent", "ordered", 0)


def test_somebody_of_no_reach_finds_no_task(people: Cast, task: Task) -> None:
    assert reach(people.newcomer) == Scope()
    assert tell(people.newcomer, event(task)).status == 404
    assert RefusedEvent.objects.get().station_id is None


def test_several_outcomes_of_one_home_are_each_their_own(people: Cast) -> None:
    home = make_drive()
    tasks = [make_task(station=people.cuiping_station, drive=home, customer=make_customer()) for _ in range(3)]
    for task in tasks:
        assert tell(people.staff, event(task, "no_answer", many=True, uuid=uuid4())).status == 200
    assert list(Visit.objects.values_list("many", flat=True)) == [True] * 3
