"""What the search box finds, for whom, and what it never shows."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from communities.models import Assignment
from opsdesk import search
from opsdesk.lib.limits import Rate
from opsdesk.navigation import ELSEWHERE, NAVIGATION
from tests.campaigns.drives_world import make_door, running_drive
from tests.cast import Cast
from tests.factories import make_customer
from tests.standings import buyer
from users.customers.models import Customer
from users.imports.models import ImportFile
from users.orders.models import Source

HTMX = {"HX-Request": "true"}
ENGLISH = {"Accept-Language": "en"}
PHONE = re.compile(r"(?<![0-9a-f])1[3-9][0-9]{9}(?![0-9a-f])")


@pytest.fixture
def own(people: Cast) -> Customer:
    return buyer(
        community=people.cuiping, station=people.cuiping_station, phone="13812344021", name="王小明",
        building="6", unit="2", room="502", address="翠屏花园6幢2单元502",
    )  # fmt: skip


@pytest.fixture
def foreign(people: Cast) -> Customer:
    return buyer(
        community=people.jinling, station=people.jinling_station, phone="15998765432", name="欧阳秘密",
        building="99", unit="9", room="9909", address="金陵名苑密街99幢",
    )  # fmt: skip


def sent(name: str, **fields: object) -> ImportFile:
    source, _ = Source.objects.get_or_create(name="app")
    return ImportFile.objects.create(name=name, stored_as="x", sha256="0" * 64, source=source, state="ready", **fields)


def found(client, text: str, **headers: str) -> dict[str, list[str]]:
    """The titles of the hits by kind."""
    answer = client.post(reverse("search"), {"q": text}, headers=headers)
    assert not PHONE.search(answer.content.decode())
    return {section.label: [hit.title for hit in section.hits] for section in answer.context["sections"]}


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("13812344021", {"Customers": ["王**"]}),
        ("+86 138 1234 4021", {"Customers": ["王**"]}),
        ("4021", {"Customers": ["王**"]}),
        ("344021", {"Customers": ["王**"]}),
        ("6-2-502", {"Customers": ["王**"]}),
        ("翠屏", {"Communities and stations": ["翠屏花园", "翠屏站"], "Customers": ["王**"]}),
        ("jinling", {"Communities and stations": ["金陵名苑"]}),
        ("金陵站", {"Communities and stations": ["金陵站"]}),
        ("orders-2018", {"Imports": ["orders-2018-05.csv"]}),
        ("分群", {"Pages": ["分群与流转"]}),
        ("SEGMENTS", {"Pages": ["分群与流转"]}),
        ("通知", {"Pages": ["通知"]}),
        ("nobody", {}),
        ("", {}),
        ("\0 %_' --", {}),
    ],
)
def test_a_text_leads_to_whatever_it_may_mean(
    as_, own: Customer, foreign: Customer, text: str, hits: dict[str, list[str]]
) -> None:
    sent("orders-2018-05.csv")
    assert found(as_("manager"), text) == hits


@pytest.mark.parametrize("text", ["春季召回", "召回春季", "r-0412", "R-0412"])
def test_a_drive_is_found_by_its_number_and_name_where_its_people_are(as_, people: Cast, text: str) -> None:
    running_drive(people, [make_door(people)], name="春季召回春季", number="R-0412")
    assert found(as_("manager"), text) == {"Recall drives": ["春季召回春季"]}
    assert found(as_("jinling_analyst"), text) == {}


def test_a_page_is_found_by_its_name_in_either_language(as_) -> None:
    client = as_("manager")
    english = {"Accept-Language": "en"}
    for text in ("customer list", "客户列表"):
        assert found(client, text, **english) == {"Pages": ["Customer list"]}
        assert found(client, text) == {"Pages": ["客户列表"]}


@pytest.mark.parametrize("username", ["lead", "staff", "jinling_analyst", "auditor"])
def test_only_pages_that_one_may_open_are_found(as_, username: str) -> None:
    client = as_(username)
    for entry in [entry for group in NAVIGATION for entry in group.entries] + list(ELSEWHERE):
        for hit in client.post(reverse("search"), {"q": entry.label}).context["sections"]:
            if hit.label == "Pages":
                assert {client.get(one.href).status_code for one in hit.hits} <= {200}, entry.label


def test_every_page_elsewhere_has_its_address() -> None:
    try:
        [reverse(entry.url_name) for entry in ELSEWHERE]
    except NoReverseMatch as missing:
        pytest.fail(str(missing))


def test_a_station_finds_its_own_customers_only(as_, own: Customer, foreign: Customer) -> None:
    staff, canaries = as_("staff"), ("159****5432", "欧阳", "密街", "9909 ")
    for text in ("欧阳秘密", "159****5432", "密街", "99-9-9909", "5432", "98765432", "15998765432", "金陵"):
        answer = staff.post(reverse("search"), {"q": text})
        assert answer.context["sections"] == []
        assert [word for word in canaries if word in answer.content.decode() and word not in text] in (
            [],
            ["159****5432"],
        )
    assert found(staff, "王小明") == {"Customers": ["王**"]}


def test_an_auditor_finds_places_and_pages_but_nobody(as_, own: Customer) -> None:
    sent("翠屏.csv")
    assert found(as_("auditor"), "翠屏") == {"Communities and stations": ["翠屏花园", "翠屏站"]}


def test_whoever_imports_for_one_community_finds_only_the_files_they_sent(as_, people: Cast) -> None:
    Assignment.objects.create(staff=people.jinling_analyst, role="data_admin", community=people.jinling)
    sent("orders-theirs.csv", uploaded_by=people.manager)
    sent("orders-own.csv", uploaded_by=people.jinling_analyst)
    assert found(as_("jinling_analyst"), "orders") == {"Imports": ["orders-own.csv"]}
    assert found(as_("analyst"), "orders") == {}


def test_a_file_named_by_a_phone_is_shown_masked_and_found_by_its_batch(as_, people: Cast) -> None:
    file = sent("13699998888.csv")
    assert found(as_("manager"), f"#{file.pk}") == {"Imports": ["136****8888.csv"]}


def test_eight_customers_are_shown_and_the_way_to_all_of_them(as_, people: Cast) -> None:
    for number in range(9):
        make_customer(community=people.cuiping, name=f"赵{number}")
    [section] = as_("manager").post(reverse("search"), {"q": "赵"}).context["sections"]
    assert (len(section.hits), section.total) == (8, 9)
    assert as_("manager").get(section.more).context["table"].total == 9


def test_the_way_to_all_holds_no_phone(as_, people: Cast) -> None:
    for number in range(9):
        make_customer(community=people.cuiping, phone=f"1381234567{number}")
    for text in ("1234567", "138 1234 567", "13812345671", "赵 13812345671"):
        for section in as_("manager").post(reverse("search"), {"q": text}).context["sections"]:
            assert "1234567" not in section.more
    answer = as_("manager").post(reverse("search"), {"q": "1234567"})
    assert as_("manager").get(answer.context["sections"][0].more).context["table"].total == 9


def test_what_stands_in_the_address_is_not_searched(as_, own: Customer) -> None:
    answer = as_("manager").get(reverse("search"), {"q": "王"}, headers=ENGLISH)
    assert answer.context["sections"] == []
    assert "What are you looking for?" in answer.content.decode()


def test_while_one_types_only_the_panel_comes(as_, own: Customer) -> None:
    html = as_("manager").post(reverse("search"), {"q": "王"}, headers=HTMX).content.decode()
    assert html.lstrip().startswith('<div class="found" id="found"')
    assert "<html" not in html and 'role="option"' in html


def test_what_was_typed_comes_back_as_text_with_its_phones_masked(as_) -> None:
    for headers in ({}, HTMX):
        answer = as_("manager").post(reverse("search"), {"q": "<b>zz</b> 13812345678"}, headers=headers)
        html = answer.content.decode()
        assert "&lt;b&gt;zz&lt;/b&gt; 138****5678" in html and "<b>zz" not in html


@pytest.mark.parametrize("many", [1, 8])
def test_eight_customers_cost_no_more_questions_than_one(
    as_, people: Cast, django_assert_max_num_queries, many: int
) -> None:
    for _ in range(many):
        buyer(community=people.cuiping, name="赵一")
    client = as_("manager")
    with django_assert_max_num_queries(22):
        client.post(reverse("search"), {"q": "赵"}, headers=HTMX)


def test_a_new_kind_of_thing_joins_by_one_line(as_, monkeypatch: pytest.MonkeyPatch) -> None:
    def moons(desk: object, text: str) -> search.Section:
        return search.Section("Pages", [search.Hit("/moon/", f"moon of {text}")])

    monkeypatch.setattr(search, "FINDERS", [("desk", moons)])
    assert found(as_("auditor"), "zz") == {"Pages": ["moon of zz"]}


def test_sixty_searches_a_minute_are_the_limit_of_one_person(
    as_, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search.limits, "SEARCHES", Rate(2, 60))
    client, other = as_("manager"), as_("analyst")
    statuses = [client.post(reverse("search"), {"q": text}).status_code for text in ("a", "", "b", "c")]
    assert statuses == [200, 200, 200, 429]
    part = client.post(reverse("search"), {"q": "d"}, headers=HTMX | ENGLISH)
    assert (part.status_code, 0 < int(part.headers["Retry-After"]) <= 60) == (429, True)
    assert "2 searches within a minute are the limit." in part.content.decode() and "<html" not in part.content.decode()
    assert other.post(reverse("search"), {"q": "a"}).status_code == 200


@pytest.mark.parametrize(
    ("who", "words"), [("manager", "Name, phone, address"), ("auditor", "Page, community, station")]
)
def test_the_field_says_what_it_finds_for_whoever_looks(who: str, words: str, as_) -> None:
    assert f'placeholder="{words}"' in as_(who).get(reverse("home"), headers=ENGLISH).content.decode()
