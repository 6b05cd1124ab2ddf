import datetime as dt

import pytest
import time_machine

from communities.actions import write_log
from communities.models import StaffAct
from communities.places import actions as places
from communities.policies import actions as policies
from communities.trail import rules


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 200), ("auditor", 200), ("data_admin", 403), ("operator", 403),
        ("analyst", 403), ("lead", 403), ("staff", 403), ("newcomer", 403),
    ],
)  # fmt: skip
def test_managers_and_auditors_read_the_trail(as_, who: str, status: int) -> None:
    client = as_(who)
    assert client.get("/trail/").status_code == status
    assert client.post("/trail/export/").status_code == status


def test_an_export_is_taken_by_post_alone(as_) -> None:
    assert as_("auditor").get("/trail/export/").status_code == 405


def test_a_line_says_who_what_from_what_to_what_and_why(as_, people) -> None:
    people.cuiping.households = 1850
    places.keep(people.cuiping, by=people.manager)
    write_log(staff=people.operator, verb="reveal", thing="customer", thing_id=7, reason="complaint")
    lines = as_("auditor").get("/trail/").context["lines"]

    assert [(line.act.staff.username, line.act.verb) for line in lines] == [
        ("operator", "reveal"),
        ("manager", "change"),
    ]
    assert lines[1].parts == [rules.Part("households", "1800", "1850")]
    assert lines[1].name == "翠屏花园"
    assert "complaint" in as_("auditor").get("/trail/").content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"a", "b", "c"}),
        ({"verb": "change"}, {"a", "b"}),
        ({"thing": "policy"}, {"b"}),
        ({"verb": "change", "thing": "station"}, {"a"}),
        ({"since": "2018-05-08"}, {"b", "c"}),
        ({"until": "2018-05-07"}, {"a"}),
        ({"since": "2018-05-08", "until": "2018-05-08"}, {"b"}),
        ({"since": "not a day"}, {"a", "b", "c"}),
        ({"staff": "who?"}, {"a", "b", "c"}),
    ],
)
def test_lines_are_found_by_person_verb_thing_and_day(as_, people, asked: dict[str, str], found: set[str]) -> None:
    for moment, verb, thing, name in [
        ("2018-05-07T23:59:59+08:00", "change", "station", "a"),
        ("2018-05-08T00:00:00+08:00", "change", "policy", "b"),
        ("2018-05-09T00:00:00+08:00", "close", "station", "c"),
    ]:
        with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
            write_log(staff=people.manager, verb=verb, thing=thing, detail={"name": name})
    lines = as_("auditor").get("/trail/", asked).context["lines"]
    assert {line.name for line in lines} == found


def test_a_persons_lines_are_theirs_alone(as_, people) -> None:
    write_log(staff=people.manager, verb="change", thing="station")
    write_log(staff=people.operator, verb="change", thing="station")
    lines = as_("auditor").get("/trail/", {"staff": people.operator.pk}).context["lines"]
    assert [line.act.staff for line in lines] == [people.operator]


def test_an_auditor_of_one_community_reads_nothing_of_another(as_, people) -> None:
    people.newcomer.assignments.create(role="auditor", community=people.jinling)
    write_log(staff=people.manager, verb="change", thing="station", community_id=people.cuiping.pk)
    write_log(staff=people.manager, verb="change", thing="policy")
    write_log(staff=people.manager, verb="close", thing="station", community_id=people.jinling.pk)

    assert [line.act.verb for line in as_("newcomer").get("/trail/").context["lines"]] == ["close"]
    assert as_("newcomer").get("/trail/?community=cuiping").status_code == 404
    body = b"".join(as_("newcomer").post("/trail/export/").streaming_content).decode("utf-8-sig")
    assert "close" in body
    assert "change" not in body


def test_a_phone_that_slipped_into_a_line_is_masked_on_the_page_and_in_the_file(as_, people) -> None:
    write_log(
        staff=people.manager, verb="change", thing="customer", reason="called 13812345678",
        detail={"name": "13812345678", "from": "13812345678", "to": {"phones": ["13912345678"]}},
    )  # fmt: skip
    client = as_("auditor")
    page = client.get("/trail/").content.decode()
    file = b"".join(client.post("/trail/export/").streaming_content).decode("utf-8-sig")
    for told in (page, file):
        assert "12345678" not in told
        assert "138****5678" in told


def test_the_file_holds_the_lines_of_the_filter_and_taking_it_is_a_line(as_, people) -> None:
    for verb in ("change", "close", "change"):
        write_log(staff=people.manager, verb=verb, thing="station", detail={"name": "=1+1"})
    answer = as_("auditor").post("/trail/export/", {"verb": "change"})
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert len(rows) == 4  # head, two lines, the mark
    assert "auditor" in rows[-1]
    newest = StaffAct.objects.first()
    assert (newest.verb, newest.thing, newest.detail) == ("export", "trail", {"rows": 2})


def test_a_long_trail_is_read_page_by_page_without_a_gap(as_, people) -> None:
    for number in range(120):
        write_log(staff=people.manager, verb="change", thing="station", thing_id=number)
    client, seen, after = as_("auditor"), [], ""
    for _page in range(3):
        page = client.get("/trail/", {"after": after} if after else {}).context["page"]
        seen += [int(act.thing_id) for act in page.rows]
        after = page.after
    assert seen == list(range(119, -1, -1))


@pytest.mark.parametrize("many", [5, 50])
def test_fifty_lines_cost_no_more_questions_than_five(as_, people, django_assert_max_num_queries, many: int) -> None:
    what = {"verb": "change", "thing": "staff", "thing_id": people.staff.pk, "community_id": people.cuiping.pk}
    for _act in range(many):
        write_log(staff=people.manager, **what)
    client = as_("auditor")
    with django_assert_max_num_queries(12):
        client.get("/trail/")


def test_people_and_stations_are_told_by_name_and_not_by_number(as_, people) -> None:
    detail = {"worker": people.staff.pk, "station": people.cuiping_station.pk, "revision": people.staff.pk}
    write_log(staff=people.manager, verb="edit", thing="drive", thing_id="1", detail=detail)
    [line] = as_("auditor").get("/trail/").context["lines"]
    assert [part.after for part in line.parts] == [str(people.staff), "翠屏站", str(people.staff.pk)]
    file = b"".join(as_("auditor").post("/trail/export/").streaming_content).decode("utf-8-sig")
    assert "翠屏站" in file


def test_today_of_an_auditor_tells_what_was_done_lately_and_leads_there(as_, people) -> None:
    for verb in ("change", "reveal", "change"):
        write_log(staff=people.manager, verb=verb, thing="staff", thing_id=people.staff.pk)
    page = as_("auditor").get("/")
    assert page.context["acts"] == [("change", "staff", 2), ("reveal", "staff", 1)]
    assert f"/trail/?verb=reveal&amp;thing=staff&amp;since={page.context['acts_since']}" in page.content.decode()
    assert "acts" not in as_("manager").get("/").context


def test_long_values_are_cut_short() -> None:
    assert len(rules.text("x" * 500)) == rules.LONGEST
    assert rules.text(None) == "–"
    assert rules.text({"added": ["1", "2"]}) == "added: 1, 2"


def test_a_policys_values_are_told_as_they_are_typed(as_, people) -> None:
    policies.change("service_order_min_amount", 12000, by=people.manager)
    line = as_("auditor").get("/trail/").context["lines"][0]
    assert line.parts[0] == rules.Part("", "–", "¥120.00")
    assert line.url == "/policies/service_order_min_amount/"
