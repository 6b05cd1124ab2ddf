"""How often a person may do a thing: counted in the log of what staff did."""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from communities.models import StaffAct, StaffMember
from opsdesk.lib import limits


class TooMany(Exception):
    """Done as often in the last hour as is allowed; the argument is the limit."""


@transaction.atomic
def may_export(by: StaffMember) -> None:
    """Raises TooMany after ten within an hour, of whatever kind."""
    count(by, "export", limits.EXPORTS)


def count(by: StaffMember, verb: str, rate: limits.Rate) -> int:
    """How often before. One at a time for each person, so that two at once cannot both be the last. Raises TooMany."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [verb, by.pk])
    if (before := lately(by, verb, rate)) >= rate.most:
        raise TooMany(rate.most)
    return before


def lately(by: StaffMember, verb: str, rate: limits.Rate) -> int:
    """Index act_of_a_person."""
    since = Now() - timedelta(seconds=rate.seconds)
    return StaffAct.objects.filter(staff=by, verb=verb, at__gt=since).count()
