import datetime as dt

import pytest
from django.utils import timezone

from communities.models import StaffAct
from opsdesk import run_story, trust, work
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.models import Check, Job
from users.lifecycle.models import SnapshotDay

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def redis_away(monkeypatch) -> None:
    """No page needs a broker to answer."""
    monkeypatch.setattr(wake, "send", lambda job_id: False)


def a_night(state: str = "done", **fields: object) -> Job:
    job = runs.queue("nightly", slot="2018-05-07", payload={"as_of": "2018-05-07"})

    def handler(hold: runs.Hold) -> None:
        with hold.step("purchases") as step:
            step.rows_read, step.rows_written = 1200, 34
        if state == "failed":
            with hold.step("lifecycle"):
                raise runs.GiveUp("no room for 13812345678\nTraceback: 13812345678")

    runs.work({"nightly": handler})
    Job.objects.filter(pk=job.pk).update(**fields)
    return Job.objects.get(pk=job.pk)


def a_running(by=None) -> Job:
    job = runs.queue("recompute", slot="x", payload={"as_of": "2018-05-07"}, by=by)
    hold = runs.take(["recompute"], job.pk)
    hold.beat(done=2, total=5, note="lifecycle 3/40")
    return job


# -- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/runs/", "/trust/", "/trust/net/"])
def test_the_run_log_and_the_panel_are_read_on_the_desk(as_, address: str) -> None:
    expected = {
        "manager": 200, "data_admin": 200, "operator": 200, "analyst": 200, "auditor": 200,
        "lead": 403, "staff": 403, "newcomer": 403,
    }  # fmt: skip
    assert {who: as_(who).get(address).status_code for who in expected} == expected


@pytest.mark.parametrize("address", ["/runs/now/", "/trust/check/"])
@pytest.mark.parametrize(
    ("who", "status"), [("manager", 302), ("data_admin", 302), ("operator", 403), ("auditor", 403), ("staff", 403)]
)
def test_work_is_started_by_managers_and_data_admins(as_, address: str, who: str, status: int) -> None:
    assert as_(who).post(address).status_code == status
    assert Job.objects.exists() is (status == 302)


def test_work_is_started_by_post_alone(as_) -> None:
    assert [as_("manager").get(address).status_code for address in ("/runs/now/", "/trust/check/")] == [405, 405]


# -- What the log says ---------------------------------------------------------------------------------------------


def test_an_ended_night_tells_its_steps_rows_and_time(as_) -> None:
    job = a_night()
    [line] = as_("analyst").get("/runs/").context["lines"]
    assert (line.job, line.rows, line.happened) == (job, 34, "")
    assert len(line.steps) == 1

    page = as_("analyst").get(f"/runs/{job.pk}/").content.decode()
    assert "1,200" in page
    assert "34" in page


def test_a_failure_says_what_happened_what_was_kept_and_what_to_do_without_a_phone(as_) -> None:
    job = a_night("failed")
    page = as_("manager").get(f"/runs/{job.pk}/")
    fault = page.context["fault"]

    assert fault.happened == "no room for 138****5678"
    assert fault.technical == "Traceback: 138****5678"
    assert fault.kept
    assert fault.todo
    for address in (f"/runs/{job.pk}/", "/runs/"):
        assert "13812345678" not in as_("manager").get(address).content.decode()


def test_kinds_of_work_are_told_apart(as_) -> None:
    a_night()
    trust.queue_check()
    runs.work({trust.KIND: lambda hold: None})
    lines = as_("manager").get("/runs/?kind=trust").context["lines"]
    assert [line.job.kind for line in lines] == ["trust"]
    assert len(as_("manager").get("/runs/?kind=nonsense").context["lines"]) == 2


def test_the_log_is_read_page_by_page(as_) -> None:
    Job.objects.bulk_create(
        Job(kind="nightly", payload={"as_of": f"2018-01-{n:02d}"}, state="done", finished_at=timezone.now())
        for n in range(1, 31)
    )
    client = as_("manager")
    first = client.get("/runs/").context["page"]
    second = client.get("/runs/", {"after": first.after}).context["page"]
    assert [len(first.rows), len(second.rows)] == [20, 10]
    assert {job.pk for job in first.rows}.isdisjoint(job.pk for job in second.rows)


@pytest.mark.parametrize("many", [2, 20])
def test_twenty_runs_cost_no_more_questions_than_two(as_, django_assert_max_num_queries, many: int) -> None:
    for number in range(many):
        a_night(slot=str(number))
    client = as_("manager")
    with django_assert_max_num_queries(26):
        client.get("/runs/")


@pytest.mark.parametrize(("days_ago", "stale"), [(0, False), (1, True), (9, True)])
def test_numbers_that_are_not_of_today_are_said_to_be_old(as_, days_ago: int, stale: bool) -> None:
    as_of = timezone.localdate() - dt.timedelta(days=days_ago)
    SnapshotDay.objects.create(as_of=as_of, policy_version=0, computed_at=timezone.now())
    page = as_("operator").get("/runs/")
    assert ('role="status"' in page.content.decode().split('id="toasts"')[0]) is stale


def test_a_run_whose_worker_died_says_so(as_) -> None:
    job = a_running()
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - dt.timedelta(minutes=5))
    assert as_("manager").get(f"/runs/{job.pk}/").context["dead"]


# -- Running work --------------------------------------------------------------------------------------------------


