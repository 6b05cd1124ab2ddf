"""One POST, and afterwards the one question that matters: may it have arrived?

No redirects, no proxies, no second try: a request that is repeated behind our back is a message sent twice.
"""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10.0
MOST_BYTES = 1024 * 1024


class NotReached(Exception):
    """No connection came about: nothing was handed over."""


class NoAnswer(Exception):
    """The request went out and no answer that proves anything came back: it may have been taken."""


def post(endpoint: str, query: str, headers: Mapping[str, str], body: bytes, seconds: float) -> dict[str, Any]:
    """The JSON object of any answer below 500."""
    connection = _connected(endpoint, seconds)
    try:
        connection.request("POST", f"/?{query}" if query else "/", body, dict(headers))
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    finally:
        connection.close()
    if answer.status >= 500:
        raise NoAnswer(f"HTTP {answer.status}")
    return _json(answer.status, content)


def _connected(endpoint: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=seconds)
    try:
        connection.connect()
    except OSError as error:
        raise NotReached(type(error).__name__) from error
    return connection


def _json(status: int, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise NoAnswer(f"HTTP {status} without JSON") from error
    if not isinstance(found, dict):
        raise NoAnswer(f"HTTP {status} without a JSON object")
    return found
