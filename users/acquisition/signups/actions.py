"""Everything that is done to a file of registrations or referrals.

    file = receive(content, "members.csv", by, today=today)     read and worked out, nothing written   -> ready
    remap(file, columns, day_order, today=today)                read another way                       -> ready
    commit(file, by, today=today)                               written whole, in one transaction      -> done
    let_go(file, by)                                            never written                          -> let go
    undoing.take_back(file, by)                                 as if it had never been                -> undone

While a file is in, its `content` is what stood before it and whom it told of (befores.py) instead of the file.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from communities import queries as places
from communities import rules as roles
from communities.actions import write_log
from communities.models import StaffMember
from communities.scoping import Scope
from opsdesk.lib import sql
from opsdesk.lib.words import N_
from users.acquisition.models import SignupImport, SignupProblem
from users.acquisition.signups import befores, planning, queries, reading, rules, writing_sql
from users.acquisition.signups.befores import Before
from users.acquisition.signups.planning import Plan
from users.acquisition.signups.reading import Look
from users.acquisition.signups.rules import Person, Told
from users.imports import problems, storage, turns
from users.purchases import actions as purchases
from users.purchases.models import UNASSIGNED

State = SignupImport.State
PROBLEMS_SHOWN = 300  # characters of a cell that are kept


class NotNow(Exception):
    """The file is in no state for this; the text is an English msgid."""


CHANGED = N_("This file cannot be changed now.")
BUSY = N_("Another import is being written. Try again in a minute.")
UNMAPPED = N_("Choose the columns first.")


def reach_of(by: StaffMember | None) -> Scope:
    """Where they may import today; on nobody's behalf everywhere."""
    return Scope(everywhere=True) if by is None else Scope.of(roles.grants_for(places.grants_of(by), roles.IMPORT))


@transaction.atomic
def receive(content: bytes, name: str, by: StaffMember | None, *, today: date, kind: str = "") -> SignupImport:
    """Keep a file and work out what it would do. UnreadableFile when there is nothing to read in it; an empty `kind` is
    found by the columns."""
    shown = storage.shown_name(name)
    how = reading.look(content, shown, today=today, kind=kind)
    file = SignupImport(kind=how.kind, name=shown, digest=hashlib.sha256(content).hexdigest(), content=content, by=by)
    _work_out(file, how)
    write_log(staff=by, verb="upload", thing="signups", thing_id=file.pk, detail={"file": shown, "kind": file.kind})
    return file


@transaction.atomic
def remap(file: SignupImport, columns: dict[str, str], day_order: str, *, today: date) -> SignupImport:
    """Read it with these columns; the kind stays."""
    file = _ready(file)
    file.mapping = {"columns": columns, "day_order": day_order}
    _work_out(file, look_of(file, today))
    return file


def look_of(file: SignupImport, today: date) -> Look:
    told = file.mapping
    return reading.look(
        bytes(file.content or b""), file.name, today=today, kind=file.kind, columns=told["columns"],
        day_order=told["day_order"],
    )  # fmt: skip


def _work_out(file: SignupImport, how: Look) -> Plan:
    """Counts and problems of the file as it would be written now."""
    headers = list(how.seen.headers)
    file.mapping = {"columns": how.columns, "day_order": how.context.day_order, "headers": headers}
    plan = Plan() if how.missing else planning.plan(bytes(file.content or b""), how, reach_of(file.by))
    _count(file, plan.counts)
    file.save()
    _keep_problems(file, how, plan)
    return plan


def _count(file: SignupImport, counts: Counter[str]) -> None:
    file.rows = sum(counts.values())
    file.created, file.updated = counts[rules.CREATED], counts[rules.UPDATED]
    file.unchanged, file.refused = counts[rules.UNCHANGED], counts[rules.REFUSED]


def _keep_problems(file: SignupImport, how: Look, plan: Plan) -> None:
    SignupProblem.objects.filter(file=file).delete()
    SignupProblem.objects.bulk_create(
        (
            SignupProblem(
                file=file,
                line=row.line,
                column=how.columns.get(trouble.field, "")[:80],
                value=problems.shown(trouble.value, "phone" if is_phone(trouble.field) else trouble.field),
                reason=rules.PROBLEMS[trouble.code].reason,
                params={"code": trouble.code, "field": trouble.field},
                cells=[cell[:PROBLEMS_SHOWN] for cell in row.cells] if n == 0 else [],
            )
            for row, troubles in plan.refused
            for n, trouble in enumerate(troubles)
        ),
        batch_size=2000,
    )


def is_phone(field: str) -> bool:
    return field in ("phone", "referrer", "referred")


