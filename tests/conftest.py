"""Fixtures: the cast on its stage, a signed-in client for each, and the day on which every test plays."""

import datetime as dt
import gc
from collections import OrderedDict
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, TransactionTestCase
from django.utils import translation

from opsdesk.lib import engines, revisions
from tests import cast, emptying, hands, made_once, sessions

TODAY = dt.date(2018, 5, 7)  # a Monday


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files begin first, so that no core waits for the last of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Rubbish is looked for seldom, and not among what stays to the end: it took a fifth of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """A bare `pytest` starts the servers too; with `make test` they run already."""
    if settings.DATABASES["default"]["HOST"] != engines.addresses(settings.DATA_DIR).database["HOST"]:
        yield  # somebody named another server
        return
    with engines.using(settings.DATA_DIR):
        yield


@pytest.fixture(scope="session")
def _tables(
    django_db_modify_db_settings: None, django_db_blocker, tmp_path_factory, worker_id: str, testrun_uid: str
) -> made_once.Tables | None:
    if worker_id == "master":
        return None
    tables = made_once.Tables(tmp_path_factory.getbasetemp().parent / "tables.lock", f"made_{testrun_uid}")
    with django_db_blocker.unblock():
        tables.await_turn()
    return tables


@pytest.fixture(scope="session")
def django_db_setup(_tables: made_once.Tables | None, django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """As ever, but of several workers one alone runs the migrations."""
    if _tables:
        with django_db_blocker.unblock():
            _tables.keep()
    yield
    if _tables:
        with django_db_blocker.unblock():
            _tables.drop()


@pytest.fixture(scope="session", autouse=True)
def _quick_emptying() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.instead_of_flush)
        yield


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """Every test begins in the language of the settings, whichever the one before it asked a page in."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it find what the one before it read."""
    monkeypatch.setattr(revisions, "_results", OrderedDict())


@pytest.fixture(scope="module", autouse=True)
def _hands_go_home() -> Iterator[None]:
    yield
    hands.go_home()


@pytest.fixture
def today() -> dt.date:
    return TODAY


@pytest.fixture(scope="module")
def once_a_file(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """A transaction around all tests of a file, for a world that they share; each test is undone within it. The file
    names its own `people` then: those of that world."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def nothing_yet(db: None) -> None:
    """For a test of a file whose others share a world: as if it had never been."""
    emptying.empty()


@pytest.fixture
def people(db: None) -> cast.Cast:
    return cast.assemble()


@pytest.fixture
def as_(people: cast.Cast, client: Client):
    """`as_("manager").get(...)`: a client signed in as one of the cast."""

    def signed_in(username: str) -> Client:
        other = Client()
        other.cookies[settings.SESSION_COOKIE_NAME] = sessions.key_of_session(getattr(people, username))
        return other

    return signed_in
