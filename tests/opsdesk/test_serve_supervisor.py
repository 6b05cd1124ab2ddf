"""The supervisor with small children: restarts, giving up, and an end that leaves nobody behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsdesk.lib.engines import processes

CODE = Path(__file__).resolve().parents[2]
# Keeps the children given as NAME=COMMAND and says what it says.
KEEP = """
import sys
from opsdesk.lib import supervisor
supervisor.FIRST_PAUSE_SECONDS = 0.02
commands = {name: ["sh", "-c", command] for name, _, command in (word.partition("=") for word in sys.argv[1:])}
kept = supervisor.Supervisor(commands, lambda line: print(line, flush=True))
sys.exit(0 if kept.run(on_tick=lambda: None) else 3)
"""

# Dies of kill -9 in the moment it has started its child.
KILLED_AT_THE_START = """
import os, signal
from opsdesk.lib import supervisor
start = supervisor.Child.start
def start_and_die(*args):
    start(*args)
    os.kill(os.getpid(), signal.SIGKILL)
supervisor.Child.start = start_and_die
supervisor.Supervisor({"worker": ["sh", "-c", "echo $$ > $0; exec sleep 60", os.environ["TOLD"]]}, print).run(print)
"""

GUARD = """
import sys
from opsdesk.lib import guard
guard.GRACE_SECONDS = 0.3
guard.end(guard.listen(sys.stdin))
"""


class Kept:
    """A supervisor in a process of its own."""

    def __init__(self, **commands: str) -> None:
        words = [f"{name}={command}" for name, command in commands.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-c", KEEP, *words], cwd=CODE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip()

    def lines(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.read().splitlines()


@pytest.fixture
def kept() -> Iterator[list[Kept]]:
    started: list[Kept] = []
    yield started
    for each in started:
        each.process.kill()
        each.process.wait()


def pid_in(line: str) -> int:
    return int(line.rpartition(" ")[2])


def test_a_childs_lines_carry_its_name(kept: list[Kept]) -> None:
    kept.append(Kept(web="echo one; echo; echo two >&2; sleep 60"))
    assert [kept[0].line(), kept[0].line()] == ["web    | one", "web    | two"]


def test_a_child_that_dies_is_started_again_and_what_it_left_is_ended(kept: list[Kept]) -> None:
    kept.append(Kept(worker="sleep 61 & echo left $!; echo main $$; sleep 60"))
    left, main = pid_in(kept[0].line()), pid_in(kept[0].line())
    os.kill(main, signal.SIGKILL)
    assert kept[0].line().startswith("worker ended with status -9 after ")
    assert pid_in(kept[0].line()) != left
    assert processes.until(lambda: not processes.alive(left), 20)


def test_a_child_that_always_dies_at_once_stops_everything(kept: list[Kept]) -> None:
    kept.append(Kept(beat="echo cannot; exit 4", web="echo $$; exec sleep 60"))
    lines = kept[0].lines()
    assert kept[0].process.wait(20) == 3
    assert lines.count("beat   | cannot") == 5
    assert sum(line.startswith("beat ended with status 4 after ") for line in lines) == 5
    web = next(pid_in(line) for line in lines if line.startswith("web"))
    assert not processes.alive(web)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_child_and_lets_it_finish(kept: list[Kept], number: signal.Signals) -> None:
    kept.append(Kept(worker="trap 'echo finished; exit 0' TERM; echo $$; sleep 61 & wait"))
    main = pid_in(kept[0].line())
    kept[0].process.send_signal(number)
    assert kept[0].lines() == ["worker | finished"]
    assert kept[0].process.wait(20) == 0
    assert not processes.alive(main)


def test_nobody_lingers_when_the_supervisor_is_killed(kept: list[Kept]) -> None:
    kept.append(Kept(worker="sleep 61 & echo $!; echo $$; wait"))
    pids = [pid_in(kept[0].line()), pid_in(kept[0].line())]
    kept[0].process.kill()
    assert processes.until(lambda: not any(processes.alive(pid) for pid in pids), 20)


def test_nobody_lingers_when_the_supervisor_is_killed_the_moment_it_started_a_child(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    told_in = os.environ | {"TOLD": str(told)}
    died = subprocess.run([sys.executable, "-c", KILLED_AT_THE_START], cwd=CODE, env=told_in)
    assert died.returncode == -signal.SIGKILL
    assert processes.until(lambda: told.exists() and told.read_text() != "", 20)
    assert processes.until(lambda: not processes.alive(int(told.read_text())), 20)


def test_a_child_that_ignores_the_end_is_killed_by_the_guard() -> None:
    stubborn = subprocess.Popen(["sh", "-c", "trap '' TERM; echo up; sleep 60"], stdout=-1, start_new_session=True)
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    heard = f"+{stubborn.pid}\n+1234567\n-1234567\n"
    subprocess.run([sys.executable, "-c", GUARD], cwd=CODE, input=heard, text=True, check=True)
    assert stubborn.wait(20) == -signal.SIGKILL
