"""postgresql://user:password@host:port/name -> the dictionary Django wants (pure)."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

EXAMPLE = "postgresql://opsdesk:password@localhost:5432/opsdesk"


def settings_of(url: str) -> dict[str, Any]:
    """HOST may also be given as ?host=/run/postgresql, for a unix socket; other query words go to the driver."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
