import datetime as dt

import pytest

from communities.models import PolicyChange, StaffAct
from communities.policies import actions, preview, queries
from communities.policies.preview import Effect, Shift

KEY = "/policies/silent_after_days/"


def value_at(place: int | None) -> int:
    return queries.for_community(place).silent_after_days


# -- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/policies/", KEY, "/policies/history/"])
def test_thresholds_are_read_on_the_desk_and_not_at_the_station(as_, address: str) -> None:
    expected = {
        "manager": 200, "data_admin": 200, "operator": 200, "analyst": 200, "auditor": 200,
        "lead": 403, "staff": 403, "newcomer": 403,
    }  # fmt: skip
    assert {who: as_(who).get(address).status_code for who in expected} == expected


@pytest.mark.parametrize(
    ("who", "changed"),
    [("manager", True), ("data_admin", True), ("operator", False), ("analyst", False), ("auditor", False)],
)
def test_thresholds_are_changed_by_managers_and_data_admins(as_, who: str, changed: bool) -> None:
    answer = as_(who).post(KEY, {"value": "21", "version": 0, "save": "1"})
    assert answer.status_code == (302 if changed else 403)
    assert PolicyChange.objects.exists() is changed


@pytest.mark.parametrize("deed", ["default", "save", "preview"])
def test_whoever_changes_policies_in_one_community_leaves_the_company_alone(as_, people, deed: str) -> None:
    actions.change("silent_after_days", 21, by=people.manager)
    people.newcomer.assignments.create(role="data_admin", community=people.jinling)
    client, typed = as_("newcomer"), {"value": "9", "version": PolicyChange.objects.get().pk}
    send = {
        "default": lambda scope: client.post(f"{KEY}default/{scope}"),
        "save": lambda scope: client.post(KEY + scope, typed | {"save": "1"}),
        "preview": lambda scope: client.post(KEY + scope, typed),
    }[deed]

    assert send("").status_code == 403
    assert send("?community=cuiping").status_code == 404
    assert send("?community=jinling").status_code in (200, 302)
    assert value_at(None) == 21


def test_the_history_of_another_community_is_not_told(as_, people) -> None:
    actions.change("silent_after_days", 33, by=people.manager, community=people.cuiping)
    actions.change("silent_after_days", 34, by=people.manager, community=people.jinling)
    for address in ("/policies/", KEY, "/policies/history/"):
        page = as_("jinling_analyst").get(address).content.decode()
        assert "翠屏花园" not in page
        assert "34" in page


# -- Changing ------------------------------------------------------------------------------------------------------


def test_a_value_is_shown_with_its_effect_before_it_is_saved(as_) -> None:
    client = as_("manager")
    answer = client.post(KEY, {"value": "21", "version": 0})
    assert answer.context["previewed"]
    assert not PolicyChange.objects.exists()

    client.post(KEY, {"value": "21", "version": 0, "save": "1", "note": "longer holidays"})
    made = PolicyChange.objects.get()
    assert (made.value, made.before, made.note, made.by.username) == (21, None, "longer holidays", "manager")
    assert StaffAct.objects.get().detail == {"from": None, "to": 21, "version": made.pk}


def test_a_save_after_somebody_elses_change_shows_the_effect_anew_and_writes_nothing(as_, people) -> None:
    actions.change("new_window_days", 5, by=people.manager2)
    answer = as_("manager").post(KEY, {"value": "21", "version": 0, "save": "1"})
    assert answer.status_code == 200
    assert answer.context["previewed"]
    assert value_at(None) == 14
    assert answer.context["form"]["version"].value() == str(PolicyChange.objects.get().pk)


@pytest.mark.parametrize(
    ("key", "typed", "told"),
    [
        ("silent_after_days", "0", "1"),
        ("silent_after_days", "", "value"),
        ("silent_after_days", "a fortnight", "14"),
        ("service_order_min_amount", "12.345", "100.00"),
        ("tag_min_share", "140%", "100%"),
        ("rfm_scoring", "western", "quantile"),
        ("rfm_cuts_m", "4 3 2 1", "10 20 30 40"),
    ],
)
def test_nonsense_is_refused_beside_the_field_with_what_is_allowed(as_, key: str, typed: str, told: str) -> None:
    answer = as_("manager").post(f"/policies/{key}/", {"value": typed, "version": 0, "save": "1"})
    assert told in str(answer.context["form"].errors)
    assert not PolicyChange.objects.exists()


def test_money_is_typed_and_shown_in_yuan(as_) -> None:
    client = as_("manager")
    client.post("/policies/service_order_min_amount/", {"value": "120", "version": 0, "save": "1"})
    assert queries.for_company().service_order_min_amount == 12000
    page = client.get("/policies/").content.decode()
    assert "¥120.00" in page
    assert "¥100.00" in page


