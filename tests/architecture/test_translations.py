import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.architecture import messages

ROOT = Path(__file__).parents[2]
PLACES = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with (ROOT / "opsdesk/locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


def shown() -> dict[str, str]:
    """Message (singular) -> where it is shown."""
    found = [*messages.in_code(), *messages.in_templates()]
    return {(message if isinstance(message, str) else message[0]): where for message, where in found}


def test_every_message_has_its_chinese(chinese: Catalog) -> None:
    missing = {text: where for text, where in shown().items() if not (entry := chinese.get(text)) or not entry.string}
    assert missing == {}


def test_every_place_in_a_message_is_in_its_chinese_too(chinese: Catalog) -> None:
    wrong = []
    for entry in chinese:
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        allowed = set(PLACES.findall(" ".join(ids)))
        if entry.id and any(not set(PLACES.findall(text)) <= allowed for text in strings):
            wrong.append(entry.id)
    assert wrong == []


def test_no_chinese_is_kept_for_a_message_that_is_gone(chinese: Catalog) -> None:
    known = set(shown())
    stale = [
        entry.id
        for entry in chinese
        if entry.id and (entry.id if isinstance(entry.id, str) else entry.id[0]) not in known
    ]
    assert stale == []


def test_templates_hold_no_chinese() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search("[一-鿿]", path.read_text(encoding="utf-8"))
    ]
    assert found == []
