"""What phones told and the server refused: shown within reach, marked as seen, taken after all as a correction."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from campaigns.drives.models import Task
from campaigns.visits import reconsidering
from campaigns.visits.models import RefusedEvent, Visit
from tests.campaigns.visiting import EVENING, event, make_task, reach, tell
from tests.cast import Cast

PAGE = "/supervisor/refused/"


@pytest.fixture
def task(people: Cast) -> Task:
    return make_task(station=people.cuiping_station)


@pytest.fixture
def changed(people: Cast, task: Task) -> RefusedEvent:
    """First a refusal, then an order under the same number."""
    said = event(task, "refused")
    tell(people.staff, said)
    tell(people.staff, said | {"outcome": "ordered", "amount": 2990, "note": "打 13812345678"})
    return RefusedEvent.objects.get()


def shown(answer) -> list[int]:
    return [line.event.pk for line in answer.context["lines"]]


def test_the_page_says_what_came_why_not_and_what_counts(as_, changed: RefusedEvent) -> None:
    answer = as_("lead").get(PAGE, headers={"Accept-Language": "zh-hans"})
    (line,) = answer.context["lines"]
    text = answer.content.decode()
    assert (shown(answer), line.may_take) == ([changed.pk], True)
    assert "¥29.90" in text
    assert "138****5678" in text
    assert "13812345678" not in text
    assert line.now


def test_each_sees_what_their_stations_told(as_, people: Cast, changed: RefusedEvent) -> None:
    tell(people.other_staff, event(changed.task, "ordered"))
    seen = {person: len(shown(as_(person).get(PAGE))) for person in ("manager", "lead", "analyst", "jinling_analyst")}
    assert seen == {"manager": 2, "lead": 1, "analyst": 2, "jinling_analyst": 1}
    foreign = as_("jinling_analyst").get(PAGE).context["lines"][0]
    assert (foreign.event.task, foreign.now, foreign.may_take) == (None, "", False)
    assert len(shown(as_("manager").get(PAGE + "?community=jinling"))) == 1


def test_what_was_seen_is_gone_from_the_page_and_kept(as_, people: Cast, changed: RefusedEvent) -> None:
    client = as_("lead")
    assert client.post(reverse("refused-seen"), {"id": [changed.pk, "x", "9" * 30]}).status_code == 302
    changed.refresh_from_db()
    assert (changed.seen_by, shown(client.get(PAGE))) == (people.lead, [])
    assert shown(client.get(PAGE + "?seen=1")) == [changed.pk]
    first = changed.seen_at
    as_("manager").post(reverse("refused-seen"), {"id": changed.pk})
    changed.refresh_from_db()
    assert changed.seen_at == first


def test_taken_as_a_correction_it_counts_and_the_first_stays_in_the_history(
    as_, people: Cast, task: Task, changed: RefusedEvent
) -> None:
    as_("lead").post(reverse("refused-take", args=[changed.pk]))
    task.refresh_from_db()
    changed.refresh_from_db()
    visit = Visit.objects.get(live=True)
    assert (task.outcome, task.visits, visit.amount, visit.staff, visit.via) == (
        "ordered",
        1,
        2990,
        people.lead,
        "form",
    )
    assert (visit.at, visit.corrects.outcome, changed.seen_by) == (EVENING, "refused", people.lead)
    as_("lead").post(reverse("refused-take", args=[changed.pk]))
    assert (Visit.objects.count(), RefusedEvent.objects.count()) == (2, 1)


def test_taken_by_two_at_once_it_is_one_correction_and_one_answer(people: Cast, changed: RefusedEvent) -> None:
    first, again = (reconsidering.take(changed, by=people.lead, scope=reach(people.lead), at=EVENING) for _ in range(2))
    assert first == again
    assert (first.status, Visit.objects.count()) == (200, 2)


def test_of_two_corrections_the_later_can_be_taken_after_all(people: Cast, task: Task) -> None:
    first = event(task, "no_answer")
    tell(people.staff, first)
    tell(people.lead, event(task, "refused", corrects=first["uuid"]))
    tell(people.staff, event(task, "interested", corrects=first["uuid"]))
    refused = RefusedEvent.objects.get()
    answer = reconsidering.take(refused, by=people.lead, scope=reach(people.lead), at=EVENING)
    task.refresh_from_db()
    assert (answer.status, task.outcome, task.visits, Visit.objects.count()) == (200, "interested", 1, 3)


@pytest.mark.parametrize("person", ["analyst", "staff", "jinling_analyst", "auditor"])
def test_whoever_does_not_share_tasks_may_neither_see_off_nor_take(as_, changed: RefusedEvent, person: str) -> None:
    for address in (reverse("refused-seen"), reverse("refused-take", args=[changed.pk])):
        assert as_(person).post(address, {"id": changed.pk}).status_code == 403
    assert Visit.objects.count() == 1


def test_another_stations_event_is_not_there(as_, people: Cast, changed: RefusedEvent) -> None:
    people.lead.assignments.update(station=people.jinling_station)
    client = as_("lead")
    missing = client.post(reverse("refused-take", args=[10**9]))
    assert (missing.status_code, client.post(reverse("refused-take", args=[changed.pk])).status_code) == (404, 404)
    client.post(reverse("refused-seen"), {"id": changed.pk})
    changed.refresh_from_db()
    assert changed.seen_at is None


def test_what_cannot_be_read_is_shown_as_it_came_and_cannot_be_taken(as_, people: Cast, task: Task) -> None:
    broken = {"uuid": "x", "task_id": "<b>7</b>", "colour": "red", "note": ["a"]}
    as_("staff").post("/phone/events/", json.dumps({"events": [broken, 5]}), content_type="application/json")
    answer = as_("lead").get(PAGE)
    assert len(shown(answer)) == 2
    text = answer.content.decode()
    assert "&lt;b&gt;7&lt;/b&gt;" in text
    assert "red" in text
    assert [bool(line.why) for line in answer.context["lines"]] == [True, True]
    for line in answer.context["lines"]:
        assert not line.may_take
        as_("lead").post(reverse("refused-take", args=[line.event.pk]))
    assert not Visit.objects.exists()


def test_what_waits_for_an_event_that_has_not_come_says_so(as_, people: Cast, task: Task) -> None:
    tell(people.staff, event(task, "ordered", corrects=str(uuid4())))
    (line,) = as_("lead").get(PAGE, headers={"Accept-Language": "en"}).context["lines"]
    assert (line.why.startswith("What this corrects"), line.may_take) == (True, False)


def test_the_page_takes_as_many_queries_for_many_as_for_one(
    as_, people: Cast, changed: RefusedEvent, django_assert_num_queries
) -> None:
    client = as_("lead")
    client.get(PAGE)
    with django_assert_num_queries(QUERIES):
        client.get(PAGE)
    for _ in range(5):
        other = make_task(station=people.cuiping_station)
        said = event(other, "refused")
        tell(people.staff, said)
        tell(people.staff, said | {"outcome": "ordered"})
    with django_assert_num_queries(QUERIES):
        assert len(shown(client.get(PAGE))) == 6


QUERIES = 8
