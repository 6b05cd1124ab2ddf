"""Figures that people keep beside the cohorts: as typed, from a file, and what holds of a place."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from opsdesk.lib.badvalue import BadValue
from tests.cast import Cast
from users.retention import variable_actions as actions
from users.retention import variable_queries as queries
from users.retention import variable_rules as rules
from users.retention.models import Variable, VariableValue
from users.retention.variable_rules import Entry, Frame, Problem, Told

TODAY = dt.date(2018, 5, 9)
W18, W19 = dt.date(2018, 4, 30), dt.date(2018, 5, 7)
FRAME = Frame(TODAY, {"气温": 3}, {"翠屏花园": 7})


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", "12.5"), ("85%", "85"), ("-3", "-3"), ("１２", "12"), ("1,200.0005", "1200.001"), ("0", "0")],
)
def test_a_value_is_a_number_to_three_places(text: str, value: str) -> None:
    assert rules.value_of(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "sunny", "1e9", "999999999999", "NaN"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        rules.value_of(text)


def test_a_file_is_read_row_by_row_and_every_bad_cell_named() -> None:
    rows = ["值,周,变量,小区", "31.5,W18,气温,", "30,W19,气温,翠屏花园", ",W19,气温,", "1,W19,湿度,", "x,W19,气温,",
            "1,never,气温,", "1,W19,气温,远方"]  # fmt: skip
    entries, problems = rules.read([(n, row.split(",")) for n, row in enumerate(rows, start=1)], FRAME)
    assert entries == [Entry(3, W18, None, Decimal("31.5")), Entry(3, W19, 7, Decimal(30))]
    assert problems == [
        Problem(5, 3, "湿度", "variable"), Problem(6, 1, "x", "value"), Problem(7, 2, "never", "week"),
        Problem(8, 4, "远方", "community"),
    ]  # fmt: skip
    assert [one.reason for one in rules.read([(1, ["1", "2"])], FRAME)[1]] == ["columns"]


def test_a_table_has_weeks_down_and_variables_across() -> None:
    rows = ["周\t气温\t湿度\t小区", "W18\t31.5\t\t", "W19\t￥\t1\t", "W19\t-2\t\t翠屏花园"]
    entries, problems = rules.read([(n, row.split("\t")) for n, row in enumerate(rows, start=1)], FRAME)
    assert entries == [Entry(3, W18, None, Decimal("31.5")), Entry(3, W19, 7, Decimal(-2))]
    assert problems == [Problem(3, 2, "￥", "value"), Problem(3, 3, "湿度", "variable")]


def test_a_community_shows_its_own_value_else_the_companys() -> None:
    found = {(3, W18, 0): Decimal(20), (3, W18, 7): Decimal(25), (3, W19, 0): Decimal("21.50")}
    assert rules.in_force(found, 7) == {(3, W18): Told(Decimal(25), True), (3, W19): Told(Decimal("21.50"), False)}
    assert rules.in_force(found, 0)[3, W18] == Told(Decimal(20), True)
    assert str(rules.in_force(found, 7)[3, W19]) == "21.5"


def test_a_value_is_told_changed_and_taken_back(people: Cast) -> None:
    variable = actions.make("气温", "℃", people.manager)
    first = actions.tell(variable.pk, W18, None, Decimal(20), people.manager)
    assert actions.tell(variable.pk, W18, None, Decimal("20.000"), people.manager) is None
    second = actions.tell(variable.pk, W18, None, Decimal(22), people.manager)
    assert actions.take_back(first, people.manager) is False
    assert actions.take_back(second, people.manager) is True
    assert queries.told([variable.pk], 0, W18, W19) == {(variable.pk, W18, 0): Decimal(20)}
    assert VariableValue.objects.count() == 3


def test_a_retired_variable_comes_back_with_its_values(people: Cast) -> None:
    variable = actions.make("气温", "", people.manager)
    actions.tell(variable.pk, W18, None, Decimal(20), people.manager)
    assert actions.retire(variable, people.manager) is True
    assert actions.retire(variable, people.manager) is False
    assert not queries.kept().exists()
    assert actions.make("气温", "℃", people.manager).pk == variable.pk
    assert queries.told([variable.pk], people.cuiping.id, W18, W18) != {}


# -- Pages -----------------------------------------------------------------------------------------------------------


def typed(client, variable: Variable, value: str, week: str = "2018-04-30", **query: str):
    words = "&".join(f"{name}={text}" for name, text in query.items())
    address = f"{reverse('variable_cell', args=[variable.pk, week])}?{words}"
    return client.post(address, {"value": value}, headers={"HX-Request": "true"})


def test_a_variable_is_made_typed_in_place_and_taken_back(people: Cast, as_) -> None:
    manager = as_("manager")
    manager.post(reverse("variable_new"), {"name": "气温", "unit": "℃"})
    variable = Variable.objects.get()
    assert "31.5" in typed(manager, variable, "31.5").content.decode()
    change = VariableValue.objects.get()
    assert (change.value, change.by, change.community) == (Decimal("31.5"), people.manager, None)
    assert typed(manager, variable, "hot").status_code == 200
    assert VariableValue.objects.count() == 1
    assert "31.5" in manager.get(reverse("variables"), {"until": "2018-04-30"}).content.decode()
    manager.post(reverse("variable_undo", args=[change.pk]))
    assert VariableValue.objects.order_by("-id").first().value is None


def test_a_file_is_kept_whole_or_not_at_all(people: Cast, as_) -> None:
    manager = as_("manager")
    actions.make("气温", "", people.manager)
    bad = "week,variable,value\n2018-04-30,气温,20\n2018-05-07,湿度,1\n"
    answer = manager.post(reverse("variable_import"), {"file": SimpleUploadedFile("v.csv", bad.encode())})
    assert (answer.status_code, VariableValue.objects.count()) == (422, 0)
    html = answer.content.decode()
    assert "湿度" in html
    assert "2018-04-30\t气温\t20" in html
    good = "week,variable,community,value\n2018-04-30,气温,翠屏,20\n2018-05-07,气温,,21\n"
    manager.post(reverse("variable_import"), {"text": good})
    assert {(one.week, one.community, one.value) for one in VariableValue.objects.all()} == {
        (W18, people.cuiping, Decimal(20)), (W19, None, Decimal(21)),
    }  # fmt: skip
    told = manager.get(reverse("variables")).context["changes"]
    assert [(one["by"], one["week"], one["before"], one["value"], one["first"]) for one in told] == [
        (people.manager.name, W19, "–", "21", True), (people.manager.name, W18, "–", "20", False),
    ]  # fmt: skip
    manager.post(reverse("variable_undo", args=[told[0]["id"]]))
    assert queries.told([Variable.objects.get().pk], people.cuiping.id, W18, W19) == {}


@pytest.mark.parametrize("person", ["analyst", "operator"])
def test_only_who_changes_budgets_may_keep_variables(person: str, people: Cast, as_) -> None:
    client = as_(person)
    assert client.get(reverse("variables")).status_code == 200
    assert client.post(reverse("variable_new"), {"name": "气温"}).status_code == 403
    variable = actions.make("气温", "", people.manager)
    assert typed(client, variable, "1").status_code == 403
