"""`manage.py serve` for real: everything comes up, a dead worker comes back, and nothing is left behind."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsdesk.lib import engines
from opsdesk.lib.engines import processes
from opsdesk.lib.engines.places import places

pytestmark = pytest.mark.slow

CODE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for all of them: making the tables takes longer than a start."""
    folder = tmp_path_factory.mktemp("served") / "data"
    yield folder
    for pid in living(folder):
        os.kill(pid, signal.SIGKILL)
    engines.stop(folder)


def served(data_dir: Path, port: int) -> subprocess.Popen[str]:
    real = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    own = {"OPSDESK_DATA_DIR": str(data_dir), "OPSDESK_ENGINES_FSYNC": "off"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=CODE,
        env=real | own | {"DJANGO_SETTINGS_MODULE": "opsdesk.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_until(server: subprocess.Popen[str], beginning: str) -> list[str]:
    """The lines up to the one that begins so; fails with all of them when it never comes."""
    assert server.stdout is not None
    lines: list[str] = []
    for line in server.stdout:
        lines.append(line.rstrip())
        if line.startswith(beginning):
            return lines
    pytest.fail("\n".join(lines))


def living(data_dir: Path, word: str = "") -> list[int]:
    """Pids of the living processes that were started with this data folder and have the word in their command."""
    marker = f"OPSDESK_DATA_DIR={data_dir}\0".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = marker in (entry / "environ").read_bytes() and word.encode() in (entry / "cmdline").read_bytes()
        except (OSError, ProcessLookupError):
            continue
        if is_ours and processes.alive(int(entry.name)):
            found.append(int(entry.name))
    return found


def answer(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return int(response.status)


def test_a_dead_worker_comes_back_and_after_kill_9_the_next_start_recovers_and_ends_whole(data_dir: Path) -> None:
    """In one go: every start of the three processes takes longer than all that is asked of them."""
    port, next_port = free_port(), free_port()
    killed = served(data_dir, port)
    read_until(killed, f"Ready: http://127.0.0.1:{port}/")
    assert (answer(port, "/livez"), answer(port, "/readyz")) == (200, 200)
    os.kill(min(living(data_dir, "--concurrency")), signal.SIGKILL)
    read_until(killed, "worker ended with status -9")
    assert processes.until(lambda: bool(living(data_dir, "--concurrency")), 30)
    left = [pid for word in ("--concurrency", "gunicorn", "beat") for pid in living(data_dir, word)]
    killed.kill()
    server = served(data_dir, next_port)
    assert killed.wait() == -signal.SIGKILL
    assert processes.until(lambda: not any(map(processes.alive, left)), 30), "somebody was left behind"
    read_until(server, "Ready:")
    assert answer(next_port, "/readyz") == 200
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0
    assert processes.until(lambda: living(data_dir) == [], 20), "somebody was left behind"
    assert processes.listener(places(data_dir).postgres_socket) is None


def test_a_taken_port_is_one_clear_line(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = served(data_dir, port)
        said, _ = server.communicate(timeout=30)
    assert said == (
        f"CommandError: Cannot listen on 127.0.0.1:{port}: address already in use. "
        f"Example: manage.py serve --port {port + 1}\n"
    )
    assert server.returncode == 1
