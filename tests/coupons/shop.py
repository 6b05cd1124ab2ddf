"""A shop that listens on this machine: it keeps what it hears, checks the signature, and answers as it is told."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opsdesk.lib.webhook import Target

SECRET = "a secret that only the shop knows as well"


class Shop:
    """`heard`: bodies of good signature. `answer`: status, `None` says nothing until the caller has gone away."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.forged = 0
        self.answer: int | None = 200
        self.says = b'{"ok": true}'
        self.headers: dict[str, str] = {}
        self.on_call: Callable[[], object] = lambda: None
        self.let_go = threading.Event()
        self.target = Target("", SECRET)

    def hear(self, signed: str, body: bytes) -> None:
        at, _comma, digest = signed.removeprefix("t=").partition(",v1=")
        good = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(good, digest):
            self.heard.append(json.loads(body))
        else:
            self.forged += 1


@contextmanager
def open_shop(seconds: float = 10.0) -> Iterator[Shop]:
    shop = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    shop.target = Target(f"http://127.0.0.1:{server.server_port}/coupons", SECRET, seconds)
    try:
        yield shop
    finally:
        shop.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.hear(self.headers["X-Opsdesk-Signature"], body)
            shop.on_call()
            if shop.answer is None:
                shop.let_go.wait(10)
                return
            self.send_response(shop.answer)
            for name, value in shop.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(shop.says)

        def log_message(self, *_said: object) -> None:
            """Quiet."""

    return Handler
