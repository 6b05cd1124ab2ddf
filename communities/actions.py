"""Writes of this app, each one transaction, each leaving a line in the log."""

from typing import Any

from django.db import transaction

from communities.models import StaffAct, StaffMember


def write_log(
    *,
    staff: StaffMember | None,
    verb: str,
    thing: str,
    thing_id: object = "",
    community_id: int | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> StaffAct:
    """One line of the log. `detail` must hold no unmasked phone: the caller masks."""
    return StaffAct.objects.create(
        staff=staff,
        verb=verb,
        thing=thing,
        thing_id=str(thing_id),
        community_id=community_id,
        reason=reason[:200],
        detail=detail or {},
    )


@transaction.atomic
def remember_preference(staff: StaffMember, **values: str) -> None:
    """Language or theme, kept with the person."""
    for name, value in values.items():
        setattr(staff, name, value)
    staff.save(update_fields=list(values))
