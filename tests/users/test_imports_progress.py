"""A check on its way tells its rows so far, so that its card counts rows like the writing does."""

import io

import pytest
from django.urls import reverse

from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.importing import HANDLERS, TODAY, export, row
from users.imports import actions, reading
from users.imports.models import ImportFile
from users.imports.pages import job_words

pytestmark = pytest.mark.django_db
ROWS = [row(f"A{n:03}", f"138001380{n:02}") for n in range(20)]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_between_two_chunks_of_a_check_its_rows_so_far_can_be_read(monkeypatch, as_):
    read, told, cards = reading.read, [], []
    address = []

    def in_fives(*given, **named):
        for chunk in read(*given, **named, chunk_rows=5):
            file = ImportFile.objects.select_related("job").get()
            told.append((job_words.progress(file).unit, file.rows))
            cards.append(client.get(address[0]).content.decode())
            yield chunk

    monkeypatch.setattr(reading, "read", in_fives)
    client = as_("data_admin")
    file = actions.receive(io.BytesIO(export(*ROWS)), "a.csv", "app", None, today=TODAY, options={})
    address.append(reverse("import_progress", args=[file.pk]))
    runs.work(HANDLERS, file.job_id)
    assert told[0][0] == "KB"
    assert [rows for _unit, rows in told[1:]] == [5, 10, 15]
    assert "KB" not in [unit for unit, _rows in told[1:]]
    assert "10 / " in cards[2] and "KB" not in cards[2]


def test_a_check_that_is_cancelled_leaves_no_half_a_count(monkeypatch):
    read = reading.read

    def cancelled_after_one(*given, **named):
        for chunk in read(*given, **named, chunk_rows=5):
            yield chunk
            Job.objects.update(cancel_requested=True)

    monkeypatch.setattr(reading, "read", cancelled_after_one)
    file = actions.receive(io.BytesIO(export(*ROWS)), "a.csv", "app", None, today=TODAY, options={})
    runs.work(HANDLERS, file.job_id)
    file.refresh_from_db()
    assert (file.state, file.rows, file.refused) == (ImportFile.State.CANCELLED, 0, 0)
