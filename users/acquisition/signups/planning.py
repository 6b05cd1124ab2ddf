"""Everything that a file would do, worked out before a row is written: the same for the preview and the commit."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from communities.scoping import Scope
from users.acquisition.signups import queries, reading, rules
from users.acquisition.signups.reading import Look, Row
from users.acquisition.signups.rules import Bond, Person, Told, Trouble
from users.imports import queries as imports
from users.imports.places import Gazetteer

Values = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """A row with its values, or with everything that is wrong with it."""

    row: Row
    values: Values
    troubles: list[Trouble]


@dataclass
class Plan:
    """Outcomes of all rows, in their order; who changes, as they were and as they will be; who brought whom. `people`:
    the weightiest outcome of each, by phone; of referrals by the id of whom was brought."""

    outcomes: list[str] = field(default_factory=list)
    refused: list[tuple[Row, list[Trouble]]] = field(default_factory=list)
    before: dict[str, Person] = field(default_factory=dict)
    after: dict[str, Person] = field(default_factory=dict)
    bonds_before: dict[int, Bond] = field(default_factory=dict)
    bonds: dict[int, Bond] = field(default_factory=dict)
    people: dict[str | int, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.outcomes)

    def take(self, who: str | int, outcome: str) -> None:
        self.outcomes.append(outcome)
        self.people[who] = min(outcome, self.people.get(who, outcome), key=rules.OUTCOMES.index)

    def refuse(self, row: Row, troubles: list[Trouble]) -> None:
        self.outcomes.append(rules.REFUSED)
        self.refused.append((row, troubles))


def plan(content: bytes, how: Look, scope: Scope) -> Plan:
    """`scope`: where whoever sends the file may import."""
    return _planned([_read(row, how) for row in reading.rows(content, how)], how.kind, scope)


def first_rows(content: bytes, how: Look, scope: Scope, most: int) -> list[tuple[Read, str]]:
    """The first rows with their outcomes, which no later row can change; a refused one carries all its troubles."""
    told = [_read(row, how) for row in islice(reading.rows(content, how), most)]
    made = _planned(told, how.kind, scope)
    why = {row.line: troubles for row, troubles in made.refused}
    return [
        (Read(read.row, read.values, why.get(read.row.line, [])), outcome)
        for read, outcome in zip(told, made.outcomes, strict=True)
    ]


def _planned(told: list[Read], kind: str, scope: Scope) -> Plan:
    made = Plan()
    _PLANS[kind](made, told, scope)
    return made


def _read(row: Row, how: Look) -> Read:
    if row.code:
        return Read(row, {}, [Trouble("", "", row.code)])
    return Read(row, *rules.read_row(how.kind, row.fields, how.context))


# -- Registrations -----------------------------------------------------------------------------------------------------


def _registrations(made: Plan, told: list[Read], scope: Scope) -> None:
    good = [read for read in told if not read.troubles]
    gazetteer = imports.gazetteer()
    made.before = queries.people({read.values["phone"] for read in good})
    now = dict(made.before)
    for read in told:
        row, trouble = (None, None) if read.troubles else _told(read.values, gazetteer, now, scope)
        if row is None:
            made.refuse(read.row, read.troubles or ([trouble] if trouble else []))
            continue
        phone = read.values["phone"]
        outcome, now[phone] = rules.register(now.get(phone), row)
        made.take(phone, outcome)
    made.after = {phone: person for phone, person in now.items() if person != made.before.get(phone)}


def _told(
    values: Values, gazetteer: Gazetteer, now: dict[str, Person], scope: Scope
) -> tuple[Told | None, Trouble | None]:
    """What the row tells, or why it stays out."""
    cell, address = values.get("community", ""), values.get("address", "")
    if gazetteer.named(cell).unknown:
        return None, Trouble("community", cell, "unknown_community")
    place = gazetteer.place(cell, "", address)
    known = now.get(values["phone"])
    home = known.told.community_id if known and known.told.community_id is not None else place.community_id
    if not scope.sees_community(home):
        return None, Trouble("community", cell, "community_missing" if home is None else "community_not_yours")
    at = values["registered_at"].at
    return Told(
        at, values.get("name", ""), values.get("channel", ""), place.community_id, address, place.building, place.unit,
        place.room,
    ), None  # fmt: skip


# -- Referrals ---------------------------------------------------------------------------------------------------------


def _referrals(made: Plan, told: list[Read], scope: Scope) -> None:
    good = [read for read in told if not read.troubles]
    ids = queries.ids({read.values[key] for read in good for key in ("referrer", "referred")}, scope)
    made.bonds_before = queries.bonds(ids.values())
    now = dict(made.bonds_before)
    for read in told:
        if read.troubles:
            made.refuse(read.row, read.troubles)
            continue
        referrer, referred = ids.get(read.values["referrer"]), ids.get(read.values["referred"])
        at = read.values.get("at")
        outcome, code, bond = rules.refer(now, referrer, referred, at.at if at else None)
        if bond is None or referred is None:
            key = "referrer" if code in ("referrer_unknown", "circle") else "referred"
            made.refuse(read.row, [Trouble(key, read.row.fields.get(key, ""), code)])
            continue
        made.take(referred, outcome)
        now[referred] = bond
    made.bonds = {referred: bond for referred, bond in now.items() if bond != made.bonds_before.get(referred)}


_PLANS: dict[str, Callable[[Plan, list[Read], Scope], None]] = {
    rules.REGISTRATIONS: _registrations,
    rules.REFERRALS: _referrals,
}
