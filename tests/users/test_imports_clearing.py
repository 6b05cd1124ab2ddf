"""Uploads go after thirty days, with their staging tables; what an import said of itself stays, and says so."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from opsdesk import work
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.importing import checked, export, imported, row, staging_tables, undone
from users.imports import actions, clearing, storage
from users.imports.actions import NotNow
from users.imports.models import ImportFile
from users.orders.models import Order

pytestmark = pytest.mark.django_db
State = ImportFile.State
TODAY = dt.date(2018, 5, 7)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.LANGUAGE_CODE = "en"


def aged(file: ImportFile, days: int) -> ImportFile:
    """Sent, and where it was written written, so many days before today at noon."""
    at = timezone.make_aware(dt.datetime.combine(TODAY - dt.timedelta(days=days), dt.time(12)))
    ImportFile.objects.filter(pk=file.pk).update(uploaded_at=at)
    ImportFile.objects.filter(pk=file.pk, committed_at__isnull=False).update(committed_at=at)
    file.refresh_from_db()
    return file


def on_disk() -> list[str]:
    return sorted(name for name, _changed in storage.everything())


def stopped(state: str) -> ImportFile:
    file = checked(export(row(state)))
    ImportFile.objects.filter(pk=file.pk).update(state=state)
    return file


@pytest.mark.parametrize("state", [State.READY, State.REFUSED, State.FAILED, State.CANCELLED])
def test_an_upload_that_was_never_written_goes_after_thirty_days(state):
    old, young = aged(stopped(state), 31), aged(stopped(state), 30)
    gone = clearing.clear(TODAY)
    old.refresh_from_db()
    assert (gone.uploads, gone.bytes, old.stored_as) == (1, old.size, "")
    assert on_disk() == [young.stored_as]
    assert all(f"import_{old.pk}_" not in name for name in staging_tables())
    assert any(f"import_{young.pk}_" in name for name in staging_tables())


def test_one_that_waited_for_a_decision_is_cancelled_and_says_why(as_):
    file = aged(checked(export(row())), 31)
    clearing.clear(TODAY)
    file.refresh_from_db()
    assert (file.state, file.name, file.rows) == (State.CANCELLED, "orders.csv", 1)
    page = as_("data_admin").get(reverse("import", args=[file.pk]), headers={"accept-language": "en"}).content.decode()
    assert "Nobody decided about it within 30 days." in page
    assert "the upload is no longer kept" in page and 'value="again"' not in page
    with pytest.raises(NotNow, match="no longer kept"):
        actions.change_options(file, today=TODAY)


def test_a_written_import_stays_as_it_is_and_can_be_taken_back():
    file = aged(imported([row()]), 31)
    clearing.clear(TODAY)
    assert on_disk() == []
    ImportFile.objects.update(committed_at=timezone.now())
    assert (undone(file).state, Order.objects.count()) == (State.UNDONE, 0)


def test_an_import_written_lately_keeps_its_upload_however_old_that_is():
    file = aged(imported([row()]), 31)
    ImportFile.objects.update(committed_at=dt.datetime(2018, 5, 6, tzinfo=dt.UTC))
    assert (clearing.clear(TODAY).uploads, on_disk()) == (0, [file.stored_as])


def test_a_file_at_work_is_left_alone():
    waiting = checked(export(row()))
    actions.change_options(waiting, today=TODAY)
    aged(waiting, 90)
    writing = aged(stopped(State.COMMITTING), 90)
    assert (clearing.clear(TODAY).uploads, len(on_disk())) == (0, 2)
    Job.objects.update(state=Job.State.CANCELLED)
    assert (clearing.clear(TODAY).uploads, on_disk()) == (1, [writing.stored_as])


def test_a_file_that_no_import_names_goes_too_when_it_is_old(tmp_path: Path):
    kept = checked(export(row()))
    stray = storage.path_of(f"{storage.FOLDER}/stray")
    stray.write_bytes(b"x")
    assert clearing.clear(TODAY).uploads == 0
    os.utime(stray, (0, 0))
    os.utime(storage.path_of(kept.stored_as), (0, 0))
    assert (clearing.clear(TODAY).uploads, on_disk()) == (1, [kept.stored_as])


def test_twice_is_once():
    aged(checked(export(row())), 31)
    clearing.clear(TODAY)
    assert clearing.clear(TODAY) == clearing.Cleared()


def test_the_night_lets_uploads_go_and_the_run_log_says_how_many(as_):
    file = aged(checked(export(row())), 31)
    job = work.queue_nightly(TODAY)
    runs.work(work.HANDLERS, job.pk)
    step = job.steps.get(name="uploads")
    assert (step.state, step.rows_read, step.rows_written, step.facts) == (
        Job.State.DONE, 1, 1, {"uploads": 1, "bytes": file.size},
    )  # fmt: skip
    page = as_("data_admin").get(reverse("run", args=[job.pk]), headers={"accept-language": "en"}).content.decode()
    assert "uploads let go" in page
