"""What a provider of text messages is to us: it takes a text and says what is known of it afterwards."""

from dataclasses import dataclass
from typing import Any, Protocol

from opsdesk.lib import phones

LONGEST_ERROR = 200


@dataclass(frozen=True)
class Text:
    """One text to one phone; `reference` is our own number for it, which receipts bring back."""

    phone: str
    text: str
    reference: str

    def __repr__(self) -> str:
        return f"Text({phones.mask(self.phone)}, {self.reference})"


@dataclass(frozen=True)
class Receipt:
    """What is known after handing a text over: taken (`ok`), refused, or `unknown`: it may have been taken.

    `again`: it was certainly not taken and for a reason that passes, so it may be handed over once more.
    """

    ok: bool
    provider_id: str = ""
    error: str = ""
    unknown: bool = False
    again: bool = False


@dataclass(frozen=True)
class Delivery:
    """A provider's later word on one message: did the phone get it? `reference`: our own number, if brought back."""

    provider_id: str
    delivered: bool
    error: str = ""
    reference: str = ""


class Provider(Protocol):
    """`name` is kept with every message; `send` never raises for anything the network or the provider does."""

    @property
    def name(self) -> str: ...

    def send(self, message: Text) -> Receipt: ...

    def deliveries(self, report: Any) -> list[Delivery]:
        """What a delivery report says, its JSON read already. ValueError when it is none."""


def taken(provider_id: str) -> Receipt:
    return Receipt(ok=True, provider_id=provider_id)


def refused(code: str, message: str, again: bool = False) -> Receipt:
    return Receipt(ok=False, error=told(f"{code}: {message}"), again=again)


def unknown(why: str) -> Receipt:
    return Receipt(ok=False, error=told(why), unknown=True)


def told(text: str) -> str:
    """Fit to be kept and shown: short, one line, no phone in it."""
    return phones.mask_within(" ".join(text.split()))[:LONGEST_ERROR]