def test_a_community_has_its_own_value_and_follows_the_company_again(as_, people) -> None:
    client, here = as_("manager"), "?community=cuiping"
    client.post(KEY + here, {"value": "10", "version": 0, "save": "1"})
    assert (value_at(people.cuiping.pk), value_at(people.jinling.pk)) == (10, 14)
    assert client.get(KEY + here).context["row"].is_own

    client.post(f"{KEY}default/{here}")
    assert value_at(people.cuiping.pk) == 14
    assert not client.get(KEY + here).context["row"].is_own


def test_a_threshold_with_one_value_for_all_has_no_page_in_a_community(as_) -> None:
    assert as_("manager").get("/policies/rfm_scope/?community=cuiping").status_code == 404
    page = as_("manager").get("/policies/?community=cuiping").context["groups"]
    assert "rfm_scope" not in [row.policy.key for _group, rows in page for row in rows]


def test_an_unknown_threshold_has_no_page(as_) -> None:
    assert as_("manager").get("/policies/whatever/").status_code == 404


# -- Back ----------------------------------------------------------------------------------------------------------


def test_an_older_value_is_put_back_as_a_new_version(as_, people) -> None:
    first = actions.change("silent_after_days", 21, by=people.manager)
    actions.change("silent_after_days", 10, by=people.manager)
    client = as_("manager2")
    client.post(f"/policies/versions/{first.pk}/again/")

    newest = PolicyChange.objects.first()
    assert (newest.value, newest.before, newest.by, newest.note) == (21, 10, people.manager2, f"= v{first.pk}")
    client.post(f"/policies/versions/{first.pk}/again/")
    assert PolicyChange.objects.count() == 3


def test_the_undo_of_a_first_change_brings_the_default_back(as_, people) -> None:
    made = actions.change("silent_after_days", 21, by=people.manager, community=people.cuiping)
    as_("manager").post(f"/policies/versions/{made.pk}/undo/")
    assert value_at(people.cuiping.pk) == 14
    assert PolicyChange.objects.count() == 2


def test_nobody_puts_back_without_the_right_to_change(as_, people) -> None:
    made = actions.change("silent_after_days", 21, by=people.manager)
    people.newcomer.assignments.create(role="data_admin", community=people.jinling)
    for who in ("operator", "auditor", "newcomer"):
        assert as_(who).post(f"/policies/versions/{made.pk}/undo/").status_code == 403
    assert value_at(None) == 21


def test_the_history_says_who_when_from_what_to_what(as_, people) -> None:
    actions.change("silent_after_days", 21, by=people.manager, note="why not")
    page = as_("auditor").get("/policies/history/?key=silent_after_days").content.decode()
    assert "why not" in page
    assert "21" in page
    assert "manager" in page
    assert as_("auditor").get("/policies/history/?key=new_window_days").context["lines"] == []


def test_a_long_history_is_read_page_by_page(as_, people) -> None:
    for value in range(1, 121):
        actions.change("silent_after_days", value + 20, by=people.manager)
    client = as_("manager")
    seen, after = [], ""
    for _page in range(3):
        page = client.get("/policies/history/", {"after": after} if after else {}).context["page"]
        seen += [change.value for change in page.rows]
        after = page.after
    assert seen == list(range(140, 20, -1))
    assert after == ""


# -- The effect as numbers -----------------------------------------------------------------------------------------


def test_an_effect_adds_up_by_move_and_by_community() -> None:
    shifts = [
        Shift("lifecycle", 1, "active", "silent", 30),
        Shift("lifecycle", 2, "active", "silent", 12),
        Shift("lifecycle", 2, "silent", "active", 3),
        Shift("rfm", 2, "champion", "", 5),
    ]
    effect = Effect(dt.date(2018, 5, 7), 1000, shifts)
    assert effect.moved("lifecycle") == 45
    assert effect.by_move("lifecycle") == [("active", "silent", 42), ("silent", "active", 3)]
    assert effect.by_community("lifecycle") == [(1, 30), (2, 15)]
    assert effect.moved("rfm") == 5


def test_a_draft_is_worked_out_without_being_written(people) -> None:
    actions.change("silent_after_days", 21, by=people.manager)
    drafts: preview.Drafts = queries.drafted("silent_after_days", 10, people.cuiping.pk)
    assert {place: one.silent_after_days for place, one in drafts.items()} == {
        None: 21,
        people.cuiping.pk: 10,
        people.jinling.pk: 21,
    }
    assert value_at(people.cuiping.pk) == 21
