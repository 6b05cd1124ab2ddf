"""The OpenAPI schema is whole, is the one in docs/, and is read out on a page in both languages."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from communities import rules
from opsdesk import api_page, api_reference
from tests.cast import Cast
from tests.tokens import caller

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
COMMAND = "manage.py spectacular --format openapi-json --lang en --file docs/openapi.json"


@pytest.fixture(scope="module")
def generated() -> str:
    """As the command writes it; a warning or an invalid schema is an error."""
    out = StringIO()
    call_command("spectacular", format="openapi-json", lang="en", fail_on_warn=True, validate=True, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def schema(generated: str) -> dict:
    return json.loads(generated)


def test_the_schema_in_docs_is_the_one_the_code_makes(generated: str) -> None:
    assert generated.strip() == KEPT.read_text(encoding="utf-8").strip(), f"run: {COMMAND}"


def test_every_operation_names_its_scope_its_token_and_its_refusals(schema: dict) -> None:
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    assert len(operations) == 55
    for operation in operations:
        assert operation["x-scope"] in rules.SCOPES
        assert operation["security"] == [{"token": []}]
        assert {"401", "403", "429"} <= set(operation["responses"])
        assert operation["description"]


def test_every_answer_of_the_api_has_the_fields_that_the_schema_promises(people: Cast, schema: dict) -> None:
    answer = caller(people.manager).get("api_communities").json()[0]
    promised = schema["components"]["schemas"]
    assert list(answer) == list(promised["Community"]["properties"])
    assert list(answer["stations"][0]) == list(promised["Station"]["properties"])


def test_a_living_token_fetches_the_schema_and_so_does_a_browser(people: Cast, as_, schema: dict) -> None:
    english = {"Accept-Language": "en"}
    by_token = caller(people.analyst, "read:rfm").client.get(reverse("api_schema"), headers=english)
    in_browser = as_("analyst").get(reverse("api_schema"), headers=english)
    assert by_token.json() == in_browser.json() == schema


def test_nobody_else_reads_the_schema(people: Cast, as_, client: Client) -> None:
    answer = client.get(reverse("api_schema"))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert as_("auditor").get(reverse("api_schema")).status_code == 403


def test_fields_inside_fields_are_read_out_below_them(schema: dict) -> None:
    read = {(one.method, one.path): one for one in api_reference.endpoints(schema)}
    customers = read["GET", "/api/customers/"]
    assert [(one.name, one.kind, one.depth) for one in customers.answers[:5]] == [
        ("total", "integer", 0), ("next_after", "integer", 0), ("customers", "array", 0), ("id", "integer", 1),
        ("phone", "string", 1),
    ]  # fmt: skip
    assert customers.scope == "read:customers"
    upload = read["POST", "/api/imports/"]
    assert [(one.name, one.kind) for one in upload.asks][:2] == [("file", "binary"), ("source", "string")]
    assert [one.name for one in upload.refusals] == ["400", "401", "403", "413", "429"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_reference_reads_every_endpoint_out_in_the_readers_language(language: str, people: Cast, as_) -> None:
    answer = as_("analyst").get(reverse("api"), headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert len(answer.context["endpoints"]) == 55
    for endpoint in answer.context["endpoints"]:
        assert f'id="{endpoint.anchor}"' in answer.content.decode()
        told = [endpoint.words, *(one.words for one in endpoint.refusals)]
        assert {bool(re.search("[一-鿿]", words)) for words in told} == {language != "en"}


def test_the_schema_is_made_once_a_language() -> None:
    assert api_page.schema_in("en") is api_page.schema_in("en")
