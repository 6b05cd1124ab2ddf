"""A file sent over the API: checked, followed, read problem by problem, written once."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from communities.models import StaffAct
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.models import Job
from tests.cast import Cast
from tests.importing import HANDLERS, export, row
from tests.tokens import Caller, caller
from users.imports import actions, api
from users.imports.models import ImportFile
from users.orders.models import Order, Source

GOOD = export(row("A1"), row("A2", "13800138001"))
MIXED = export(row("A1"), row("A2", "1380013800"), row("A3", "13900139000", status="不知道的状态"))
State = ImportFile.State


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs that a worker was told of; none runs until `work`."""
    told: list[int] = []
    monkeypatch.setattr(wake, "on_commit", lambda job: told.append(job.pk))
    return told


@pytest.fixture
def mine(people: Cast) -> Caller:
    return caller(people.data_admin)


def send(mine: Caller, content: bytes = GOOD, name: str = "orders.csv", **form: Any) -> HttpResponse:
    return mine.post("api_imports", {"file": SimpleUploadedFile(name, content)} | form)


def sent(mine: Caller, content: bytes = GOOD, **form: Any) -> int:
    answer = send(mine, content, **form)
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def work() -> None:
    runs.work(HANDLERS)


def test_a_file_is_received_and_its_check_waits_for_a_worker(mine: Caller, woken: list[int], people: Cast) -> None:
    answer = send(mine, source=" 小程序 ", encoding="utf8")
    told, file = answer.json(), ImportFile.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/imports/{file.pk}/")
    assert told == {"id": file.pk, "state": "uploaded", "source": "小程序", "sha256": file.sha256, "same_as": None}
    assert (file.uploaded_by, file.options) == (people.data_admin, {"encoding": "utf8", "create_communities": False})
    assert woken == [file.job_id]
    assert StaffAct.objects.filter(staff=people.data_admin, verb="upload", thing_id=str(file.pk)).exists()


def test_a_checked_file_waits_with_its_rows_and_problems_until_it_is_asked_for(mine: Caller) -> None:
    number = sent(mine, MIXED)
    waiting = mine.get("api_import", file_id=number).json()
    assert waiting["progress"] == {
        "state": "queued", "done": 0, "total": len(MIXED), "unit": "bytes", "seconds_left": None,
    }  # fmt: skip
    work()
    told = mine.get("api_import", file_id=number).json()
    assert (told["state"], told["rows"], told["refused"], told["created"]) == ("ready", 3, 2, 0)
    assert (told["encoding"], told["progress"], told["refusal"]) == ("utf-8", None, None)
    assert {(one["code"], one["rows"], one["line"]) for one in told["problems"]} == {
        ("phone_length", 1, 3), ("status_unknown", 1, 4),
    }  # fmt: skip
    assert Order.objects.count() == 0


def test_problems_come_line_by_line_with_phones_masked(mine: Caller) -> None:
    number = sent(mine, export(row("A1", "1.38E+10"), row("A2", "13800138000/13900139000"), row("A3", "138001380")))
    work()
    first = mine.get("api_import_problems", {"limit": 2}, file_id=number).json()
    rest = mine.get("api_import_problems", {"after": first["next_after"]}, file_id=number).json()
    found = first["problems"] + rest["problems"]
    assert [(one["line"], one["code"], one["refused"]) for one in found] == [
        (2, "phone_scientific", True), (3, "phone_two", True), (4, "phone_length", True),
    ]  # fmt: skip
    assert found[1]["value"] == "138********/*******9000"
    assert all(one["reason"] and one["advice"] for one in found)
    assert (rest["next_after"], len(rest["problems"])) == (None, 1)

    only = mine.get("api_import_problems", {"kind": "refused", "code": "phone_two"}, file_id=number).json()
    assert [one["line"] for one in only["problems"]] == [3]
    assert mine.get("api_import_problems", {"kind": "notes"}, file_id=number).json()["problems"] == []


@pytest.mark.parametrize("query", [{"after": "nonsense"}, {"kind": "bad"}, {"code": "nosuch"}, {"page": "2"}])
def test_words_of_the_problem_list_that_mean_nothing_are_refused(query: dict[str, str], mine: Caller) -> None:
    answer = mine.get("api_import_problems", query, file_id=sent(mine))
    assert (answer.status_code, set(answer.json()["fields"])) == (400, set(query))


def test_a_commit_asked_for_twice_or_three_times_writes_once(mine: Caller, woken: list[int]) -> None:
    number = sent(mine)
    work()
    first, second = mine.post("api_import_commit", file_id=number), mine.post("api_import_commit", file_id=number)
    assert (first.status_code, second.status_code, first.json()["state"]) == (202, 202, "committing")
    assert first.json()["progress"]["unit"] == "rows"
    assert Job.objects.filter(kind=actions.COMMIT).count() == 1
    work()
    third = mine.post("api_import_commit", file_id=number)
    told = third.json()
    assert (third.status_code, told["state"], Order.objects.count()) == (200, "done", 2)
    assert told["rows"] == told["created"] + told["updated"] + told["unchanged"] + told["refused"] == 2
    assert told["committed_at"] is not None


def test_a_commit_in_no_state_for_it_says_which_and_what_would_help(mine: Caller) -> None:
    number = sent(mine)
    states = [state for state in State if state not in (State.READY, State.COMMITTING, State.DONE)]
    for state in states:
        ImportFile.objects.update(state=state)
        answer = mine.post("api_import_commit", file_id=number)
        assert (answer.status_code, answer.json()["code"]) == (409, state)
        assert answer.json()["detail"] == str(api.NOT_YET[state])
    assert (len(states), Job.objects.filter(kind=actions.COMMIT).count()) == (7, 0)


