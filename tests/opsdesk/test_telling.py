"""Who hears of an import or a night that has ended, and what."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from communities.models import Notice
from communities.notices import words
from opsdesk import nightly, work
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.actions import TRIES, GiveUp, Hold, Lost
from opsdesk.lib.runs.models import Job
from tests import importing
from tests.cast import Cast
from tests.conftest import TODAY
from tests.importing import export, row
from users.imports import actions as imports
from users.imports.models import ImportFile


def heard() -> dict[str, str]:
    """What each person was told last, by user name."""
    told = Notice.objects.select_related("recipient").order_by("created_at", "id")
    return {notice.recipient.username: words.told(notice) for notice in told}


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(people: Cast, *rows: str, name: str = "orders.csv") -> ImportFile:
    return imports.receive(io.BytesIO(export(*rows)), name, "app", people.data_admin, today=importing.TODAY)


def worked(kind: str) -> None:
    """Everything of this kind that waits is done."""
    runs.work({kind: work.HANDLERS[kind]})


def tried_until_it_failed(job: Job, handler: Any) -> None:
    for _ in range(TRIES):
        Job.objects.filter(pk=job.pk).update(lease_until=None, state="queued")
        runs.work({job.kind: handler}, job.pk)


def test_whoever_sent_a_file_hears_that_it_is_ready_then_that_it_is_written(people: Cast, media: None) -> None:
    file = sent(people, row("A1", "13677776666"), row("A2", "123"))
    worked(imports.CHECK)
    assert heard() == {"data_admin": "orders.csv 已检查，等你写入：2 行，其中 1 行不导入"}
    imports.queue_commit(file, people.manager)
    worked(imports.COMMIT)
    written = "orders.csv 已写入：2 行，其中 1 行未导入"
    assert heard() == {"data_admin": written, "manager": written}
    assert set(Notice.objects.values_list("href", "repeats")) == {(f"/imports/{file.pk}/", 0)}


def test_a_file_that_nobody_could_read_is_told_as_refused(people: Cast, media: None) -> None:
    imports.receive(io.BytesIO(b"\x00\x01\x02" * 50), "x.csv", "app", people.data_admin, today=importing.TODAY)
    worked(imports.CHECK)
    assert heard() == {"data_admin": "x.csv 读不了，整个文件未导入"}


def test_no_phone_travels_in_a_notice(people: Cast, media: None) -> None:
    sent(people, row("A1", "13677776666"), name="13699998888.csv")
    worked(imports.CHECK)
    assert "136****8888.csv" in heard()["data_admin"]


def test_an_import_that_broke_off_is_told_to_everybody_who_imports_once(people: Cast, media: None) -> None:
    sent(people, row("A1", "13677776666"))

    def broken(hold: Hold) -> None:
        raise RuntimeError("broken on purpose")

    tried_until_it_failed(Job.objects.get(kind=imports.CHECK), work.telling.of_import(broken))
    assert Job.objects.get(kind=imports.CHECK).state == "failed"
    assert heard() == dict.fromkeys(("data_admin", "manager", "manager2"), "orders.csv 检查中断")
    assert Notice.objects.count() == 3 and not Notice.objects.exclude(repeats=0).exists()


def test_a_try_that_will_be_repeated_is_not_told(people: Cast, media: None) -> None:
    sent(people, row("A1", "13677776666"))

    def broken(hold: Hold) -> None:
        raise RuntimeError("broken on purpose")

    runs.work({imports.CHECK: work.telling.of_import(broken)})
    assert heard() == {}


@pytest.mark.parametrize(("error", "told"), [(GiveUp("no use"), 3), (Lost(1), 0), (runs.Cancelled(1), 0)])
def test_giving_up_is_told_at_once_losing_and_cancelling_are_not(people: Cast, error: Exception, told: int) -> None:
    job = work.queue_nightly(TODAY)

    def broken(hold: Hold) -> None:
        raise error

    runs.work({work.NIGHTLY: work.telling.of_night(broken)}, job.pk)
    assert Notice.objects.count() == told


def test_a_night_that_failed_is_told_to_those_who_can_run_it_again(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(night: object, progress: object) -> None:
        raise GiveUp("broken on purpose")

    monkeypatch.setattr(nightly, "STEPS", (("purchases", broken),))
    job = work.queue_nightly(TODAY)
    runs.work(work.HANDLERS, job.pk)
    assert heard() == dict.fromkeys(("data_admin", "manager", "manager2"), "2018-05-07 的夜间运行没有完成")
    assert set(Notice.objects.values_list("href", flat=True)) == {f"/runs/{job.pk}/"}


def test_a_second_night_that_failed_is_counted_on_the_first_ones_line(people: Cast) -> None:
    def broken(hold: Hold) -> None:
        raise GiveUp("broken on purpose")

    for _ in range(2):
        job = work.queue_nightly(TODAY, again=True)
        runs.work({work.NIGHTLY: work.telling.of_night(broken)}, job.pk)
    assert set(Notice.objects.values_list("repeats", flat=True)) == {1}


def test_the_night_forgets_what_was_told_long_ago(people: Cast) -> None:
    work.telling.notices.tell([people.manager], kind="Run", text="x", key="old")
    Notice.objects.update(created_at="2017-01-01 00:00+08:00")
    runs.work(work.HANDLERS, work.queue_nightly(TODAY).pk)
    assert not Notice.objects.filter(key="old").exists()
