"""What stood before a file was written, and to whom it did what, packed: kept in the place of the file itself, for
taking it back and for the lists of its people. (Pure.)"""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from users.acquisition.signups.rules import Told


@dataclass(frozen=True)
class Before:
    """people: what customers were and became; told: registrations that were there (customer, at, channel, file, made);
    bonds: the time (None: not told) of referrals that were there; did: whose row had which outcome."""

    people: dict[int, tuple[Told, Told]] = field(default_factory=dict)
    told: list[tuple[int, datetime, str, int, bool]] = field(default_factory=list)
    bonds: dict[int, datetime | None] = field(default_factory=dict)
    did: dict[str, list[int]] = field(default_factory=dict)


def packed(before: Before) -> bytes:
    plain = {
        "people": [[number, list(was), list(now)] for number, (was, now) in before.people.items()],
        "told": [list(one) for one in before.told],
        "bonds": list(before.bonds.items()),
        "did": before.did,
    }
    return gzip.compress(json.dumps(plain, ensure_ascii=False, default=datetime.isoformat).encode())


def unpacked(content: bytes) -> Before:
    plain: Mapping[str, Any] = json.loads(gzip.decompress(content))
    return Before(
        {number: (_told(was), _told(now)) for number, was, now in plain["people"]},
        [(number, datetime.fromisoformat(at), *rest) for number, at, *rest in plain["told"]],
        {referred: datetime.fromisoformat(at) if at else None for referred, at in plain["bonds"]},
        plain.get("did", {}),
    )


def did(content: bytes) -> dict[str, list[int]]:
    """Only whose row had which outcome: lists of people ask for it on every page."""
    told: dict[str, list[int]] = json.loads(gzip.decompress(content)).get("did", {})
    return told


def _told(values: Iterable[Any]) -> Told:
    at, *rest = values
    return Told(datetime.fromisoformat(at) if at else None, *rest)


def restored(was: Told, became: Told, now: Told) -> Told:
    """Field by field what was, unless something else has been said since."""
    return Told._make(old if new == here else here for old, new, here in zip(was, became, now, strict=True))
