"""Tell, read, forget. Notices are no deeds of anybody, so they leave no line in the log."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from communities.models import Notice, StaffMember
from communities.notices import queries, rules
from opsdesk.lib import sql

SHANGHAI = ZoneInfo("Asia/Shanghai")

# One row a recipient with an open account (notice_once). In the order of ids, so that two tellers never wait in a ring.
_TELL = """
INSERT INTO communities_notice AS known
       (recipient_id, key, occasion, kind, icon, text, params, href, community_id, repeats, created_at)
SELECT id, %(key)s, %(occasion)s, %(kind)s, %(icon)s, %(text)s, %(params)s::jsonb, %(href)s, %(community)s, 0, now()
  FROM communities_staffmember WHERE id = ANY(%(recipients)s) AND is_active
 ORDER BY id
    ON CONFLICT (recipient_id, key) DO UPDATE
   SET occasion = EXCLUDED.occasion, kind = EXCLUDED.kind, icon = EXCLUDED.icon, text = EXCLUDED.text,
       params = EXCLUDED.params, href = EXCLUDED.href, community_id = EXCLUDED.community_id,
       repeats = CASE WHEN known.read_at IS NULL AND known.text = EXCLUDED.text THEN known.repeats + 1 ELSE 0 END,
       created_at = EXCLUDED.created_at, read_at = NULL
 WHERE known.occasion <> EXCLUDED.occasion
"""


def tell(
    recipients: Iterable[StaffMember | int | None],
    *,
    kind: str,
    text: str,
    key: str,
    occasion: object = "",
    icon: str = "bell",
    params: Mapping[str, Any] | None = None,
    href: str = "",
    community_id: int | None = None,
) -> int:
    """Tell each of them one line; how many were told. `kind` and `text` are English msgids, `params` fill the places
    of the text (mask phones first), `href` is a path of this desk.

    A person has one line a key. The same occasion again changes nothing, so work that is done twice tells once.
    Another occasion of the key replaces the line and makes it unread; the same text while unread is counted.
    """
    if href and not rules.is_path(href):
        raise ValueError(f"a notice leads to a path of this desk, not to {href}")
    if not key:
        raise ValueError("a notice needs a key")
    ids = {one.pk if isinstance(one, StaffMember) else one for one in recipients if one is not None}
    if not ids:
        return 0
    return sql.run(
        _TELL, recipients=list(ids), key=key, occasion=str(occasion), kind=kind, icon=icon, text=text,
        params=json.dumps(dict(params or {})), href=href, community=community_id,
    )  # fmt: skip


def tell_capable(capability: str, *, community_id: int | None = None, **told: Any) -> int:
    """`tell` everybody whose roles carry the capability where it happened (queries.holders)."""
    return tell(queries.holders(capability, community_id), community_id=community_id, **told)


def read(notice: Notice) -> None:
    """Seen by its recipient; again changes nothing."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=Now())


def read_all(staff: StaffMember) -> int:
    """Everything told to a person is seen; how many were not before."""
    return Notice.objects.filter(recipient=staff, read_at=None).update(read_at=Now())


def forget_old(as_of: date) -> int:
    """Let go of what was told more than KEEP_DAYS days ago, read or not; how many."""
    first = datetime.combine(as_of - timedelta(days=rules.KEEP_DAYS), time(), SHANGHAI)
    return Notice.objects.filter(created_at__lt=first).delete()[0]