def test_with_commit_good_rows_are_in_as_soon_as_they_are_checked(mine: Caller, woken: list[int]) -> None:
    number = sent(mine, MIXED, commit="true", create_communities="true")
    work()
    told = mine.get("api_import", file_id=number).json()
    assert (told["state"], told["created"], told["refused"]) == ("done", 1, 2)
    assert len(woken) == 2
    assert StaffAct.objects.filter(verb="commit", staff__username="data_admin").exists()


def test_with_commit_a_file_that_cannot_be_read_is_refused_in_words(mine: Caller) -> None:
    number = sent(mine, b"a,b,c\n1,2,3\n", commit="true")
    work()
    told = mine.get("api_import", file_id=number).json()
    assert (told["state"], told["refusal"]["code"]) == ("refused", "columns_missing")
    assert all(told["refusal"][name] for name in ("happened", "kept", "todo"))
    assert mine.post("api_import_commit", file_id=number).status_code == 409


def test_with_commit_a_file_that_is_read_another_way_meanwhile_waits_for_somebody(mine: Caller, today: Any) -> None:
    number = sent(mine, commit="true")
    actions.change_options(ImportFile.objects.get(pk=number), today=today, drop_identical=True)
    work()
    assert mine.get("api_import", file_id=number).json()["state"] == "ready"


def test_the_same_bytes_again_are_said_to_be_the_same_and_change_nothing(mine: Caller) -> None:
    first = sent(mine, commit="true")
    assert send(mine).json()["same_as"] == first
    work()
    again = send(mine, commit="true").json()
    assert again["same_as"] == first + 1
    work()
    told = mine.get("api_import", file_id=again["id"]).json()
    assert (told["created"], told["updated"], told["unchanged"], Order.objects.count()) == (0, 0, 2, 2)


def test_the_same_bytes_as_in_a_refused_file_are_the_same_as_nothing(mine: Caller) -> None:
    sent(mine)
    ImportFile.objects.update(state=State.REFUSED)
    assert send(mine).json()["same_as"] is None


def test_the_only_source_is_meant_where_none_is_named_and_of_several_none_is_guessed(mine: Caller) -> None:
    assert send(mine).json()["source"] == "orders"
    Source.objects.update(name="app")
    assert send(mine).json()["source"] == "app"
    Source.objects.create(name="mini")
    answer = send(mine)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["source"])
    assert "app, mini" in answer.json()["fields"]["source"][0]
    assert send(mine, source="mini").json()["source"] == "mini"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "file"),
        ({"file": "only text"}, "file"),
        ({"file": SimpleUploadedFile("empty.csv", b"")}, "file"),
        ({"file": SimpleUploadedFile("a.csv", b"a"), "encoding": "klingon"}, "encoding"),
        ({"file": SimpleUploadedFile("a.csv", b"a"), "source": "x" * 41}, "source"),
        ({"file": SimpleUploadedFile("a.csv", b"a"), "source": "\0"}, "source"),
        ({"file": SimpleUploadedFile("a.csv", b"a"), "source": "\u200b"}, "source"),
        ({"file": SimpleUploadedFile("a.csv", b"a"), "commit": "perhaps"}, "commit"),
    ],
)
def test_a_form_that_cannot_be_used_says_which_field_and_keeps_nothing(
    form: dict[str, Any], field: str, mine: Caller, tmp_path: Any
) -> None:
    answer = mine.post("api_imports", form)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert (ImportFile.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])


def test_something_else_than_a_form_is_refused(mine: Caller) -> None:
    answer = mine.client.post("/api/imports/", {"file": "a"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    answer = mine.client.post("/api/imports/", b"broken", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400


def test_a_file_that_is_too_large_is_refused_and_nothing_of_it_kept(mine: Caller, settings: Any, tmp_path: Any) -> None:
    settings.IMPORT_MAX_UPLOAD = len(GOOD) - 1
    answer = send(mine)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    settings.IMPORT_MAX_UPLOAD = 10
    length = {"CONTENT_LENGTH": str(api.FORM_BYTES + 11)}
    early = mine.client.generic("POST", "/api/imports/", b"unread", "multipart/form-data; boundary=x", **length)
    assert (early.status_code, early.json()["code"]) == (413, "too_large")


def test_a_form_with_too_much_beside_its_file_is_refused(mine: Caller) -> None:
    assert send(mine, source="x" * 6 * 1024 * 1024).status_code == 413
    many = mine.post("api_imports", {f"a{n}": "1" for n in range(1001)})
    assert (many.status_code, many.json()["code"]) == (400, "parse_error")


def test_a_phone_in_the_name_of_a_file_is_masked(mine: Caller) -> None:
    number = sent(mine, name="13800138000 三月.csv")
    assert mine.get("api_import", file_id=number).json()["name"] == "138****8000 三月.csv"


def test_imports_are_listed_newest_first_without_gap_or_double(mine: Caller) -> None:
    numbers = [sent(mine) for _ in range(5)]
    seen, query = [], {"limit": 2}
    while query.get("after", 1) is not None:
        page = mine.get("api_imports", query).json()
        seen += [one["id"] for one in page["imports"]]
        query = {"limit": 2, "after": page["next_after"]}
    assert seen == numbers[::-1]
