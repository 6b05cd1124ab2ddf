"""Accounts, roles and keys: each write one transaction, each leaving a line in the log."""

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from communities import queries
from communities.actions import write_log
from communities.models import Assignment, StaffMember
from communities.rules import Grant
from communities.staffing import queries as people
from communities.staffing import rules
from communities.staffing.passwords import one_time_password

_KEEPERS = 0x0F16  # advisory lock: two who take the last two managers away wait for one another


@transaction.atomic
def invite(*, username: str, name: str, by: StaffMember) -> tuple[StaffMember, str]:
    """A new account, and the password to hand over: shown once, kept nowhere, changed at the first sign-in."""
    password = one_time_password()
    member = StaffMember(username=username, name=name, password_is_temporary=True)
    member.set_password(password)
    member.save()
    _log(by, "invite", member)
    return member, password


@transaction.atomic
def rename(member: StaffMember, *, name: str, by: StaffMember) -> None:
    before = StaffMember.objects.values_list("name", flat=True).get(pk=member.pk)
    if before != name:
        member.name = name
        member.save(update_fields=["name"])
        _log(by, "change", member, changes={"name": [before, name]})


@transaction.atomic
def assign(assignment: Assignment, *, by: StaffMember) -> Assignment:
    """Give a role. Raises rules.NotAllowed for one's own, or for more than one holds oneself."""
    member = assignment.staff
    _may_change(member, by)
    if not rules.may_give(queries.grants_of(by), _grant(assignment)):
        raise rules.NotAllowed(rules.MORE_THAN_OWN)
    assignment.save()
    _log(by, "assign", member, role=assignment.role, place=_place(assignment))
    return assignment


@transaction.atomic
def unassign(assignment: Assignment, *, by: StaffMember) -> None:
    """Take a role away. Raises rules.NotAllowed where nobody would be left who can manage staff."""
    member = assignment.staff
    _may_change(member, by)
    _keepers_in_turn()
    place, role = _place(assignment), assignment.role
    assignment.delete()
    _somebody_must_stay()
    _log(by, "unassign", member, role=role, place=place)


@transaction.atomic
def close(member: StaffMember, *, by: StaffMember) -> None:
    """Shut an account: no sign-in, every session ended, every key revoked, at once."""
    _may_change(member, by)
    _keepers_in_turn()
    member.is_active = False
    member.save(update_fields=["is_active"])
    _somebody_must_stay()
    end_sessions(member)
    revoked = member.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    _log(by, "close", member, tokens_revoked=revoked)


@transaction.atomic
def reopen(member: StaffMember, *, by: StaffMember) -> None:
    """The account as it was, its password too; revoked keys stay revoked."""
    _may_change(member, by)
    member.is_active = True
    member.save(update_fields=["is_active"])
    _log(by, "reopen", member)


@transaction.atomic
def reset_password(member: StaffMember, *, by: StaffMember) -> str:
    """A new one-time password, shown once; whoever is signed in with the old one is not any more."""
    _may_change(member, by)
    password = one_time_password()
    member.set_password(password)
    member.password_is_temporary = True
    member.save(update_fields=["password", "password_is_temporary"])
    end_sessions(member)
    _log(by, "reset_password", member)
    return password


def end_sessions(member: StaffMember) -> int:
    """Forget every session of a person; how many. Sessions name nobody in a column, so all living ones are read."""
    living = Session.objects.filter(expire_date__gte=timezone.now())
    theirs = [s.pk for s in living.iterator() if s.get_decoded().get("_auth_user_id") == str(member.pk)]
    return Session.objects.filter(pk__in=theirs).delete()[0]


def _may_change(member: StaffMember, by: StaffMember) -> None:
    if member.pk == by.pk:
        raise rules.NotAllowed(rules.OWN_ROLES)
    theirs = queries.grants_of(member)
    if not by.is_superuser and (member.is_superuser or not rules.may_manage(queries.grants_of(by), theirs)):
        raise rules.NotAllowed(rules.OUT_OF_REACH)


def _grant(assignment: Assignment) -> Grant:
    station = assignment.station
    return Grant(
        assignment.role, assignment.community_id, assignment.station_id, station.community_id if station else None
    )


def _place(assignment: Assignment) -> str:
    return str(assignment.community or assignment.station or "")


def _keepers_in_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEEPERS])


def _somebody_must_stay() -> None:
    if not people.keeper_remains():
        raise rules.NotAllowed(rules.LAST_KEEPER)


def _log(by: StaffMember, verb: str, member: StaffMember, **detail: object) -> None:
    write_log(staff=by, verb=verb, thing="staff", thing_id=member.pk, detail={"name": str(member), **detail})
