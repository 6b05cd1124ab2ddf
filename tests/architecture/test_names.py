from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("opsdesk", "communities", "users", "coupons", "campaigns")
DRAWERS = {"utils", "helpers", "common", "core", "misc", "manager", "base", "signals", "services"}


def code() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def written_in(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_says_what_it_holds() -> None:
    assert [written_in(path) for path in code() if path.stem in DRAWERS] == []


def test_a_file_stays_short() -> None:
    lines = {written_in(path): len(path.read_text(encoding="utf-8").splitlines()) for path in code()}
    assert {path: many for path, many in lines.items() if many > 400} == {}


def test_rules_do_not_ask_the_clock() -> None:
    asking = [
        written_in(path)
        for path in code()
        if path.name == "rules.py" and any(word in path.read_text() for word in ("today()", ".now(", "time.time("))
    ]
    assert asking == []


# Data of the business: names of columns as exports write them, ways of writing an address, the made-up city.
CHINESE_IS_DATA = (
    *("opsdesk/demo/", "opsdesk/bench/", "opsdesk/lib/"),
    *("users/imports/", "users/customers/addresses", "users/contact/aliases", "users/acquisition/signups/aliases"),
    *("users/acquisition/spend_aliases", "users/retention/variable_aliases"),
)


def test_chinese_lives_in_translations_and_data() -> None:
    found = [
        f"{written_in(path)}:{number}"
        for path in code()
        if not written_in(path).startswith(CHINESE_IS_DATA)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any("一" <= sign <= "鿿" for sign in line)
    ]
    assert found == []
