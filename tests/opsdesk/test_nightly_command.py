import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from opsdesk import nightly
from opsdesk.lib.runs.models import Job
from tests import cast, factories
from users.lifecycle.models import LifecycleSnapshot, SnapshotDay

MONDAY = "2018-05-07"


def recompute(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("recompute", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_prints_one_line_a_step(people: cast.Cast) -> None:
    factories.make_order(customer=factories.make_customer(community=people.cuiping), at="2018-05-02 12:00")
    out, err = recompute("--as-of", MONDAY)
    assert [line.split(":")[0] for line in out.splitlines()] == [name for name, _ in nightly.STEPS]
    assert "new_paying 1" in out
    assert "lifecycle 0/1" in err
    assert Job.objects.get().state == "done"


def test_json_is_for_scripts(db: None) -> None:
    told = json.loads(recompute("--as-of", MONDAY, "--json")[0])
    assert (told["as_of"], told["community"]) == (MONDAY, None)
    assert [step["name"] for step in told["steps"]] == [name for name, _ in nightly.STEPS]


def test_today_is_meant_when_no_date_is_named(db: None) -> None:
    recompute()
    assert SnapshotDay.objects.get().as_of <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)


def test_one_community_alone_can_be_computed(people: cast.Cast) -> None:
    for place in (people.cuiping, people.jinling):
        factories.make_order(customer=factories.make_customer(community=place), at="2018-05-02 12:00")
    recompute("--as-of", MONDAY, "--community", "cuiping")
    assert set(LifecycleSnapshot.objects.values_list("community_id", flat=True)) == {people.cuiping.id}
    recompute("--as-of", MONDAY)
    assert LifecycleSnapshot.objects.filter(as_of=MONDAY).count() == 2


@pytest.mark.parametrize(
    ("args", "returncode", "says"),
    [
        (["--community", "nowhere"], 2, "There is no community nowhere. Known: cuiping "),
        (["--as-of", "2999-01-01"], 2, "lies in the future"),
    ],
)
def test_wrong_use_is_told_apart(people: cast.Cast, args: list[str], returncode: int, says: str) -> None:
    with pytest.raises(CommandError, match=says) as told:
        recompute(*args)
    assert told.value.returncode == returncode
    assert not Job.objects.exists()


def test_it_does_not_push_in_while_another_run_is_at_work(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "is_running", lambda: True)
    with pytest.raises(CommandError, match="Another recompute is at work") as told:
        recompute("--as-of", MONDAY)
    assert told.value.returncode == 3


def test_a_failure_says_which_step_and_leaves_the_rest_to_the_next_try(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise OSError("out of paper")

    monkeypatch.setattr("users.rfm.actions.recompute", broken)
    with pytest.raises(CommandError, match="out of paper") as told:
        recompute("--as-of", MONDAY)
    assert told.value.returncode == 1
    job = Job.objects.get()
    assert (job.state, job.steps.get(state="failed").name) == ("failed", "rfm")
