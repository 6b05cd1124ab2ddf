from typing import Any

from django.db import connection, transaction

from communities.actions import write_log
from communities.models import Community, PolicyChange, StaffMember
from communities.policies import queries, rules
from opsdesk.lib.words import N_

_CHANGES = 0x0F15  # advisory lock: changes of policies queue up, so that versions follow one another


@transaction.atomic
def change(
    key: str, value: Any, *, by: StaffMember | None, community: Community | None = None, note: str = ""
) -> PolicyChange | None:
    """Put a value in force, or (None) take it back to the level above. Nothing changes: no version, None returned.

    Raises rules.BadValue for a value that the policy does not allow, or a community value where only one is kept.
    """
    policy = rules.POLICIES[key]
    if community is not None and not policy.per_community:
        raise rules.BadValue(N_("%(key)s has one value for the whole company."), key=key)
    if value is not None:
        policy.check(value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHANGES])
    place = community.id if community else None
    before = queries.values_in_force().get(place, {}).get(key)
    if before == value:
        return None
    made = PolicyChange.objects.create(key=key, community=community, value=value, before=before, by=by, note=note)
    write_log(
        staff=by, verb="change", thing="policy", thing_id=key, community_id=place, reason=note,
        detail={"from": before, "to": value, "version": made.id},
    )  # fmt: skip
    return made


def put_again(past: PolicyChange, *, by: StaffMember) -> PolicyChange | None:
    """The value of an older version in force again, as a new version. None: it is in force already."""
    note = f"= v{past.pk}"
    return change(past.key, past.value, by=by, community=past.community, note=note)


def take_back(past: PolicyChange, *, by: StaffMember) -> PolicyChange | None:
    """What was in force before a change, as a new version."""
    return change(past.key, past.before, by=by, community=past.community, note=f"↩ v{past.pk}")
