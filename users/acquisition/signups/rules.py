"""What one row of registrations or referrals says, and what it does to those who are known (pure). Times are naive
Asia/Shanghai."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.wording import gettext_noop as _
from users.acquisition.signups import aliases
from users.imports import columns, problems
from users.imports.cells import Context
from users.imports.problems import Problem

REGISTRATIONS, REFERRALS = "registrations", "referrals"
CREATED, UPDATED, UNCHANGED, REFUSED = OUTCOMES = ("created", "updated", "unchanged", "refused")
CHANNEL_CHARS = 40

NAMES = {REGISTRATIONS: aliases.REGISTRATIONS, REFERRALS: aliases.REFERRALS}
NEEDED = {REGISTRATIONS: ("phone", "registered_at"), REFERRALS: ("referrer", "referred")}
LABELS = {
    "phone": _("Phone"),
    "registered_at": _("Registered at"),
    "name": _("Name"),
    "channel": _("Channel"),
    "community": _("Community"),
    "address": _("Address"),
    "referrer": _("Referrer’s phone"),
    "referred": _("Phone of whom they brought"),
    "at": _("Brought at"),
}
# How a cell is read: the field of the order import that has the same shape.
_SHAPES = {"referrer": "phone", "referred": "phone", "at": "registered_at"}

_YOURS = _("Leave the row to whoever imports for that community.")
PROBLEMS = problems.PROBLEMS | {
    "time_missing": Problem(_("There is no time of registration."), _("Fill in the time, or leave the row out.")),
    "unknown_community": Problem(
        _("No community has this name."), _("Correct the name, or add it to the community’s other names.")
    ),
    "community_not_yours": Problem(_("The row belongs to a community for which you may not import."), _YOURS),
    "community_missing": Problem(
        _("Nothing in the row names a community, and you import for some communities only."),
        _("Fill in the community."),
    ),
    "referrer_unknown": Problem(
        _("Nobody here has the referrer’s number."), _("Import the referrer’s registration or orders first.")
    ),
    "referred_unknown": Problem(
        _("Nobody here has the number of whom they brought."), _("Import the registration first, then this row again.")
    ),
    "self_referral": Problem(_("Nobody brings themselves."), _("Correct one of the two numbers.")),
    "circle": Problem(
        _("The referrer was brought by this very customer, directly or through others."),
        _("Find out who came first and leave the other row out."),
    ),
    "brought_by_another": Problem(
        _("Somebody else is told to have brought this customer."), _("The first told stays; leave this row out.")
    ),
}


# -- Columns -----------------------------------------------------------------------------------------------------------


def recognise(kind: str, headers: tuple[str, ...]) -> dict[str, str]:
    """Header by field, each header once; a field's surest name first."""
    found: dict[str, str] = {}
    for key, names in NAMES[kind].items():
        ranks = {name: rank for rank, name in enumerate(names.split())}
        free = [header for header in headers if header and header not in found.values()]
        fitting = sorted((ranks[columns.folded(each)], each) for each in free if columns.folded(each) in ranks)
        found |= {key: fitting[0][1]} if fitting else {}
    return found


def kind_of(headers: tuple[str, ...]) -> str:
    """Referrals where a referrer is named, else registrations."""
    return REFERRALS if "referrer" in recognise(REFERRALS, headers) else REGISTRATIONS


def missing(kind: str, mapped: Mapping[str, str]) -> list[str]:
    return [key for key in NEEDED[kind] if key not in mapped]


# -- One row -----------------------------------------------------------------------------------------------------------


class Trouble(NamedTuple):
    """Why a row stays out: the field, its raw text, a code of PROBLEMS."""

    field: str
    value: str
    code: str


def read_row(kind: str, cells: Mapping[str, str], context: Context) -> tuple[dict[str, Any], list[Trouble]]:
    """Values by field, and everything wrong with them. Empty texts are "", an empty time is None."""
    values: dict[str, Any] = {}
    troubles = []
    for key, text in cells.items():
        try:
            values[key] = columns.BY_KEY[_SHAPES.get(key, key)].read(text, context)
        except BadValue as bad:
            troubles.append(Trouble(key, text, bad.code))
    if kind == REGISTRATIONS and values.get("registered_at", True) is None:
        troubles.append(Trouble("registered_at", "", "time_missing"))
    return values, troubles


# -- A registration ----------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """What is told of a customer."""

    registered_at: datetime | None
    name: str = ""
    channel: str = ""
    community_id: int | None = None
    address: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody as known so far: id None until they are written. `since`, `by`: the registration told before."""

    id: int | None
    told: Told
    since: datetime | None = None
    by: str = ""


def register(known: Person | None, row: Told) -> tuple[str, Person]:
    """The outcome of a row and the person after it. The earliest time holds with its channel; what orders or people
    have said before stays, gaps are filled."""
    if known is None:
        return CREATED, Person(None, row, row.registered_at, row.channel)
    earlier = known.since is None or (row.registered_at is not None and row.registered_at < known.since)
    now = replace(
        known,
        told=_filled(known.told, row),
        since=row.registered_at if earlier else known.since,
        by=(row.channel or known.by) if earlier else (known.by or row.channel),
    )
    return (UNCHANGED if now == known else UPDATED), now


def _filled(told: Told, row: Told) -> Told:
    times = [at for at in (told.registered_at, row.registered_at) if at is not None]
    filled = told._replace(
        registered_at=min(times, default=None),
        name=told.name or row.name,
        channel=told.channel or row.channel,
        community_id=told.community_id if told.community_id is not None else row.community_id,
    )
    if told.address:
        return filled
    return filled._replace(address=row.address, building=row.building, unit=row.unit, room=row.room)


# -- A referral --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bond:
    """Who brought somebody, and when."""

    referrer: int
    at: datetime | None = None


def refer(
    bonds: Mapping[int, Bond], referrer: int | None, referred: int | None, at: datetime | None
) -> tuple[str, str, Bond | None]:
    """(outcome, code of PROBLEMS where refused, the bond after it) for one row; ids None where nobody is known."""
    code = _refusal(bonds, referrer, referred)
    if code or referrer is None or referred is None:
        return REFUSED, code, None
    standing = bonds.get(referred)
    if standing is None:
        return CREATED, "", Bond(referrer, at)
    if at is not None and (standing.at is None or at < standing.at):
        return UPDATED, "", Bond(referrer, at)
    return UNCHANGED, "", standing


def _refusal(bonds: Mapping[int, Bond], referrer: int | None, referred: int | None) -> str:
    if referrer is None:
        return "referrer_unknown"
    if referred is None:
        return "referred_unknown"
    if referrer == referred:
        return "self_referral"
    if referred in bonds and bonds[referred].referrer != referrer:
        return "brought_by_another"
    return "circle" if closes_a_circle(bonds, referrer, referred) else ""


def closes_a_circle(bonds: Mapping[int, Bond], referrer: int, referred: int) -> bool:
    """Whether the referrer goes back to the referred, however many steps away."""
    seen: set[int] = set()
    at: int | None = referrer
    while at is not None and at not in seen:
        if at == referred:
            return True
        seen.add(at)
        at = bonds[at].referrer if at in bonds else None
    return False
