"""A check on its way tells its rows so far, so that its card counts rows like the writing does."""

import io
from collections.abc import Callable
from functools import partial

import pytest
from django.urls import reverse

from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.importing import HANDLERS, TODAY, export, row
from users.imports import actions, checking, reading
from users.imports.models import ImportFile
from users.imports.pages import job_words

pytestmark = pytest.mark.django_db
ROWS = [row(f"A{n:03}", f"138001380{n:02}") for n in range(20)]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def in_fives(monkeypatch) -> None:
    """Chunks of five rows."""
    monkeypatch.setattr(reading, "read_ahead", partial(reading.read_ahead, chunk_rows=5))


def after_each_chunk(monkeypatch: pytest.MonkeyPatch, look: Callable[[], object]) -> None:
    take_in = checking._take_in

    def take_in_and_look(*given):
        take_in(*given)
        look()

    monkeypatch.setattr(checking, "_take_in", take_in_and_look)


def received() -> ImportFile:
    return actions.receive(io.BytesIO(export(*ROWS)), "a.csv", "app", None, today=TODAY, options={})


def test_between_two_chunks_of_a_check_its_rows_so_far_can_be_read(in_fives: None, monkeypatch, as_):
    told, cards, client, file = [], [], as_("data_admin"), received()

    def look() -> None:
        now = ImportFile.objects.select_related("job").get()
        told.append((now.rows, job_words.progress(now).unit))
        card = client.get(reverse("import_progress", args=[file.pk])).content.decode()
        cards.append(card.split('<div class="state">')[1])

    after_each_chunk(monkeypatch, look)
    runs.work(HANDLERS, file.job_id)
    assert [rows for rows, _unit in told] == [5, 10, 15, 20]
    assert "KB" not in [unit for _rows, unit in told]
    assert "10 / " in cards[1] and "KB" not in cards[1]


def test_a_check_that_is_cancelled_leaves_no_half_a_count(in_fives: None, monkeypatch):
    after_each_chunk(monkeypatch, lambda: Job.objects.update(cancel_requested=True))
    file = received()
    runs.work(HANDLERS, file.job_id)
    file.refresh_from_db()
    assert (file.state, file.rows, file.refused) == (ImportFile.State.CANCELLED, 0, 0)
