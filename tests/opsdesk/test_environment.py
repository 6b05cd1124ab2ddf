"""Settings from the environment: what is read, and the one line a bad one gets."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opsdesk.lib import environment

CODE = Path(__file__).resolve().parents[2]
POSTGRES = ("postgresql", "postgres")


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    def set_to(value: str | None) -> None:
        monkeypatch.delenv("THING_FILE", raising=False)
        monkeypatch.delenv("THING", raising=False)
        if value is not None:
            monkeypatch.setenv("THING", value)

    return set_to


@pytest.mark.parametrize(
    ("value", "read", "expected"),
    [
        ("  word ", lambda: environment.text("THING"), "word"),
        (None, lambda: environment.text("THING", default="else"), "else"),
        ("", lambda: environment.text("THING", default="else"), "else"),
        ("Yes", lambda: environment.flag("THING"), True),
        ("0", lambda: environment.flag("THING", default=True), False),
        (None, lambda: environment.flag("THING", default=True), True),
        ("12", lambda: environment.whole_number("THING"), 12),
        (None, lambda: environment.whole_number("THING", default=7), 7),
        ("a, b,,c ", lambda: environment.names("THING"), ["a", "b", "c"]),
        (None, lambda: environment.names("THING", default=""), []),
        ("postgres://u:p@h:1/n", lambda: environment.url("THING", POSTGRES), "postgres://u:p@h:1/n"),
        ("redis+socket:///r.sock", lambda: environment.url("THING", ("redis+socket",)), "redis+socket:///r.sock"),
        (None, lambda: environment.url("THING", POSTGRES, default=""), ""),
        ("/tmp", lambda: environment.folder("THING"), Path("/tmp")),
        ("here", lambda: environment.folder("THING"), Path.cwd() / "here"),
        ("x" * 50, lambda: environment.secret("THING", at_least=50), "x" * 50),
    ],
)
def test_a_good_setting_is_read_as_its_type(
    put: Callable[[str | None], None], value: str | None, read: Callable[[], object], expected: object
) -> None:
    put(value)
    assert read() == expected


@pytest.mark.parametrize(
    ("value", "read", "line"),
    [
        (None, lambda: environment.text("THING", example="word"), "Setting THING is missing. Example: THING=word"),
        (
            "maybe",
            lambda: environment.flag("THING"),
            "Setting THING is 'maybe', which is neither yes nor no. Example: THING=yes",
        ),
        (
            "1e3",
            lambda: environment.whole_number("THING", default=7),
            "Setting THING is '1e3', which is not a whole number. Example: THING=7",
        ),
        (
            "-4",
            lambda: environment.whole_number("THING", default=7),
            "Setting THING is '-4', which is not a whole number. Example: THING=7",
        ),
        (
            "0",
            lambda: environment.whole_number("THING", least=1, most=9),
            "Setting THING is 0, which is not between 1 and 9. Example: THING=1",
        ),
        (
            "two\nlines",
            lambda: environment.whole_number("THING"),
            "Setting THING is 'two\\nlines', which is not a whole number. Example: THING=0",
        ),
        (
            "mysql://u:secret@h/n",
            lambda: environment.url("THING", POSTGRES, example="postgres://h/n"),
            "Setting THING does not start with postgresql:// or postgres://. Example: THING=postgres://h/n",
        ),
        (
            "postgres://u:secret@h:port/n",
            lambda: environment.url("THING", POSTGRES),
            "Setting THING is not an address that can be read.",
        ),
        ("postgres://", lambda: environment.url("THING", POSTGRES), "Setting THING names no server."),
        (
            "/etc/hostname",
            lambda: environment.folder("THING", example="/data"),
            "Setting THING names /etc/hostname, which is a file and not a folder. Example: THING=/data",
        ),
        (
            "short",
            lambda: environment.secret("THING", at_least=50),
            "Setting THING is too short: 5 characters, at least 50.",
        ),
    ],
)
def test_a_bad_setting_gets_one_line_that_says_which_why_and_an_example(
    put: Callable[[str | None], None], value: str | None, read: Callable[[], object], line: str
) -> None:
    put(value)
    with pytest.raises(environment.BadSetting) as caught:
        read()
    assert str(caught.value) == line


def test_a_secret_comes_from_the_file_that_its_file_setting_names(
    put: Callable[[str | None], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(None)
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "secret"))
    assert environment.secret("THING") == "from the file"
    assert environment.given("THING")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "names {file}, which cannot be read: No such file or directory."),
        (b"", "names {file}, which is empty."),
        (b"\xff\xfe", "names {file}, which cannot be read: it is not text."),
    ],
)
def test_a_bad_secret_file_gets_one_line_too(
    put: Callable[[str | None], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: bytes | None,
    line: str,
) -> None:
    put(None)
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("THING_FILE", str(file))
    with pytest.raises(environment.BadSetting) as caught:
        environment.url("THING", POSTGRES)
    expected = f"Setting THING_FILE {line.format(file=file)} Example: THING_FILE=/run/secrets/value"
    assert str(caught.value) == expected


def test_a_secret_given_twice_is_refused(
    put: Callable[[str | None], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put("by itself")
    monkeypatch.setenv("THING_FILE", str(tmp_path))
    with pytest.raises(environment.BadSetting, match="given twice"):
        environment.secret("THING")


BAD = {"OPSDESK_PRODUCTION": "perhaps"}
MANAGE = [sys.executable, "manage.py", "check"]
WEB = [
    sys.executable,
    "-m",
    "gunicorn",
    "--config",
    "python:opsdesk.webserver",
    "--bind",
    "127.0.0.1:0",
    "opsdesk.wsgi",
]
WORKER = [sys.executable, "-m", "celery", "--app", "opsdesk", "worker"]


@pytest.mark.parametrize("command", [MANAGE, WEB, WORKER], ids=["manage.py", "gunicorn", "celery"])
def test_every_entry_stops_with_that_line_and_status_2(command: list[str], tmp_path: Path) -> None:
    ended = subprocess.run(
        command,
        cwd=CODE,
        env=os.environ | BAD | {"OPSDESK_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    line = "Setting OPSDESK_PRODUCTION is 'perhaps', which is neither yes nor no. Example: OPSDESK_PRODUCTION=yes\n"
    assert (ended.stderr, ended.stdout, ended.returncode) == (line, "", 2)
