"""python -m opsdesk.lib.engines COMMAND…: run a command with servers of its own on a throw-away data folder.

The command finds the folder in OPSDESK_DATA_DIR; servers and folder are gone when it has ended, however it ended.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from opsdesk.lib import engines


def main(command: Sequence[str]) -> int:
    # Ctrl-C reaches the command by itself (same terminal); we wait for it to end as it likes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with tempfile.TemporaryDirectory(prefix="opsdesk-", ignore_cleanup_errors=True) as folder:
        data_dir = Path(folder)
        os.environ |= {"OPSDESK_DATA_DIR": folder, "OPSDESK_ENGINES_FSYNC": "off"}
        with engines.using(data_dir):
            return _run(command)


def _run(command: Sequence[str]) -> int:
    process = subprocess.Popen(command, preexec_fn=_with_ctrl_c)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    return process.wait()


def _with_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
    except engines.EngineError as problem:
        sys.exit(str(problem))
    sys.exit(status if status >= 0 else 128 - status)
