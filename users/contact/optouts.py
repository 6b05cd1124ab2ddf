"""A file of wishes (phone, channel, allowed): read at once, the good rows kept, every bad one told with its line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from django.db import transaction

from communities.actions import write_log
from communities.models import StaffMember
from communities.scoping import Scope
from opsdesk.lib import csvfile, encodings, filesource, magic, phones, plaintext, xlsxfile
from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.filesource import Source
from opsdesk.lib.limits import MEGABYTE, Limits
from opsdesk.lib.unreadable import UnreadableFile
from opsdesk.lib.words import N_
from users.contact import actions, aliases
from users.contact.models import WishChange
from users.customers.models import Customer

LIMITS = Limits(stored_bytes=2 * MEGABYTE, unpacked_bytes=16 * MEGABYTE, xlsx_bytes=2 * MEGABYTE, columns=50)
MOST = 2000  # rows; a longer list is sent in parts
SEPARATORS = ",;\t"

REASONS = {
    "phone": N_("this is no mobile number"),
    "unknown": N_("no customer in your reach has this phone"),
    "channel": N_("this channel is not known"),
    "allowed": N_("this is neither yes nor no"),
    "twice": N_("said twice in this file, and not the same"),
}


class Wish(NamedTuple):
    line: int
    phone: str
    subject: str
    channel: str
    allowed: bool


class Bad(NamedTuple):
    """A row that was left out: its line, a key of REASONS, what stood there (masked)."""

    line: int
    reason: str
    text: str


@dataclass
class Told:
    """What became of a file."""

    changed: int = 0
    same: int = 0
    bad: list[Bad] = field(default_factory=list)


@transaction.atomic
def keep(file: IO[bytes], name: str, scope: Scope, by: StaffMember) -> Told:
    """Keep what a file says of customers in reach. UnreadableFile: nothing was kept."""
    told = Told()
    wishes = _agreeing(_read(file, told), told)
    everybody = Customer.objects.visible_to(scope).filter(phone__in={wish.phone for wish in wishes})
    customers = {customer.phone: customer for customer in everybody}
    for wish in wishes:
        _keep(wish, customers.get(wish.phone), by, told)
    told.bad.sort()
    detail = {"changed": told.changed, "same": told.same, "refused": len(told.bad)}
    write_log(staff=by, verb="upload", thing="wishes", detail=detail, reason=phones.mask_within(name))
    return told


def _keep(wish: Wish, customer: Customer | None, by: StaffMember, told: Told) -> None:
    if customer is None:
        told.bad.append(Bad(wish.line, "unknown", phones.mask(wish.phone)))
        return
    change = actions.change_wish(
        customer=customer, subject=wish.subject, channel=wish.channel, allowed=wish.allowed,
        way=WishChange.Way.IMPORT, by=by,
    )  # fmt: skip
    if change is None:
        told.same += 1
    else:
        told.changed += 1


def _agreeing(wishes: Iterator[Wish], told: Told) -> list[Wish]:
    """Each wish once; of those that contradict another, none."""
    found: dict[tuple[str, str, str], list[Wish]] = {}
    for wish in wishes:
        found.setdefault((wish.phone, wish.subject, wish.channel), []).append(wish)
    for same in found.values():
        if len({wish.allowed for wish in same}) > 1:
            told.bad += [Bad(wish.line, "twice", phones.mask(wish.phone)) for wish in same]
    return [same[0] for same in found.values() if len({wish.allowed for wish in same}) == 1]


# -- Reading ---------------------------------------------------------------------------------------------------------


def _read(file: IO[bytes], told: Told) -> Iterator[Wish]:
    with filesource.opened(file, LIMITS) as source, _rows(source) as rows:
        columns = _columns(next(rows, (1, [])))
        for count, (line, cells) in enumerate((row for row in rows if any(row[1])), start=1):
            if count > MOST:
                raise UnreadableFile("too_many_rows", limit=MOST)
            found = _wish(line, [_cell(cells, place) for place in columns])
            if isinstance(found, Bad):
                told.bad.append(found)
            else:
                yield found


@contextmanager
def _rows(source: Source) -> Iterator[Iterator[csvfile.Row]]:
    """(line, cells) of every row of the first sheet or of the text."""
    if magic.kind_of(source.head()) == "xlsx":
        with xlsxfile.opened(source) as sheet:
            yield ((line, list(cells)) for line, cells in sheet.rows)
        return
    encoding = encodings.detect(source)
    first = source.head().decode(encodings.codec_of(encoding), "replace").partition("\n")[0]
    yield csvfile.rows(source, encoding, max(SEPARATORS, key=first.count))


def _columns(head: csvfile.Row) -> list[int]:
    """Where phone, channel and allowed stand. UnreadableFile names those that are missing."""
    keys = [aliases.key_of(plaintext.tidy(cell), aliases.COLUMNS) for cell in head[1]]
    missing = [key for key in aliases.COLUMNS if key not in keys]
    if missing:
        raise UnreadableFile("columns_missing", names=", ".join(missing))
    return [keys.index(key) for key in aliases.COLUMNS]


def _cell(cells: list[str], place: int) -> str:
    return plaintext.tidy(cells[place]) if place < len(cells) else ""


def _wish(line: int, cells: list[str]) -> Wish | Bad:
    phone_text, channel_text, allowed_text = cells
    try:
        phone = phones.read(phone_text)
    except BadValue:
        return Bad(line, "phone", _shown(phone_text))
    channel = aliases.key_of(channel_text, aliases.CHANNELS)
    if not channel:
        return Bad(line, "channel", _shown(channel_text))
    allowed = aliases.allowed_of(allowed_text)
    if allowed is None:
        return Bad(line, "allowed", _shown(allowed_text))
    if channel in WishChange.Subject.values:
        return Wish(line, phone, channel, "", allowed)
    return Wish(line, phone, WishChange.Subject.CHANNEL, channel, allowed)


def _shown(text: str) -> str:
    return phones.mask_loose(text)[:40]
