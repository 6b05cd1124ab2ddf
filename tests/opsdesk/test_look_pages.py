import re
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import NoReverseMatch, reverse

from communities.rules import ROLES
from opsdesk import frame
from opsdesk.navigation import NAVIGATION
from tests.cast import Cast

pytestmark = pytest.mark.urls("tests.look_urls")

As = Callable[[str], Client]


def rail(html: str) -> list[str]:
    return re.findall(r'<a class="link" href="([^"]+)"', html)


@pytest.mark.parametrize(
    ("language", "word", "lang"), [("zh-CN,zh;q=0.9", "登录", "zh-Hans"), ("en-GB", "Sign in", "en")]
)
def test_signing_in_speaks_the_browsers_language(db: None, client: Client, language: str, word: str, lang: str) -> None:
    html = client.get(reverse("account_login"), headers={"accept-language": language}).content.decode()
    assert f"<h1>{word}</h1>" in html
    assert f'<html lang="{lang}"' in html


def test_a_wrong_password_says_what_to_do(db: None, client: Client) -> None:
    get_user_model().objects.create_user(username="chen", password="a long password", name="Chen")
    answer = client.post(
        reverse("account_login"), {"login": "chen", "password": "x"}, headers={"accept-language": "en"}
    )
    assert "ask your administrator for a new password" in answer.content.decode()


@pytest.mark.urls("opsdesk.urls")
@pytest.mark.parametrize(("who", "first"), [("staff", "my-day"), ("lead", "home"), ("manager", "home")])
def test_whoever_stands_at_doors_begins_with_their_day(people: Cast, client: Client, who: str, first: str) -> None:
    answer = client.post(reverse("account_login"), {"login": who, "password": "a long password"})
    assert (answer.status_code, answer.url) == (302, reverse(first))


@pytest.mark.urls("opsdesk.urls")
@pytest.mark.parametrize("name", ["account_signup", "lookbook"])
def test_neither_signing_up_nor_the_lookbook_is_part_of_the_product(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    ("theme", "html"),
    [("auto", 'data-theme="auto"'), ("dark", 'data-bs-theme="dark"'), ("light", 'data-bs-theme="light"')],
)
def test_a_page_comes_in_the_theme_its_reader_chose(as_: As, theme: str, html: str) -> None:
    client = as_("manager")
    get_user_model().objects.filter(username="manager").update(theme=theme)
    assert html in client.get("/lookbook/").content.decode()


@pytest.mark.parametrize(("cookie", "html"), [("dark", 'data-theme="dark"'), ("<script>", 'data-theme="auto"')])
def test_before_signing_in_a_cookie_holds_the_theme(db: None, client: Client, cookie: str, html: str) -> None:
    client.cookies["theme"] = cookie
    assert html in client.get(reverse("account_login")).content.decode()


def test_the_rail_shows_what_a_person_may_open(as_: As) -> None:
    may = ROLES["operations_manager"].may
    everything = {reverse(entry.url_name) for group in NAVIGATION for entry in group.entries if entry.needs in may}
    manager, auditor, staff = (
        rail(as_(who).get("/lookbook/").content.decode()) for who in ("manager", "auditor", "staff")
    )
    assert set(manager) == everything
    assert "/trail/" in auditor and "/customers/" not in auditor and "/imports/" not in auditor
    assert "/customers/" in staff and "/policies/" not in staff and "/trail/" not in staff


def test_an_entry_without_a_page_has_no_address_and_is_not_shown() -> None:
    assert frame.address("supervisor_of_the_moon") == ""


@pytest.mark.parametrize(
    ("path", "current"),
    [("/", "/"), ("/customers/", "/customers/"), ("/customers/7/", "/customers/"), ("/lookbook/", None)],
)
def test_a_page_lights_up_its_own_entry(as_: As, path: str, current: str | None) -> None:
    html = as_("manager").get(path).content.decode()
    found = re.findall(r'<a class="link" href="([^"]+)"[^>]*aria-current="page"', html)
    assert found == ([current] if current else [])


def test_the_scope_picker_offers_what_is_in_reach_and_keeps_the_query(as_: As) -> None:
    html = as_("manager").get("/lookbook/?sort=-net&after=abc").content.decode()
    assert "/lookbook/?sort=-net&amp;community=cuiping" in html
    assert "/lookbook/?sort=-net&amp;community=jinling" in html
    reach = as_("jinling_analyst").get("/lookbook/").content.decode()
    assert "community=jinling" in reach and "community=cuiping" not in reach


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_an_error_page_says_what_happened_what_was_kept_and_what_to_do(db: None, client: Client, code: int) -> None:
    answer = client.get(f"/lookbook/{code}/", headers={"accept-language": "en"})
    assert answer.status_code == code
    for words in ("What happened", "What was kept", "What to do", "Back to Today"):
        assert words in answer.content.decode()


def test_the_broken_page_needs_no_request(db: None) -> None:
    html = frame.loader.get_template("500.html").render()
    assert "500" in html and 'data-bs-theme="light"' in html


def test_a_form_names_its_errors_beside_the_field(as_: As) -> None:
    html = as_("manager").get("/lookbook/?name=&kind=q", headers={"accept-language": "en"}).content.decode()
    assert 'aria-invalid="true"' in html
    assert re.search(r'id="id_name_error".*?</svg><span>', html, re.DOTALL)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
