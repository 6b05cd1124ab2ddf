import datetime as dt

import pytest
from django.urls import reverse

from communities.models import Building, Community, ServiceStation, StaffAct
from communities.places import queries
from communities.scoping import Scope
from opsdesk.lib import sql
from users.lifecycle.models import LifecycleCount, SnapshotDay

FORM = {
    "name": "仙林雅居", "code": "xianlin", "aliases": "仙林，雅居", "households": "900",
    "opened_on": "2018-03-01", "order_cutoff": "22:00",
}  # fmt: skip


def kept_counts(people) -> None:
    as_of = dt.date(2018, 5, 7)
    SnapshotDay.objects.create(as_of=as_of, policy_version=0, computed_at=dt.datetime(2018, 5, 7, tzinfo=dt.UTC))
    for community, lifecycle, customers in [
        (people.cuiping.id, "prospect", 40),
        (people.cuiping.id, "active", 160),
        (people.cuiping.id, "silent", 20),
        (people.jinling.id, "new_paying", 15),
    ]:
        LifecycleCount.objects.create(as_of=as_of, community_id=community, lifecycle=lifecycle, customers=customers)


# -- Who sees which place ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "operator", "data_admin", "analyst", "auditor"])
def test_whoever_works_everywhere_sees_every_community(as_, who: str) -> None:
    page = as_(who).get("/communities/").content.decode()
    assert "翠屏花园" in page
    assert "金陵名苑" in page


def test_names_stand_in_the_order_of_their_pinyin(people) -> None:
    if not sql.rows("SELECT FROM pg_collation WHERE collname = 'pinyin' AND collprovider = 'i'"):
        pytest.skip("this PostgreSQL was built without ICU")
    for code, name in (("xianlin", "仙林雅居"), ("pukou", "浦口新城"), ("baijiahu", "百家湖花园")):
        ServiceStation.objects.create(community=Community.objects.create(code=code, name=name), name=f"{name}站")
    by_pinyin = ["百家湖花园", "翠屏花园", "金陵名苑", "浦口新城", "仙林雅居"]
    assert list(Community.objects.values_list("name", flat=True)) == by_pinyin
    assert list(ServiceStation.objects.values_list("community__name", flat=True)) == by_pinyin


@pytest.mark.parametrize("who", ["lead", "staff"])
def test_a_station_sees_its_own_community_and_no_other(as_, people, who: str) -> None:
    client = as_(who)
    page = client.get("/communities/").content.decode()
    assert "翠屏花园" in page
    assert "金陵名苑" not in page
    assert client.get("/communities/cuiping/").status_code == 200
    assert client.get("/communities/jinling/").status_code == 404


def test_another_station_of_ones_own_community_stays_unseen(as_, people) -> None:
    ServiceStation.objects.create(community=people.cuiping, name="翠屏东站")
    page = as_("staff").get("/communities/cuiping/").content.decode()
    assert "翠屏站" in page
    assert "翠屏东站" not in page


def test_whoever_counts_no_customers_sees_no_columns_for_them(as_) -> None:
    pages = {who: as_(who).get("/communities/", headers={"Accept-Language": "en"}) for who in ("auditor", "analyst")}
    assert {who: "Penetration" in page.content.decode() for who, page in pages.items()} == {
        "auditor": False, "analyst": True,
    }  # fmt: skip


def test_a_station_is_not_told_how_many_customers_its_community_has(as_, people) -> None:
    kept_counts(people)
    assert "220" in as_("manager").get("/communities/cuiping/").content.decode()
    assert "220" not in as_("lead").get("/communities/cuiping/").content.decode()


def test_somebody_without_a_role_opens_nothing_but_their_own_page(as_) -> None:
    client = as_("newcomer")
    assert [client.get(address).status_code for address in ("/communities/", "/staff/", "/me/")] == [403, 403, 200]


@pytest.mark.parametrize(
    "address",
    [
        "/communities/new/",
        "/communities/cuiping/edit/",
        "/communities/cuiping/buildings/",
        "/communities/cuiping/stations/new/",
    ],
)
def test_places_are_changed_by_managers_and_data_admins(as_, address: str) -> None:
    expected = {
        "manager": 200, "data_admin": 200, "operator": 403, "lead": 403,
        "staff": 403, "analyst": 403, "auditor": 403, "newcomer": 403,
    }  # fmt: skip
    assert {who: as_(who).get(address).status_code for who in expected} == expected


def test_whoever_changes_places_in_one_community_cannot_reach_another(as_, people) -> None:
    people.newcomer.assignments.create(role="data_admin", community=people.jinling)
    client = as_("newcomer")
    assert client.get("/communities/jinling/edit/").status_code == 200
    assert client.get("/communities/cuiping/edit/").status_code == 404
    assert client.get(f"/stations/{people.cuiping_station.pk}/edit/").status_code == 404
    assert client.post(f"/stations/{people.cuiping_station.pk}/close/").status_code == 404
    assert client.get("/communities/new/").status_code == 403


