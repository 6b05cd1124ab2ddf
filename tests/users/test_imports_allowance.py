"""What one person may send and ask for within an hour, and what the page and the API say beyond it."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from communities.models import StaffAct
from opsdesk.lib import limits, rates
from opsdesk.lib.limits import Rate
from opsdesk.lib.rates import TooOften
from tests.cast import Cast
from tests.importing import committed, export, row, worked
from tests.tokens import caller
from users.imports import allowance
from users.imports.allowance import NoRoom
from users.imports.models import ImportFile

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2018, 5, 7, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def in_english(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.LANGUAGE_CODE = "en"


def send(client: Client, **headers: str) -> HttpResponse:
    file = SimpleUploadedFile("orders.csv", export(row()))
    return client.post(
        reverse("import_upload"), {"source": "app", "file": file}, headers={"accept-language": "en"} | headers
    )


# -- A rate --------------------------------------------------------------------------------------------------------


def test_so_many_within_the_time_and_then_one_for_each_that_is_over(people: Cast) -> None:
    rate = Rate(2, 60)
    for seconds in (0, 10):
        rates.spend("a", rate, 1, NOON + dt.timedelta(seconds=seconds))
    with pytest.raises(TooOften) as refused:
        rates.spend("a", rate, 1, NOON + dt.timedelta(seconds=20))
    assert (refused.value.most, refused.value.wait) == (2, 40)
    rates.spend("a", rate, 2, NOON)  # somebody else
    rates.spend("b", rate, 1, NOON)  # something else
    rates.spend("a", rate, 1, NOON + dt.timedelta(seconds=61))
    with pytest.raises(TooOften):
        rates.spend("a", rate, 1, NOON + dt.timedelta(seconds=62))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (120, "120 seconds"), (121, "3 minutes"), (3600, "60 minutes"), (86_401, "2 days")],
)
def test_the_time_to_wait_is_told_in_the_unit_that_says_it(seconds: int, words: str) -> None:
    assert rates.waiting(seconds) == words


def test_the_page_that_refuses_says_when(as_: Any) -> None:
    answer = rates.refusal(RequestFactory().get("/"), 40, "Too many.", "Later.")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
    assert "Too many." in answer.content.decode()
    part = rates.refusal(_part_request(), 40, "Too many.", "Later.")
    assert (part.status_code, "Too many. Later." in part.headers["HX-Trigger"]) == (429, True)


def _part_request() -> Any:
    request = RequestFactory().get("/")
    request.htmx = type("Htmx", (), {"boosted": False, "history_restore_request": False})()  # type: ignore[attr-defined]
    return request


# -- Imports an hour -----------------------------------------------------------------------------------------------


def test_the_sixth_import_within_an_hour_is_not_taken_and_the_form_says_what_helps(as_: Any) -> None:
    admin = as_("data_admin")
    assert [send(admin).status_code for _ in range(limits.IMPORTS.most)] == [302] * 5
    answer = send(admin)
    assert (answer.status_code, ImportFile.objects.count()) == (429, 5)
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert "5 imports within an hour are the limit; this one was not taken. Try again in 60 minutes" in (
        answer.content.decode()
    )
    part = send(admin, **{"HX-Request": "true"})
    assert (part.status_code, 'id="upload"' in part.content.decode()) == (429, True)
    assert send(as_("manager")).status_code == 302


def test_the_api_counts_with_the_pages(as_: Any, people: Cast) -> None:
    admin, mine = as_("data_admin"), caller(people.data_admin)
    assert [send(admin).status_code for _ in range(4)] == [302] * 4
    answers = [mine.post("api_imports", {"file": SimpleUploadedFile("a.csv", export(row()))}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[1].json()["code"] == "too_many_imports"
    assert 3500 < int(answers[1].headers["Retry-After"]) <= 3600


def test_an_upload_that_is_no_file_costs_nothing(as_: Any) -> None:
    admin = as_("data_admin")
    codes = [admin.post(reverse("import_upload"), {"source": "app"}).status_code for _ in range(6)]
    assert codes == [422] * 6
    assert send(admin).status_code == 302


# -- Room ----------------------------------------------------------------------------------------------------------


def test_uploads_of_one_person_take_two_gigabytes_at_most(people: Cast, as_: Any) -> None:
    assert limits.UPLOAD_BYTES == 2 * 1024**3
    admin = as_("data_admin")
    send(admin)
    ImportFile.objects.update(size=limits.UPLOAD_BYTES - 10)
    answer = send(admin)
    told = answer.content.decode()
    assert (answer.status_code, ImportFile.objects.count()) == (429, 1)
    assert "are kept for one person. This one was not taken. Let go of an upload on the page of its import" in told
    assert "the oldest goes by itself in 31 days" in told
    assert 30 * rates.DAY < int(answer.headers["Retry-After"]) <= 31 * rates.DAY
    mine = caller(people.data_admin)
    over = mine.post("api_imports", {"file": SimpleUploadedFile("a.csv", export(row()))})
    assert (over.status_code, over.json()["code"]) == (429, "no_room")
    assert send(as_("manager")).status_code == 302


def test_what_was_let_go_makes_room(people: Cast, as_: Any) -> None:
    admin = as_("data_admin")
    send(admin)
    file = worked(ImportFile.objects.get())
    address = reverse("import_let_go", args=[file.pk])
    admin.post(address)
    file.refresh_from_db()
    assert file.stored_as != ""  # it waits for a decision
    committed(file)
    ImportFile.objects.update(size=limits.UPLOAD_BYTES)
    with pytest.raises(NoRoom):
        allowance.take(people.data_admin, 1, timezone.now())
    page = admin.get(reverse("import", args=[file.pk])).content.decode()
    assert address in page
    admin.post(address)
    file.refresh_from_db()
    assert (file.stored_as, file.state) == ("", "done")
    assert StaffAct.objects.get(verb="let_go").thing_id == str(file.pk)
    assert address not in admin.get(reverse("import", args=[file.pk])).content.decode()
    allowance.take(people.data_admin, 1, timezone.now())


def test_a_first_upload_always_finds_room(people: Cast) -> None:
    allowance.take(people.data_admin, limits.UPLOAD_BYTES + 1, timezone.now())
