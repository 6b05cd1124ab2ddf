import http.client
import socket
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from opsdesk.demo import crew
from opsdesk.lib import supervisor

_PORT_SECONDS: Final = 2.0  # a server that was just told to end may still hold the port

_AS_ROOT: Final = "ignore:You're running the worker with superuser"  # Celery's advice; a demo may well be root's


class Command(BaseCommand):
    help = (
        "Prepares the database and the static files, then runs web server, Celery worker and Celery beat until "
        "Ctrl-C or SIGTERM. Starts our own PostgreSQL and Redis unless DATABASE_URL and REDIS_URL name others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default 8000)")
        parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo world first")

    def handle(self, *, host: str, port: int, demo: bool, **options: Any) -> None:
        _refuse_taken_port(host, port)
        self._prepare(demo=demo)
        connections.close_all()
        announce = self._announcer(host, port, demo=demo)
        kept = supervisor.Supervisor(_commands(host, port), self._say)
        if not kept.run(on_tick=announce):
            raise CommandError(
                "Stopped: a process died again and again right after its start; its lines above say why."
            )
        self._say("Stopped.")

    def _prepare(self, *, demo: bool) -> None:
        self._say("Preparing the database and the static files ...")
        call_command("prepare", stdout=self.stdout)
        if demo and not get_user_model().objects.exists():
            self._say("Filling the empty database with the demo world; this is done once ...")
            call_command("seed_demo", stdout=self.stdout)

    def _announcer(self, host: str, port: int, *, demo: bool) -> Callable[[], None]:
        """Called again and again; says once, when the web server answers, where it is and who may sign in."""
        said = False

        def announce() -> None:
            nonlocal said
            if said or not _answers(host, port):
                return
            said = True
            self._say(f"\nReady: http://{_reachable(host)}:{port}/   (Ctrl-C stops everything)")
            for role, username, password in crew.sign_ins() if demo else []:
                self._say(f"  {role:<20} {username:<12} {password}")

        return announce

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _port(word: str) -> int:
    if not (word.isdigit() and 0 < int(word) < 65536):
        raise ArgumentTypeError("a port is a number from 1 to 65535, for example 8000")
    return int(word)


def _commands(host: str, port: int) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    celery = [sys.executable, "-W", _AS_ROOT, "-m", "celery", "--app", "opsdesk", "--quiet"]
    at = ["--loglevel", "WARNING"]  # beat and worker would tell of every tick
    return {
        "web": [*python, "gunicorn", "--config", "python:opsdesk.webserver", "--bind", bind, "opsdesk.wsgi"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", *at],
        "beat": [*celery, "beat", "--schedule", str(settings.DATA_DIR / "beat-schedule"), "--pidfile", "", *at],
    }


def _refuse_taken_port(host: str, port: int) -> None:
    deadline = time.monotonic() + _PORT_SECONDS
    while problem := _why_not(host, port):
        if time.monotonic() > deadline:
            raise CommandError(f"Cannot listen on {host}:{port}: {problem}. Example: manage.py serve --port {port + 1}")
        time.sleep(0.2)


def _why_not(host: str, port: int) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return (problem.strerror or str(problem)).lower()
    return ""


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