# -- What changing does --------------------------------------------------------------------------------------------


def test_a_community_is_opened_with_the_names_that_exports_use(as_) -> None:
    answer = as_("manager").post("/communities/new/", FORM)
    made = Community.objects.get(code="xianlin")

    assert answer.status_code == 302
    assert made.aliases == ["仙林", "雅居"]
    assert made.order_cutoff == dt.time(22, 0)
    assert StaffAct.objects.get().verb == "open"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "翠屏花园", "翠屏花园"),
        ("name", "翠屏", "翠屏"),  # another community's other name
        ("aliases", "仙林, 金陵名苑", "金陵名苑"),
        ("code", "cuiping", "code"),
        ("code", "new", "code"),
        ("code", "with space", "code"),
        ("households", "-3", "households"),
        ("opened_on", "yesterday", "opened_on"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(as_, field: str, typed: str, told: str) -> None:
    answer = as_("manager").post("/communities/new/", FORM | {field: typed})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert told in str(answer.context["form"].errors[field]) or told in answer.content.decode()
    assert not Community.objects.filter(code="xianlin").exists()


def test_a_change_is_written_down_from_old_to_new_and_no_change_is_not(as_, people) -> None:
    client, address = as_("manager"), "/communities/cuiping/edit/"
    same = {"name": "翠屏花园", "aliases": "翠屏", "households": "1800", "order_cutoff": "23:00"}
    client.post(address, same)
    assert not StaffAct.objects.exists()

    client.post(address, same | {"households": "1850", "code": "other"})
    assert StaffAct.objects.get().detail["changes"] == {"households": ["1800", "1850"]}
    assert Community.objects.get(pk=people.cuiping.pk).code == "cuiping"


def test_a_community_is_closed_and_opened_again_never_deleted(as_, people) -> None:
    client = as_("manager")
    client.post("/communities/cuiping/close/")
    assert not Community.objects.get(code="cuiping").is_active
    client.post("/communities/cuiping/close/")
    client.post("/communities/cuiping/reopen/", {"next": "/communities/"})
    assert Community.objects.get(code="cuiping").is_active
    assert [act.verb for act in StaffAct.objects.order_by("id")] == ["close", "reopen"]


@pytest.mark.parametrize("verb", ["close", "reopen"])
def test_closing_takes_a_post(as_, verb: str) -> None:
    assert as_("manager").get(f"/communities/cuiping/{verb}/").status_code == 405


def test_nobody_is_sent_off_the_site_after_a_deed(as_) -> None:
    answer = as_("manager").post("/communities/cuiping/close/", {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/communities/cuiping/"


def test_a_run_of_buildings_leaves_those_that_stand_as_they_are(as_, people) -> None:
    Building.objects.create(community=people.cuiping, number="2", units=9, floors=9, doors=9)
    run = {"first": 1, "last": 3, "units": 2, "floors": 11, "doors": 2}
    as_("manager").post("/communities/cuiping/buildings/run/", run)

    found = dict(people.cuiping.buildings.values_list("number", "units"))
    assert found == {"1": 2, "2": 9, "3": 2}
    sized = queries.communities_with_sizes(Scope(everywhere=True)).get(code="cuiping")
    assert (sized.building_count, sized.door_count, sized.station_count) == (3, 44 + 729 + 44, 1)


@pytest.mark.parametrize("run", [{"first": 5, "last": 4}, {"first": 1, "last": 900}, {"first": 0, "last": 2}])
def test_an_impossible_run_adds_nothing(as_, people, run: dict[str, int]) -> None:
    answer = as_("manager").post("/communities/cuiping/buildings/run/", {"units": 1, "floors": 1, "doors": 1} | run)
    assert answer.context["run"].errors
    assert not people.cuiping.buildings.exists()


def table_of(rows: list[dict[str, object]]) -> dict[str, object]:
    total = {"buildings-TOTAL_FORMS": len(rows), "buildings-INITIAL_FORMS": len(rows)}
    return total | {f"buildings-{i}-{key}": value for i, row in enumerate(rows) for key, value in row.items()}


def row_of(building: Building, **changed: object) -> dict[str, object]:
    same = {name: getattr(building, name) for name in ("id", "number", "units", "floors", "doors")}
    return same | changed


def test_the_table_of_buildings_changes_and_takes_away(as_, people) -> None:
    one, two = (Building.objects.create(community=people.cuiping, number=n, floors=6) for n in ("1", "2"))
    rows = [row_of(one, floors=7), row_of(two, DELETE="on")]
    as_("manager").post("/communities/cuiping/buildings/", table_of(rows))

    assert list(people.cuiping.buildings.values_list("number", "floors")) == [("1", 7)]
    assert StaffAct.objects.get().detail["buildings"] == {"changed": ["1"], "removed": ["2"]}


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"number": "2"}, "number"), ({"floors": 0}, "floors"), ({"floors": 99999}, "floors"), ({"doors": ""}, "doors")],
)
def test_a_table_with_a_mistake_saves_nothing(as_, people, changed: dict[str, object], why: str) -> None:
    one, two = (Building.objects.create(community=people.cuiping, number=n, floors=6) for n in ("1", "2"))
    answer = as_("manager").post("/communities/cuiping/buildings/", table_of([row_of(one, **changed), row_of(two)]))
    assert answer.status_code == 200
    assert not StaffAct.objects.exists()
    assert list(people.cuiping.buildings.values_list("number", "floors")) == [("1", 6), ("2", 6)]


