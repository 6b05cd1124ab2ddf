"""A written file taken back whole. What others have built on since stays, and is told."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib import sql
from users.acquisition.models import Referral, Registration, SignupImport
from users.acquisition.signups import actions, befores, queries, rules, writing_sql
from users.acquisition.signups.actions import CHANGED, NotNow
from users.acquisition.signups.befores import Before
from users.customers.models import Customer
from users.imports import inuse

State = SignupImport.State
STAYS_KEPT = 500  # ids of those who stay that are kept, for the list


@dataclass(frozen=True)
class Undone:
    """gone: customers that the file had made; restored: what was said of them is as before; stays: made by it, and used
    since; referrals: that it had told."""

    gone: int = 0
    restored: int = 0
    stays: tuple[int, ...] = ()
    referrals: int = 0


@transaction.atomic
def take_back(file: SignupImport, by: StaffMember | None) -> Undone:
    """NotNow when it is not in, or another import writes."""
    file = SignupImport.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state != State.DONE or file.content is None:
        raise NotNow(CHANGED)
    actions.take_turn()
    before = befores.unpacked(bytes(file.content))
    done = _people(file, before) if file.kind == rules.REGISTRATIONS else _bonds(file, before)
    told = {"gone": done.gone, "restored": done.restored, "stays": len(done.stays), "referrals": done.referrals}
    file.mapping = {**file.mapping, "undone": {**told, "ids": list(done.stays[:STAYS_KEPT])}}
    file.state, file.undone_at, file.content = State.UNDONE, Now(), None
    file.save(update_fields=["mapping", "state", "undone_at", "content"])
    write_log(staff=by, verb="undo", thing="signups", thing_id=file.pk, detail={"file": file.name, **told})
    return done


def _people(file: SignupImport, before: Before) -> Undone:
    mine = dict(sql.rows(writing_sql.OF_FILE, file=file.pk))
    Registration.objects.filter(file=file).delete()
    again = [told for told in before.told if told[0] in mine]
    columns = list(zip(*again, strict=True)) or [()] * 5
    sql.run(
        writing_sql.TOLD_BEFORE, **dict(zip(("ids", "at", "channel", "files", "made"), map(list, columns), strict=True))
    )
    restored = _restore(before)
    made = [number for number, was_made in mine.items() if was_made and number not in before.people]
    used = inuse.used(Customer, made) | {number for (number,) in sql.rows(writing_sql.WITH_ORDERS, ids=made)}
    gone = [number for number in made if number not in used]
    sql.run(writing_sql.REMOVE_CUSTOMERS, ids=gone)
    return Undone(len(gone), restored, tuple(sorted(used)))


def _restore(before: Before) -> int:
    """Customers that were known before: each field as it was, where nothing else has been said since."""
    everybody = Customer.objects.unscoped("an import taken back restores whom it changed")
    phones = list(everybody.filter(pk__in=before.people).values_list("phone", flat=True))
    here = {person.id: person.told for person in queries.people(phones).values() if person.id is not None}
    back = {
        number: befores.restored(*before.people[number], told)
        for number, told in here.items()
        if befores.restored(*before.people[number], told) != told
    }
    if back:
        actions.write_known(back, here)
    return len(back)


def _bonds(file: SignupImport, before: Before) -> Undone:
    for referred, at in before.bonds.items():
        Referral.objects.filter(pk=referred).update(at=queries.aware(at))
    gone, _each = Referral.objects.filter(file=file).delete()
    return Undone(referrals=gone, restored=len(before.bonds))