@transaction.atomic
def commit(file: SignupImport, by: StaffMember | None, *, today: date) -> SignupImport:
    """Write all good rows as they are worked out now. NotNow when it is written already, or another import writes."""
    file = _ready(file)
    take_turn()
    how = look_of(file, today)
    if how.missing:
        raise NotNow(UNMAPPED)
    plan = _work_out(file, how)
    before = _write_people(file, plan) if file.kind == rules.REGISTRATIONS else _write_bonds(file, plan)
    file.content, file.state, file.done_at = befores.packed(before), State.DONE, Now()
    file.save(update_fields=["content", "state", "done_at"])
    counts = {name: getattr(file, name) for name in ("rows", *rules.OUTCOMES)}
    write_log(staff=by, verb="commit", thing="signups", thing_id=file.pk, detail={"file": file.name, **counts})
    file.refresh_from_db()
    return file


def take_turn() -> None:
    """Nothing else imports until this transaction ends; nobody waits."""
    if not sql.value("SELECT pg_try_advisory_xact_lock(%(key)s)", key=turns.LOCK):
        raise NotNow(BUSY)


def _write_people(file: SignupImport, plan: Plan) -> Before:
    fresh = {phone: person for phone, person in plan.after.items() if person.id is None}
    known = {person.id: person for person in plan.after.values() if person.id is not None}
    was = {person.id: person.told for person in plan.before.values() if person.id in known}
    told = sql.rows(writing_sql.TOLD_NOW, ids=list(known))
    made = dict(
        sql.rows(writing_sql.NEW_CUSTOMERS, phones=list(fresh), **columns_of(one.told for one in fresh.values()))
    )
    write_known({number: person.told for number, person in known.items()}, was)
    registered = {made[phone]: person for phone, person in fresh.items()} | known
    _write_registrations(file, registered, set(made.values()))
    changed = {number: (was[number], person.told) for number, person in known.items()}
    ids = made | {phone: person.id for phone, person in plan.before.items() if person.id is not None}
    return Before(changed, told=[(number, at, *rest) for number, at, *rest in told], did=_did(plan, ids))


def _did(plan: Plan, ids: Mapping[Any, int]) -> dict[str, list[int]]:
    """Customers by the outcome of their rows."""
    found: dict[str, list[int]] = {}
    for who, outcome in plan.people.items():
        if who in ids:
            found.setdefault(outcome, []).append(ids[who])
    return found


def _write_registrations(file: SignupImport, people: dict[int, Person], made: set[int]) -> None:
    sql.run(
        writing_sql.REGISTRATIONS,
        file=file.pk,
        ids=list(people),
        at=[queries.aware(person.since) for person in people.values()],
        channel=[person.by for person in people.values()],
        made=[number in made for number in people],
    )


def write_known(people: dict[int, Told], was: dict[int, Told]) -> None:
    """Customers become what is told of them; the days of those who got or lost a community move along."""
    sql.run(writing_sql.KNOWN_CUSTOMERS, ids=list(people), **columns_of(people.values()))
    moved = {number for number, told in people.items() if told.community_id != was[number].community_id}
    buyers = [number for (number,) in sql.rows(writing_sql.WITH_DAYS, ids=list(moved))] if moved else []
    if buyers:
        refreshed = purchases.refresh(buyers)
        left = {was[number].community_id or UNASSIGNED for number in buyers}
        purchases.refresh_rollups(left - set(refreshed.places))


def columns_of(people: Iterable[Told]) -> dict[str, list[Any]]:
    """The fields of Told as the arrays that the statements take."""
    rows = [told._replace(registered_at=queries.aware(told.registered_at)) for told in people]
    return {name: [getattr(row, name) for row in rows] for name in Told._fields}


def _write_bonds(file: SignupImport, plan: Plan) -> Before:
    sql.run(
        writing_sql.REFERRALS,
        file=file.pk,
        referred=list(plan.bonds),
        referrer=[bond.referrer for bond in plan.bonds.values()],
        at=[queries.aware(bond.at) for bond in plan.bonds.values()],
    )
    were = {number: plan.bonds_before[number].at for number in plan.bonds if number in plan.bonds_before}
    return Before(bonds=were, did=_did(plan, {int(who): int(who) for who in plan.people}))


@transaction.atomic
def let_go(file: SignupImport, by: StaffMember | None) -> SignupImport:
    file = _ready(file)
    file.state, file.content = State.LET_GO, None
    file.save(update_fields=["state", "content"])
    write_log(staff=by, verb="let_go", thing="signups", thing_id=file.pk, detail={"file": file.name})
    return file


def _ready(file: SignupImport) -> SignupImport:
    found = SignupImport.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if found.state != State.READY:
        raise NotNow(CHANGED)
    return found
