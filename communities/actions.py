"""Writes of this app, each one transaction, each leaving a line in the log."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from communities.models import ApiToken, StaffAct, StaffMember


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


@transaction.atomic
def issue_token(*, owner: StaffMember, name: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """A new key to the API and its clear text, which is shown once: only the digest is kept."""
    prefix = secrets.token_hex(4)
    clear_text = f"opsdesk_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        prefix=prefix,
        digest=token_digest(clear_text),
        scopes=list(scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    detail = {"name": name, "scopes": list(scopes), "days": days}
    write_log(staff=owner, verb="issue", thing="token", thing_id=token.pk, detail=detail)
    return token, clear_text


def token_digest(clear_text: str) -> str:
    """What the table keeps of a key: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(clear_text.encode()).hexdigest()


@transaction.atomic
def revoke_token(token: ApiToken, *, by: StaffMember) -> None:
    """The key opens nothing from the next request on. Revoking it again changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        detail = {"name": token.name, "owner": str(token.owner)}
        write_log(staff=by, verb="revoke", thing="token", thing_id=token.pk, detail=detail)
