"""A cancelled import is checked anew from the upload that is still here, and written as if nothing had been."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.importing import HANDLERS, TODAY, checked, committed, export, imported, row, undone, worked, world
from users.imports import actions, committing, storage
from users.imports.actions import NotNow
from users.imports.models import ImportFile
from users.imports.pages import actions as page_actions

pytestmark = pytest.mark.django_db
State = ImportFile.State
ROWS = [row("A1"), row("A2", "13800138001"), row("A3", "13800138002")]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def received() -> ImportFile:
    options = {"create_communities": True}
    return actions.receive(io.BytesIO(export(*ROWS)), "a.csv", "app", None, today=TODAY, options=options)


def again(file: ImportFile) -> ImportFile:
    actions.change_options(file, today=TODAY)
    return worked(file)


def cancelled_while_it_is_written(monkeypatch: pytest.MonkeyPatch) -> ImportFile:
    """Two orders of three were in when somebody pressed cancel."""
    file = checked(export(*ROWS))
    job = actions.queue_commit(file, None, chunk_orders=2)
    write = committing._write_chunk

    def write_and_cancel(*given):
        runs.request_cancel(job.pk)
        return write(*given)

    with monkeypatch.context() as patched:
        patched.setattr(committing, "_write_chunk", write_and_cancel)
        runs.work(HANDLERS, job.pk)
    file.refresh_from_db()
    return file


def test_a_check_cancelled_before_it_began_is_made_after_all():
    file = received()
    actions.request_cancel(file)
    file = again(file)
    assert (file.state, file.rows, committed(file).state) == (State.READY, 3, State.DONE)


def test_a_commit_cancelled_on_its_way_is_checked_and_written_as_if_nothing_had_been(monkeypatch):
    imported([row("A1", amount="7.00")])
    file = cancelled_while_it_is_written(monkeypatch)
    assert file.state == State.CANCELLED
    file = committed(again(file))
    assert (file.state, file.created, file.updated, file.undo_report) == (State.DONE, 2, 1, {})
    found = world()
    undone(file)
    imported(ROWS)
    assert world() == found


def test_a_file_that_somebody_decided_against_can_be_checked_again(people):
    file = checked(export(*ROWS))
    page_actions.discard(file, people.manager)
    assert again(file).state == State.READY


def test_what_is_still_being_stopped_cannot_be_begun_at_the_same_time(monkeypatch):
    file = received()
    ImportFile.objects.update(state=State.CANCELLED)
    Job.objects.update(state=Job.State.RUNNING)
    with pytest.raises(NotNow, match="still being stopped"):
        actions.change_options(file, today=TODAY)


def test_a_file_of_which_a_part_is_in_is_not_checked_again():
    file = checked(export(*ROWS))
    ImportFile.objects.update(state=State.FAILED, checkpoint=2)
    with pytest.raises(NotNow, match="part of it is written"):
        actions.change_options(file, today=TODAY)


def test_a_file_whose_upload_is_gone_is_not_checked_again():
    file = received()
    actions.request_cancel(file)
    storage.remove(file.stored_as)
    with pytest.raises(NotNow, match="no longer kept"):
        actions.change_options(file, today=TODAY)


@pytest.mark.parametrize("state", [State.COMMITTING, State.DONE, State.UNDOING, State.UNDONE])
def test_what_is_in_or_being_written_is_not_checked_again(state):
    file = checked(export(*ROWS))
    ImportFile.objects.update(state=state, created=file.rows)
    with pytest.raises(NotNow, match="cannot be changed now"):
        actions.change_options(file, today=TODAY)


def test_a_cancelled_check_that_a_worker_still_holds_does_nothing():
    file = received()
    ImportFile.objects.update(state=State.CANCELLED)
    runs.work(HANDLERS, file.job_id)
    file.refresh_from_db()
    assert file.state == State.CANCELLED


def test_the_page_of_a_cancelled_import_has_the_button_and_it_works(as_):
    file = received()
    actions.request_cancel(file)
    admin: Client = as_("data_admin")
    page = admin.get(reverse("import", args=[file.pk]), headers={"accept-language": "en"}).content.decode()
    assert "Check it again" in page and 'name="part" value="again"' in page
    admin.post(reverse("import_options", args=[file.pk]), {"part": "again"})
    assert worked(file).state == State.READY


def test_without_its_upload_the_page_offers_another_file_only(as_):
    file = received()
    actions.request_cancel(file)
    ImportFile.objects.update(stored_as="")
    page = as_("data_admin").get(reverse("import", args=[file.pk]), headers={"accept-language": "en"}).content.decode()
    assert 'value="again"' not in page and "Upload the file again" in page
