"""One event as a device tells it, read strictly: each field of its type and size, or the words that say why not."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from campaigns.drives.outcomes import OUTCOMES
from opsdesk.lib import phones, plaintext
from opsdesk.lib.words import N_

SHANGHAI = ZoneInfo("Asia/Shanghai")
BIGGEST = 2**63 - 1
NOTE_MOST, PRODUCT_MOST, AMOUNT_MOST = 300, 120, 10**9
YEARS = range(1970, 2100)  # a phone whose battery was empty believes in 1970
DIGITS_MOST = 19
WITH_COUPON = ("ordered", "interested")


class Unread(ValueError):
    """`field`: the one that cannot be used ("": the whole event); `message`: an English msgid."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


@dataclass(frozen=True)
class Told:
    """One outcome, correction or undo. `corrects`: the uuid of the event it puts right or takes back; `amount` in fen;
    `outcome` is "" with an undo. No field holds a whole phone."""

    uuid: UUID
    task_id: int
    outcome: str = ""
    corrects: UUID | None = None
    undoes: bool = False
    note: str = ""
    product: str = ""
    amount: int | None = None
    give_coupon: bool = False
    later_at: datetime | None = None
    device_at: datetime | None = None
    many: bool = False

    def as_data(self) -> dict[str, Any]:
        """As JSON can keep it; `read` makes the same of it again."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @property
    def digest(self) -> str:
        return digest_of(self.as_data())


def digest_of(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def read(data: Any) -> Told:
    """The event in these fields; those left out are as if nothing was said. Raises Unread."""
    told = Told(**fields_of(data, READERS, {"uuid", "task_id"}))
    if told.undoes:
        _check_undo(told)
    elif told.outcome not in OUTCOMES:
        raise Unread("outcome", N_("This is not one of the outcomes."))
    _check_extras(told)
    return told


def fields_of(data: Any, readers: Mapping[str, Callable[[str, Any], Any]], needed: set[str]) -> dict[str, Any]:
    """Each field by its reader. A field nobody knows is refused: one mistyped would be lost otherwise."""
    if not isinstance(data, Mapping):
        raise Unread("", N_("An event is an object with fields."))
    said = {name: value for name, value in data.items() if name != "type" and value is not None}
    for name in said:
        if name not in readers:
            raise Unread(shown(name)[:40], N_("This field is not known here."))
    for name in sorted(needed - set(said)):
        raise Unread(name, N_("This field is missing."))
    return {name: readers[name](name, value) for name, value in said.items()}


def _check_undo(told: Told) -> None:
    if told.outcome:
        raise Unread("outcome", N_("What is taken back has no outcome."))
    if told.corrects is None:
        raise Unread("corrects", N_("Say which event is taken back."))


def _check_extras(told: Told) -> None:
    if told.amount is not None and told.outcome != "ordered":
        raise Unread("amount", N_("Only an order has an amount."))
    if told.give_coupon and told.outcome not in WITH_COUPON:
        raise Unread("give_coupon", N_("A coupon goes with an order or with interest."))
    if told.later_at and told.outcome != "later":
        raise Unread("later_at", N_("Only “come again later” has a time."))


# -- Fields ----------------------------------------------------------------------------------------------------------


def uuid_of(field: str, value: Any) -> UUID:
    try:
        if isinstance(value, UUID):
            return value
        if isinstance(value, str) and len(value) == 36 and value.isascii():
            return UUID(value)
    except ValueError:
        pass
    raise Unread(field, N_("This is not a UUID."))


def number_of(field: str, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= BIGGEST:
        raise Unread(field, N_("This is not a number that there is."))
    return value


def flag_of(field: str, value: Any) -> bool:
    if type(value) is not bool:
        raise Unread(field, N_("This is neither true nor false."))
    return value


def moment_of(field: str, value: Any) -> datetime:
    """An ISO moment; one without a zone is Shanghai's."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        if at.astimezone(UTC).year in YEARS:
            return at
    except (TypeError, ValueError, OverflowError):
        pass
    raise Unread(field, N_("This is not a moment as 2026-11-23T18:05:00+08:00."))


def word_of(field: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 20:
        raise Unread(field, N_("This is not a word that is known here."))
    return value


def text_of(most: int) -> Callable[[str, Any], str]:
    """Free text of at most so many characters, tidied, with every phone in it masked."""

    def read_text(field: str, value: Any) -> str:
        if not isinstance(value, str) or "\0" in value or is_broken(value):
            raise Unread(field, N_("This is not text."))
        if len(value) > most:
            raise Unread(field, N_("This text is too long."))
        return phones.mask_within(plaintext.tidy(value))

    return read_text


def is_broken(text: str) -> bool:
    """Half of a sign that needs two: JSON may hold it, no database can."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _amount_of(field: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= AMOUNT_MOST:
        raise Unread(field, N_("This is not an amount in fen."))
    return value


READERS: dict[str, Callable[[str, Any], Any]] = {
    "uuid": uuid_of, "task_id": number_of, "outcome": word_of, "corrects": uuid_of, "undoes": flag_of,
    "note": text_of(NOTE_MOST), "product": text_of(PRODUCT_MOST), "amount": _amount_of, "give_coupon": flag_of,
    "later_at": moment_of, "device_at": moment_of, "many": flag_of,
}  # fmt: skip


# -- What a device sends, and what is kept of what cannot be read -----------------------------------------------------


def parse(raw: bytes) -> Any:
    """JSON as a device sends it. A number too long to be one stays text, so that only its own event is refused.
    Raises ValueError."""
    try:
        return json.loads(raw, parse_int=_number, parse_constant=str)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _number(text: str) -> int | str:
    return int(text) if len(text) <= DIGITS_MOST + 1 else text[: DIGITS_MOST + 1]


def opened(body: Any, name: str, most: int) -> tuple[datetime | None, list[Any]]:
    """When the device says it sends, and its events under this name. Raises ValueError when they are no list of at
    most so many. A clock that cannot be read is none: the events come first."""
    events = body.get(name) if isinstance(body, dict) else None
    if not isinstance(events, list) or len(events) > most:
        raise ValueError(name)
    try:
        return moment_of("sent_at", body.get("sent_at")), events
    except Unread:
        return None, events


KEPT_FIELDS, KEPT_MOST = 20, 300
WHY = "!"  # beside what is kept: the field that cannot be used, and the msgid that says why


def kept(data: Any) -> dict[str, Any]:
    """What is kept of an event that could not be read: its first fields as short text, phones masked."""
    if not isinstance(data, Mapping):
        return {"": shown(data)}
    return {shown(name)[:40]: _as_told(value) for name, value in list(data.items())[:KEPT_FIELDS]}


def _as_told(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else shown(value)


def shown(value: Any) -> str:
    """Any value as short text that a database takes and that shows no phone. What has an own shape is not written
    out: it may be of any depth."""
    if isinstance(value, list | dict):
        return "[…]" if isinstance(value, list) else "{…}"
    text = str(value)[: KEPT_MOST * 4].encode("utf-8", "replace").decode()
    return phones.mask_within(plaintext.tidy(text))[:KEPT_MOST]
