"""Many phones at once in Chromium, on a line that loses three of ten answers after the server has got what was told.

OPSDESK_PHONES=40 runs what reliability.md asks for, in about two minutes; the suite runs a few, and forty without a
browser (tests/campaigns/test_visits_lossy.py).
"""

import os

import pytest
from playwright.sync_api import Browser, Page

from campaigns.visits.models import Visit
from communities.models import StaffMember
from tests import cast
from tests.campaigns import lossy, phone_world
from tests.campaigns.phone_walking import DAY, outcomes, tell, unsent
from tests.pages.conftest import options_of, sign_in

pytestmark = pytest.mark.browser
PHONES = int(os.environ.get("OPSDESK_PHONES", "4"))


def test_two_phones_with_thirty_percent_of_answers_lost_lose_and_double_nothing(
    chromium, live_server, people: cast.Cast, transactional_db: None
) -> None:
    """The server takes what is told; three of ten answers do not arrive."""
    rooms = [task.room for task in phone_world.walk(people, phone_world.ROOMS[:6])]
    with lossy.line(live_server.thread.port, share=0.3, seed=4, only="POST /phone/events/") as line:
        pages = [device(chromium, line, people.staff, DAY) for _ in range(2)]
        for number, page in enumerate(pages):
            for room in rooms[number * 3 : number * 3 + 3]:
                tell(page, room, "no_answer")
        for page in pages:
            unsent(page, 0, within_ms=120_000)
            page.context.close()
    assert outcomes() == dict.fromkeys(rooms, "no_answer")
    assert Visit.objects.count() == len(rooms)


FILL = """async tasks => {
    for (const task of tasks) await window.outbox.tell({task_id: task, outcome: "no_answer"});
}"""


def test_whatever_many_phones_of_twenty_five_outcomes_tell_arrives_once(
    chromium, live_server, people: cast.Cast, transactional_db: None
) -> None:
    """Each in a context of its own with its own box, three of ten answers lost on the way back."""
    rooms = [f"{floor}0{n}" for floor in range(1, 26) for n in range(1, 5)]
    tasks = [task.pk for task in phone_world.walk(people, rooms)]
    with lossy.line(live_server.thread.port, share=0.3, seed=40, only="POST /phone/events/") as line:
        pages = [device(chromium, line, people.staff, "/phone/me/") for _ in range(PHONES)]
        for number, page in enumerate(pages):
            page.evaluate(FILL, [tasks[(number * 7 + n) % len(tasks)] for n in range(25)])
        for page in pages:
            unsent(page, 0, within_ms=120_000)
            page.context.close()
        assert line.lost > PHONES // 8
    assert Visit.objects.count() == PHONES * 25


def device(chromium: Browser, line: lossy.Line, staff: StaffMember, path: str) -> Page:
    context = chromium.new_context(base_url=line.url, **options_of(width=360, height=780))
    context.set_default_timeout(60_000)
    sign_in(context, staff, line.url)
    page = context.new_page()
    page.goto(path)
    return page
