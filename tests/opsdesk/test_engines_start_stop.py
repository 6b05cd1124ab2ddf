"""The servers of a data folder, really started and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from opsdesk.lib import engines
from opsdesk.lib.engines import leases, processes
from opsdesk.lib.engines.places import Places, places

HOLD = """
import sys
from pathlib import Path
from opsdesk.lib import engines
with engines.using(Path(sys.argv[1])):
    print("up", flush=True)
    sys.stdin.read()
"""
CODE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was used once; making one takes longer than a test."""
    folder = tmp_path_factory.mktemp("made") / "data"
    with engines.using(folder):
        pass
    return folder


@pytest.fixture
def empty_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OPSDESK_ENGINES_FSYNC", "off")
    yield tmp_path / "data"
    engines.stop(tmp_path / "data")


@pytest.fixture
def data_dir(made: Path, empty_dir: Path) -> Path:
    subprocess.run(["cp", "-a", made, empty_dir], check=True)
    return empty_dir


def listeners(place: Places) -> tuple[int | None, int | None]:
    return processes.listener(place.postgres_socket), processes.listener(place.redis_socket)


def all_gone(place: Places) -> bool:
    return listeners(place) == (None, None)


def ask(data_dir: Path, sql: str) -> object:
    database = engines.addresses(data_dir).database
    connection = psycopg2.connect(
        host=database["HOST"], port=database["PORT"], user=database["USER"], dbname=database["NAME"]
    )
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def holder(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that uses the servers until its standard input closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir)],
        cwd=CODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def test_an_empty_folder_gets_both_servers_and_the_last_user_stops_them(empty_dir: Path) -> None:
    with engines.using(empty_dir) as addresses:
        assert ask(empty_dir, "SELECT current_database()") == "opsdesk"
        assert ask(empty_dir, "SHOW data_checksums") == "on"
        assert ask(empty_dir, "SHOW listen_addresses") == ""
        assert ask(empty_dir, "SHOW server_encoding") == "UTF8"
        assert redis.Redis.from_url(addresses.redis_url).config_get("appendonly") == {"appendonly": "yes"}
        with engines.using(empty_dir):
            pass
        assert ask(empty_dir, "SELECT 1") == 1, "an inner user that leaves must not stop them"
    assert all_gone(places(empty_dir))


def test_what_was_written_is_there_at_the_next_start(data_dir: Path) -> None:
    with engines.using(data_dir) as addresses:
        ask(data_dir, "CREATE TABLE kept AS SELECT 7 AS n")
        redis.Redis.from_url(addresses.redis_url).set("kept", "7")
    with engines.using(data_dir) as addresses:
        assert ask(data_dir, "SELECT n FROM kept") == 7
        assert redis.Redis.from_url(addresses.redis_url).get("kept") == b"7"


def test_only_the_wanted_server_is_started(data_dir: Path) -> None:
    with engines.using(data_dir, postgres=False):
        postgres, redis_pid = listeners(places(data_dir))
    assert postgres is None
    assert redis_pid


def test_two_processes_share_the_servers_and_the_second_to_leave_stops_them(data_dir: Path) -> None:
    place = places(data_dir)
    other = holder(data_dir)
    before = listeners(place)
    with engines.using(data_dir):
        assert listeners(place) == before
        other.communicate("")
        assert listeners(place) == before
    assert all_gone(place)


def test_the_servers_stop_when_their_last_user_is_killed(data_dir: Path) -> None:
    other = holder(data_dir)
    place = places(data_dir)
    assert not all_gone(place)
    other.kill()
    other.wait()
    assert processes.until(lambda: all_gone(place), 10)


def test_ctrl_c_reaches_the_user_and_not_the_servers(data_dir: Path) -> None:
    other = holder(data_dir)
    with engines.using(data_dir):
        os.killpg(other.pid, signal.SIGINT)
        assert other.wait(10) != 0
        assert ask(data_dir, "SELECT 1") == 1


def test_after_kill_9_of_everything_the_next_start_recovers(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSDESK_ENGINES_FSYNC")
    place = places(data_dir)
    other = holder(data_dir)
    ask(data_dir, "CREATE TABLE kept AS SELECT 7 AS n")
    keeper = processes_of("opsdesk.lib.engines.keeper", data_dir)
    for pid in (*keeper, other.pid, *listeners(place)):
        assert pid
        os.kill(pid, signal.SIGKILL)
    other.wait()
    assert (place.postgres / "postmaster.pid").exists(), "the stale file that this is about"
    with engines.using(data_dir):
        assert ask(data_dir, "SELECT n FROM kept") == 7
        assert leases.is_watched(place) or processes.until(lambda: leases.is_watched(place), 20)


def test_a_stale_pid_that_another_process_got_does_not_hinder(data_dir: Path) -> None:
    place = places(data_dir)
    with engines.using(data_dir):
        stale = (place.postgres / "postmaster.pid").read_text().splitlines()
    stale[0], stale[2] = str(os.getppid()), "1000000000"
    (place.postgres / "postmaster.pid").write_text("\n".join(stale) + "\n")
    place.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)  # a long path has them elsewhere, gone with the server
    (place.sockets / f"{place.postgres_socket.name}.lock").write_text("\n".join(stale) + "\n")
    with engines.using(data_dir):
        assert ask(data_dir, "SELECT 1") == 1


def test_a_server_whose_socket_was_removed_is_started_anew(data_dir: Path) -> None:
    place = places(data_dir)
    other = holder(data_dir)
    out_of_reach, _redis = listeners(place)
    place.postgres_socket.unlink()
    with engines.using(data_dir):
        assert ask(data_dir, "SELECT 1") == 1
        assert listeners(place)[0] != out_of_reach
        other.communicate("")


def test_a_folder_made_half_by_a_killed_start_is_made_anew(empty_dir: Path) -> None:
    half = places(empty_dir).home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    half.parent.chmod(0o700)
    with engines.using(empty_dir, redis=False):
        assert ask(empty_dir, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_gets_a_short_folder_of_its_own(empty_dir: Path) -> None:
    long = empty_dir / ("深" * 20) / ("x" * 60)
    sockets = places(long).sockets
    assert len(str(sockets / ".s.PGSQL.5432.lock").encode()) <= 107
    with engines.using(long):
        assert ask(long, "SELECT 1") == 1
        assert sockets.parent.stat().st_mode & 0o777 == 0o700
    assert not sockets.parent.exists()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(data_dir: Path) -> None:
    place = places(data_dir)
    with engines.using(data_dir, redis=False):
        pass
    with (place.postgres / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(engines.EngineError, match=r"(?s)did not start.*no_such_setting"):
        engines.using(data_dir, redis=False).__enter__()
    assert leases.held(place) == []


def test_a_second_user_finds_the_servers_and_waits_for_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = places(data_dir)
    with engines.using(data_dir):
        first = listeners(place)
        with monkeypatch.context() as patched:
            patched.setattr(time, "sleep", lambda _seconds: pytest.fail("waited"))
            entered = engines.using(data_dir)
            entered.__enter__()
        assert listeners(place) == first
        entered.__exit__(None, None, None)


def processes_of(word: str, data_dir: Path) -> list[int]:
    """Pids of the processes whose command line has the word and the folder; waits for the first a little."""
    found: list[int] = []

    def look() -> bool:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if word in command and str(data_dir) in command:
                found.append(int(entry.name))
        return bool(found)

    processes.until(look, 20)
    return found
