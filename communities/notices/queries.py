from datetime import datetime

from django.db.models import Q, QuerySet

from communities.models import Assignment, Notice, StaffMember
from communities.notices.rules import MOST_COUNTED
from communities.rules import ROLES
from opsdesk.lib import paging, sql

NEWEST = paging.SortKey("created_at", datetime.fromisoformat)
SHOWN = 10
_AS_SUPERUSER = ("operations_manager", "data_admin", "auditor")  # what queries.grants_of gives a superuser


def notices_of(staff: StaffMember, unread: bool = False) -> QuerySet[Notice]:
    """One row a notice of this person; in the order of NEWEST a range read (notice_newest)."""
    found = Notice.objects.filter(recipient=staff).select_related("community")
    return found.filter(read_at=None) if unread else found


def newest(staff: StaffMember) -> list[Notice]:
    """What the bell shows."""
    return paging.page_of(notices_of(staff), NEWEST, paging.Sort("created_at", True), None, SHOWN).rows


_UNREAD = """
SELECT count(*) FROM (
    SELECT FROM communities_notice WHERE recipient_id = %(staff)s AND read_at IS NULL LIMIT %(most)s) unread
"""


def unread_count(staff: StaffMember) -> int:
    """At most one more than the bell can show: reads that many entries of notice_unread and no more."""
    return int(sql.value(_UNREAD, staff=staff.pk, most=MOST_COUNTED + 1))


def holders(capability: str, community_id: int | None = None) -> list[int]:
    """Ids of the open accounts with a role that carries the capability and reaches the community, its stations
    included; with no community, those whose role reaches everywhere."""
    roles = [name for name, role in ROLES.items() if capability in role.may]
    there = Q(community=None, station=None)
    if community_id is not None:
        there |= Q(community=community_id) | Q(station__community=community_id)
    holding = Q(id__in=Assignment.objects.filter(there, role__in=roles).values("staff_id"))
    if any(name in roles for name in _AS_SUPERUSER):
        holding |= Q(is_superuser=True)
    return list(StaffMember.objects.filter(holding, is_active=True).order_by("id").values_list("id", flat=True))