def test_running_work_shows_how_far_it_is(as_) -> None:
    job = a_running()
    [card] = as_("operator").get("/runs/").context["cards"]
    assert (card["share"], card["done"], card["total"]) == (0.4, 2, 5)
    assert card["note"].endswith("3/40")
    assert card["poll_url"] == f"/runs/{job.pk}/card/"
    assert card["cancel_url"] == ""


def test_a_card_asks_for_itself_until_its_job_has_ended(as_) -> None:
    job, client = a_running(), as_("operator")
    moving = client.get(f"/runs/{job.pk}/card/", headers=HTMX)
    assert moving.status_code == 200
    assert "every 2s" in moving.content.decode()

    Job.objects.filter(pk=job.pk).update(state="done", finished_at=timezone.now())
    over = client.get(f"/runs/{job.pk}/card/", headers=HTMX)
    assert over.status_code == 286
    assert over.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("who", "status"), [("manager", 302), ("data_admin", 302), ("operator", 302), ("analyst", 403), ("auditor", 403)]
)
def test_work_is_stopped_by_whoever_started_it_or_runs_the_desk(as_, people, who: str, status: int) -> None:
    job = a_running(by=people.operator)
    assert as_(who).post(f"/runs/{job.pk}/cancel/").status_code == status
    job.refresh_from_db()
    assert job.cancel_requested is (status == 302)


def test_stopping_by_htmx_answers_the_card_that_is_stopping(as_, people) -> None:
    job = a_running(by=people.manager)
    answer = as_("manager").post(f"/runs/{job.pk}/cancel/", headers=HTMX)
    assert answer.status_code == 200
    assert f"/runs/{job.pk}/cancel/" not in answer.content.decode()
    assert StaffAct.objects.get().verb == "cancel"


def test_stopping_what_has_ended_changes_nothing(as_) -> None:
    job = a_night()
    as_("manager").post(f"/runs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("done", False)
    assert not StaffAct.objects.exists()


# -- Run now -------------------------------------------------------------------------------------------------------


def test_run_now_queues_tonight_and_says_that_it_waits_when_workers_cannot_be_woken(as_, people) -> None:
    answer = as_("manager").post("/runs/now/", follow=True)
    job = Job.objects.get()
    assert (job.kind, job.payload["as_of"], job.created_by) == (
        work.NIGHTLY,
        timezone.localdate().isoformat(),
        people.manager,
    )
    [message] = answer.context["messages"]
    assert message.level_tag == "warning"
    assert f"#{job.pk}" in str(message)
    assert StaffAct.objects.get().verb == "run"


def test_run_now_twice_is_one_run(as_) -> None:
    client = as_("manager")
    client.post("/runs/now/")
    client.post("/runs/now/")
    assert Job.objects.count() == 1


def test_check_now_wakes_a_worker(as_, monkeypatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(wake, "send", lambda job_id: bool(woken.append(job_id)) or True)
    answer = as_("data_admin").post("/trust/check/", follow=True)
    assert woken == [Job.objects.get(kind=trust.KIND).pk]
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    assert answer.context["card"]["is_open"]


# -- The panel -----------------------------------------------------------------------------------------------------


def test_the_panel_is_grey_before_the_first_check_and_then_green_or_red(as_, people) -> None:
    before = as_("auditor").get("/trust/").context
    assert (before["held"], before["broken"]) == (0, 0)

    people.jinling.aliases = ["翠屏"]
    people.jinling.save()
    trust.check_all(timezone.localdate())
    after = as_("auditor").get("/trust/").context
    assert (after["held"], after["broken"], after["total"]) == (after["total"] - 1, 1, after["total"])


def test_a_broken_invariant_leads_to_who_breaks_it(as_) -> None:
    rows = [{"customer_id": 7, "community_id": 0, "kept": None}]
    detail = {"offenders": 812, "looked": 20000, "rows": rows, "seconds": 0.2}
    Check.objects.create(name="one_class", holds=False, detail=detail, checked_at=timezone.now())
    page = as_("manager").get("/trust/one_class/")
    assert page.context["rows"][0][0] == ("#7", "/customers/7/")
    assert "812" in page.content.decode()
    assert as_("auditor").get("/trust/one_class/").context["rows"][0][0] == ("7", "")


def test_an_invariant_that_could_not_be_asked_shows_why(as_) -> None:
    Check.objects.create(name="net", holds=False, detail={"error": "timeout"}, checked_at=timezone.now())
    assert "timeout" in as_("manager").get("/trust/net/").content.decode()
    assert as_("manager").get("/trust/").status_code == 200


def test_an_unknown_invariant_has_no_page(as_) -> None:
    assert as_("manager").get("/trust/whatever/").status_code == 404


@pytest.mark.parametrize(
    ("started", "beat", "done", "rate"),
    [(0, 10, 50, 5.0), (0, 0, 50, 0.0), (None, 10, 50, 0.0), (0, None, 50, 0.0), (0, 10, 0, 0.0)],
)
def test_a_rate_is_told_only_when_it_can_be(started, beat, done: int, rate: float) -> None:
    moment = dt.datetime(2018, 5, 7, 2, tzinfo=dt.UTC)
    at = [None if seconds is None else moment + dt.timedelta(seconds=seconds) for seconds in (started, beat)]
    assert run_story.rate_of(Job(started_at=at[0], heartbeat_at=at[1], done=done)) == rate
