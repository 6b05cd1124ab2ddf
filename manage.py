#!/usr/bin/env python
"""The command line: runs a command with the servers it needs, starting and stopping our own where none are named."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.management import execute_from_command_line

from opsdesk.lib import engines, environment

# They touch neither the database nor Redis.
_WITHOUT_SERVERS: Final = frozenset(
    {"build_assets", "check", "collectstatic", "compile_messages", "findstatic", "help", "makemessages", "spectacular"}
)


def main(arguments: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsdesk.settings")
    with environment.stop_on_bad_setting():
        data_dir = settings.DATA_DIR
    postgres, redis = not environment.given("DATABASE_URL"), not environment.given("REDIS_URL")
    with contextlib.ExitStack() as stack:
        if _needs_servers(arguments) and (postgres or redis):
            try:
                stack.enter_context(engines.using(data_dir, postgres=postgres, redis=redis))
            except engines.EngineError as problem:
                sys.exit(str(problem))
        execute_from_command_line(list(arguments))


def _needs_servers(arguments: Sequence[str]) -> bool:
    words = list(arguments[1:])
    if not words or {"--help", "-h", "--version"} & set(words):
        return False
    return words[0] not in _WITHOUT_SERVERS or "--database" in words


if __name__ == "__main__":
    try:
        main(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
