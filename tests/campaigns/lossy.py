"""A bad line: a small TCP proxy that loses answers after the server has got the request, or is cut altogether.

with lossy.line(live_server.port, share=0.3, seed=1) as line:
    http.client.HTTPConnection("127.0.0.1", line.port)
    line.is_cut = True          # from now on nothing gets through, not even a request
"""

import random
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_KEEP = re.compile(rb"\r\n(?:connection|keep-alive|proxy-connection):[^\r]*", re.IGNORECASE)
_SECONDS = 60


class Line:
    """`share` of the answers to requests whose first line holds `only` is lost; `passed` and `lost` count those."""

    def __init__(self, upstream: int, share: float, seed: int, only: str) -> None:
        self.upstream, self.share, self.only = upstream, share, only.encode()
        self.is_cut = False
        self.passed = self.lost = 0
        self._dice, self._lock = random.Random(seed), threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._door.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        while True:
            try:
                client, _address = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _carry(self, client: socket.socket) -> None:
        """One request of one connection; the browser opens another for the next."""
        client.settimeout(_SECONDS)
        try:
            request = _request(client)
            if self.is_cut or not request:
                return _hang_up(client)
            answer = self._ask(request)
            if self.is_cut or self._is_lost(request):
                return _hang_up(client)
            client.sendall(answer)
        except OSError:
            pass
        client.close()
        return None

    def _ask(self, request: bytes) -> bytes:
        head, _end, body = request.partition(b"\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=_SECONDS) as server:
            server.sendall(_KEEP.sub(b"", head) + b"\r\nConnection: close\r\n\r\n" + body)
            return b"".join(iter(lambda: server.recv(65536), b""))

    def _is_lost(self, request: bytes) -> bool:
        if self.only not in request.partition(b"\r\n")[0]:
            return False
        with self._lock:
            lost = self._dice.random() < self.share
            self.lost += lost
            self.passed += not lost
        return lost


def _request(client: socket.socket) -> bytes:
    """Head and body; empty when the connection is closed unused."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = client.recv(65536)
        if not part:
            return b""
        got += part
    head = got.partition(b"\r\n\r\n")[0]
    length = _LENGTH.search(head)
    whole = len(head) + 4 + (int(length[1]) if length else 0)
    while len(got) < whole:
        part = client.recv(65536)
        if not part:
            return b""
        got += part
    return got


def _hang_up(client: socket.socket) -> None:
    """As a line that breaks: the other side sees a reset, not an empty answer."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@contextmanager
def line(upstream: int, *, share: float = 0.3, seed: int = 0, only: str = "") -> Iterator[Line]:
    """A line to this port of this machine."""
    opened = Line(upstream, share, seed, only)
    thread = threading.Thread(target=opened.serve, daemon=True)
    thread.start()
    try:
        yield opened
    finally:
        opened.close()
        thread.join(5)