def test_a_building_that_a_station_serves_cannot_go(as_, people) -> None:
    one = Building.objects.create(community=people.cuiping, number="1")
    ServiceStation.objects.filter(pk=people.cuiping_station.pk).update(buildings=["1"])
    answer = as_("manager").post("/communities/cuiping/buildings/", table_of([row_of(one, DELETE="on")]))
    assert "翠屏站" in str(answer.context["table"].non_form_errors())
    assert people.cuiping.buildings.count() == 1


def test_a_building_of_another_community_cannot_be_smuggled_in(as_, people) -> None:
    theirs = Building.objects.create(community=people.jinling, number="1", floors=6)
    as_("manager").post("/communities/cuiping/buildings/", table_of([row_of(theirs, floors=9)]))
    theirs.refresh_from_db()
    assert (theirs.community, theirs.floors) == (people.jinling, 6)


def test_two_stations_cannot_serve_one_building(as_, people) -> None:
    for number in ("1", "2"):
        Building.objects.create(community=people.cuiping, number=number)
    ServiceStation.objects.filter(pk=people.cuiping_station.pk).update(buildings=["1"])
    form = {"name": "翠屏东站", "sorts_goods": "on", "buildings": "1, 2"}
    answer = as_("manager").post("/communities/cuiping/stations/new/", form)
    assert "翠屏站" in str(answer.context["form"].errors["buildings"])

    as_("manager").post("/communities/cuiping/stations/new/", form | {"buildings": "2"})
    made = ServiceStation.objects.get(name="翠屏东站")
    assert (made.community, made.buildings, made.has_store_room) == (people.cuiping, ["2"], False)


# -- Numbers -------------------------------------------------------------------------------------------------------


def test_people_are_counted_as_of_the_last_run_and_penetration_is_payers_over_households(as_, people) -> None:
    kept_counts(people)
    rows = {row.community.code: row for row in as_("manager").get("/communities/").context["rows"]}
    assert (rows["cuiping"].customers, rows["cuiping"].payers) == (220, 180)
    assert rows["cuiping"].penetration == pytest.approx(0.1)
    assert as_("manager").get("/communities/").context["total"].payers == 195


def test_before_the_first_night_no_number_is_made_up(as_) -> None:
    answer = as_("manager").get("/communities/")
    assert answer.context["rows"][0].people is None


def test_the_model_counts_open_places_and_open_accounts(as_, people) -> None:
    ServiceStation.objects.create(community=people.jinling, name="旧站", is_active=False)
    people.staff.is_active = False
    people.staff.save()
    model = queries.business_model(Scope(everywhere=True))
    assert (model.stations, model.sorting, model.communities, model.households) == (2, 2, 2, 3300)
    assert dict(model.offline) == {"station lead": 1, "station staff": 1}
    assert dict(model.online)["operations manager"] == 2


@pytest.mark.parametrize("many", [3, 30])
def test_the_list_asks_as_often_for_thirty_communities_as_for_three(as_, django_assert_max_num_queries, many) -> None:
    for number in range(many):
        place = Community.objects.create(code=f"c{number}", name=f"社区{number}")
        ServiceStation.objects.create(community=place, name=f"站{number}")
    client = as_("manager")
    with django_assert_max_num_queries(22):
        client.get("/communities/")


@pytest.mark.parametrize(("page", "label"), [("community_new", "社区名称"), ("station_new", "服务站名称")])
def test_a_place_has_the_name_of_a_place_and_not_of_a_person(page, label, people, as_) -> None:
    args = [people.cuiping.code] if "station" in page else []
    text = as_("manager").get(reverse(page, args=args), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert f">{label}<" in text
    assert ">姓名<" not in text
