"""An import refreshes while the night rebuilds: one after the other, or an old reading would overwrite a new one."""

import threading

import pytest
from django.db import connection, transaction

from tests import factories
from users.purchases import actions
from users.purchases.models import CustomerDay


def rebuild_elsewhere() -> threading.Thread:
    def rebuild() -> None:
        try:
            actions.rebuild()
        finally:
            connection.close()

    thread = threading.Thread(target=rebuild)
    thread.start()
    return thread


@pytest.fixture
def bought(transactional_db: None) -> None:
    factories.make_order(customer=factories.make_customer(), at="2018-05-01 12:00")


def test_the_night_waits_for_an_import_that_writes(bought: None) -> None:
    with transaction.atomic():
        actions.refresh_rollups([0])  # an import in the middle of its refresh
        night = rebuild_elsewhere()
        night.join(0.5)
        assert night.is_alive()
    night.join(10)
    assert CustomerDay.objects.count() == 1


def test_without_the_lock_it_would_not_wait(bought: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        actions.refresh_rollups([0])
        monkeypatch.setattr(actions, "_LOCK", actions._LOCK + 1)
        night = rebuild_elsewhere()
        night.join(10)
        assert not night.is_alive()
