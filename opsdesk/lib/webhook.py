"""A signed POST to the one address that the environment names: no redirect, no proxy, no second try, no way inside.

The header of the signature is `t=SECONDS,v1=HEX`, HEX = HMAC-SHA256(secret, "SECONDS." + body).
"""

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from opsdesk.lib import environment
from opsdesk.lib.environment import BadSetting
from opsdesk.lib.sms.posting import NoAnswer, NotReached

URL, SECRET = "OPSDESK_SHOP_WEBHOOK_URL", "OPSDESK_SHOP_WEBHOOK_SECRET"
EXAMPLE = "https://shop.example.com/opsdesk/coupons"
SIGNATURE = "X-Opsdesk-Signature"
SECONDS = 10.0
MOST_BYTES = 64 * 1024
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(Exception):
    """The host's name leads to an address that is not of the public internet: nothing was sent."""


@dataclass(frozen=True, repr=False)
class Target:
    url: str
    secret: str
    seconds: float = SECONDS


def from_environment() -> Target | None:
    """None: nothing is set up. Plain http is for this machine itself only, which the setting has to name."""
    url = environment.url(URL, ("https", "http"), "", EXAMPLE)
    if not url:
        return None
    parts = urlsplit(url)
    if parts.username is not None or parts.fragment or not parts.hostname:
        raise BadSetting(URL, "must be a host and a path only", EXAMPLE)
    if parts.scheme != "https" and not is_this_machine(parts.hostname):
        raise BadSetting(URL, "does not start with https://", EXAMPLE)
    secret = environment.secret(SECRET, at_least=32, example="32 characters or more that only the shop knows as well")
    return Target(url, secret)


def is_this_machine(host: str) -> bool:
    """Whether it is written as what it is: `localhost`, or an address of the loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether it is of the public internet; what wraps an older address in a newer one is not."""
    found = ipaddress.ip_address(address)
    if found.is_multicast or not found.is_global:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return True
    return found not in NAT64 and not (found.ipv4_mapped or found.sixtofour or found.teredo)


def signature(secret: str, at: int, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def post(target: Target, body: bytes, at: int) -> tuple[int, str]:
    """Status (below 500) and text of the answer. Raises Forbidden and NotReached, when nothing was handed over, and
    NoAnswer, when nobody knows: late, cut off, or an error of the server."""
    parts = urlsplit(target.url)
    line = _connected(parts, target.seconds)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = line
    late = threading.Timer(target.seconds, _cut, [line])
    late.start()
    try:
        status, text = _asked(connection, parts, body, signature(target.secret, at, body))
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    finally:
        late.cancel()
        connection.close()
    if status >= 500:
        raise NoAnswer(f"HTTP {status}")
    return status, text


def _asked(connection: http.client.HTTPConnection, parts: SplitResult, body: bytes, signed: str) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", SIGNATURE: signed, "User-Agent": "opsdesk", "Connection": "close"}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read(MOST_BYTES).decode("utf-8", "replace")


def _cut(line: socket.socket) -> None:
    """An answer that drips is cut off too: each read alone would never be late."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _connected(parts: SplitResult, seconds: float) -> socket.socket:
    """A line to the very address that was looked at: a name that leads elsewhere a moment later leads nowhere."""
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
        if not is_this_machine(host) and not is_public(address):
            raise Forbidden(host)
        line = socket.create_connection((address, port), seconds)
        if parts.scheme != "https":
            return line
        return _wrapped(line, host)
    except (OSError, UnicodeError) as error:
        raise NotReached(type(error).__name__) from error


def _wrapped(line: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except OSError:
        line.close()
        raise
