"""The trust panel's promises about field work hold through a task's life."""

import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from campaigns.drives.models import Task
from campaigns.visits import actions
from campaigns.visits.models import Visit
from campaigns.visits.reading import Told
from communities.scoping import Scope
from opsdesk import field_invariants
from opsdesk.lib import sql
from tests.campaigns.worked_on import worked_on

pytestmark = pytest.mark.django_db


def broken() -> list[str]:
    return [one.name for one in field_invariants.FIELD_INVARIANTS if sql.rows(one.bad)]


@pytest.fixture
def told(people) -> Callable[..., Visit]:
    """A way to tell an outcome of the first task."""
    drive = worked_on(people)

    def tell(outcome: str, **more) -> Visit:
        event = Told(uuid=uuid.uuid4(), task_id=drive.tasks.order_by("id")[0].pk, outcome=outcome, **more)
        answer = actions.record(event, people.staff, Scope(everywhere=True), timezone.now(), Visit.Via.PHONE)
        assert answer.status == 200
        return Visit.objects.get(uuid=event.uuid)

    return tell


def test_every_outcome_correction_and_undo_keeps_tasks_and_events_together(told):
    assert broken() == []
    first = told("no_answer")
    assert broken() == []
    second = told("ordered", amount=2990)
    assert broken() == []
    third = told("interested", corrects=second.uuid)
    assert broken() == []
    told("", corrects=third.uuid, undoes=True)
    assert broken() == []
    assert Task.objects.get(pk=first.task_id).outcome == "no_answer"
