"""A process beside the servers that stops them when their last user is gone, however it went, kill -9 included.

It sleeps in the kernel on the lock of one user after the other and polls nothing.
"""

import os
import sys
from pathlib import Path

from opsdesk.lib.engines import leases, servers
from opsdesk.lib.engines.places import Places, places


def keep(place: Places) -> None:
    with leases.gate(place):
        watch = leases.go_on_watch(place)
    while watch is not None:
        with leases.gate(place):
            users = leases.held(place)
            if not users:
                servers.stop(place)
                os.close(watch)
                return
        leases.wait_for(users[0])


if __name__ == "__main__":
    try:
        keep(places(Path(sys.argv[1])))
    except FileNotFoundError:
        sys.exit(0)  # the data folder has been removed, its servers stopped before
