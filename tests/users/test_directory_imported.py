"""The numbers of a finished import lead to the customers they count."""

import re

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from communities.scoping import Scope
from tests.cast import Cast
from tests.importing import imported, row, undone
from users.directory import filters, queries, sentence
from users.directory.filters import Filters
from users.imports.models import ImportFile

pytestmark = pytest.mark.django_db
PHONES = [f"1380013800{n}" for n in range(8)]
FIRST = [row(f"A{n}", PHONES[n]) for n in range(4)]
# One order changed, one known customer with a new order (and the same with another), two new ones, one unchanged.
SECOND = [
    row("A0", PHONES[0], amount="20.00"), row("A1", PHONES[1]), row("B1", PHONES[1]), row("B2", PHONES[1]),
    row("B3", PHONES[2]), row("B4", PHONES[4]), row("B5", PHONES[5]), row("B6", PHONES[5]),
]  # fmt: skip


@pytest.fixture(autouse=True)
def in_english(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def second(people: Cast) -> ImportFile:
    imported(FIRST)
    return imported(SECOND)


def phones(text: str, scope: Scope | None = None) -> list[str]:
    asked = filters.from_query(QueryDict(text))
    assert asked.unread == ()
    found = queries.people(scope or Scope(everywhere=True), asked)
    return sorted(found.values_list("phone", flat=True))


@pytest.mark.parametrize(
    ("did", "expected"),
    [
        ("&did=new", [4, 5]),
        ("&did=ordered", [1, 2]),
        ("&did=changed", [0]),
        ("&did=new,changed", [0, 4, 5]),
        ("", [0, 1, 2, 4, 5]),
    ],
)
def test_each_word_means_what_the_import_did(second: ImportFile, did: str, expected: list[int]) -> None:
    assert phones(f"import={second.pk}{did}") == [PHONES[n] for n in expected]


def test_a_later_import_takes_nobody_out_of_the_list(second: ImportFile) -> None:
    before = {did: phones(f"import={second.pk}&did={did}") for did in filters.DEEDS}
    imported([text.replace("10.00", "77.00").replace("20.00", "78.00") for text in SECOND])
    assert {did: phones(f"import={second.pk}&did={did}") for did in filters.DEEDS} == before


def test_an_import_that_was_written_before_one_sent_earlier_counts_alike(people: Cast) -> None:
    imported(FIRST)
    late, early = ImportFile.objects.get(), imported([row("C1", PHONES[6])])
    ImportFile.objects.filter(pk=early.pk).update(committed_at=late.committed_at)
    assert phones(f"import={early.pk}&did=new") == [PHONES[6]]


def test_every_number_of_people_in_the_report_is_the_length_of_its_list(second: ImportFile, as_) -> None:
    manager = as_("manager")
    page = manager.get(reverse("import", args=[second.pk]), headers={"accept-language": "en"}).content.decode()
    links = re.findall(r'<a href="([^"]+import=[^"]+)">\+?(\d+) (?:person|people)</a>', page)
    assert [(href.split("did=")[1], n) for href, n in links] == [("new", "2"), ("ordered", "2"), ("changed", "1")]
    for href, n in links:
        listed = manager.get(href.replace("&amp;", "&"))
        assert len(listed.context["table"].rows) == listed.context["table"].total == int(n)


def test_a_file_that_is_taken_back_or_not_yet_in_leads_nowhere(second: ImportFile, as_) -> None:
    undone(second)
    page = as_("manager").get(reverse("import", args=[second.pk])).content.decode()
    assert "?import=" not in page


def test_the_list_is_scoped_like_any_other(second: ImportFile, people: Cast) -> None:
    assert phones(f"import={second.pk}", Scope(communities=frozenset([people.jinling.pk]))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import=12&did=new", "first told of by import #12"),
        ("import=12&did=ordered,changed", "known before and given new orders or with orders changed by import #12"),
        ("import=12", "first told of or known before and given new orders or with orders changed by import #12"),
    ],
)
def test_the_sentence_over_the_list_says_so(text: str, words: str) -> None:
    assert sentence.text(filters.from_query(QueryDict(text)), sentence.Names()) == words


@pytest.mark.parametrize("text", ["import=12&did=new,changed", "import=12"])
def test_the_words_read_back_the_same(text: str) -> None:
    asked = filters.from_query(QueryDict(text))
    assert (asked.to_query(), filters.from_text(asked.to_query())) == (text, asked)


@pytest.mark.parametrize("word", ["import=x", "import=-1", "did=gone"])
def test_a_word_that_means_nothing_is_left_out_and_named(word: str) -> None:
    asked = filters.from_query(QueryDict(word))
    assert (asked, asked.unread) == (Filters(), (word.split("=")[0],))
