"""The documents hold: every link leads somewhere, every setting that the code reads is written down."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("opsdesk", "communities", "users", "coupons", "campaigns")
ELSEWHERE = ("http://", "https://", "mailto:")
# Read by the project, but only by its own tests: without it the servers write to disk as they should.
FOR_TESTS = {"OPSDESK_ENGINES_FSYNC"}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"\bOPSDESK_[A-Z_]+[A-Z]\b")
READ = re.compile(r"\"((?:OPSDESK_[A-Z_]+[A-Z]|DATABASE_URL|REDIS_URL))\"")


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def links() -> Iterator[tuple[Path, str]]:
    for document in documents():
        for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
            if not target.startswith(ELSEWHERE):
                yield document, target


def anchors(document: Path) -> set[str]:
    """The headings of a document as addresses name them."""
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in HEADING.findall(text)}


def settings_read() -> set[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {name for path in files for name in READ.findall(path.read_text(encoding="utf-8"))} - FOR_TESTS


def text_of(*names: str) -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


@pytest.mark.parametrize(("document", "target"), list(links()), ids=lambda value: getattr(value, "name", value))
def test_a_link_of_a_document_leads_somewhere(document: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    found = (document.parent / path).resolve() if path else document
    assert found.exists(), f"{document.name} leads to {target}, which is not there"
    if anchor and found.suffix == ".md":
        assert anchor in anchors(found), f"{document.name} leads to {target}, which {found.name} has no heading for"


def test_every_document_is_named_in_the_readme() -> None:
    readme = text_of("README.md")
    named = [str(path.relative_to(ROOT)) for path in documents() if path.name != "README.md"]
    assert [name for name in named if name not in readme] == []


def test_the_readme_lists_every_setting_that_settings_read() -> None:
    read = set(READ.findall(text_of("opsdesk/settings.py")))
    listed = {line.split("`")[1] for line in text_of("README.md").splitlines() if line.startswith("| `")}
    assert read - listed == set()


def test_every_setting_that_any_file_reads_is_written_down() -> None:
    text = text_of("README.md", "docs/deploy.md")
    assert [name for name in sorted(settings_read()) if f"`{name}`" not in text] == []


def test_no_document_names_a_setting_that_nothing_reads() -> None:
    told = {name.removesuffix("_FILE") for name in SETTING.findall(text_of("README.md", "docs/deploy.md"))}
    containers = set(SETTING.findall(text_of("docker-compose.yml", "Dockerfile")))
    assert told - settings_read() - containers == set()
