"""Tags put on and taken off by hand, one or many at once, and taken back; tags made, renamed, deleted."""

from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from users.customers.models import Customer, Tag, Tagging
from users.directory.models import Marking

_REMEMBER = """
INSERT INTO users_marked (marking_id, customer_id, before)
SELECT %(marking)s, c.id, COALESCE(t.hand, '')
  FROM unnest(%(customers)s::bigint[]) AS c(id)
  LEFT JOIN users_tagging t ON t.customer_id = c.id AND t.tag_id = %(tag)s
 WHERE CASE WHEN %(put)s THEN t.hand IS DISTINCT FROM 'set' ELSE t.hand IN ('auto', 'set') END
"""
_MARK = """
INSERT INTO users_tagging (customer_id, tag_id, hand, by_id, at)
SELECT customer_id, %(tag)s, %(hand)s, %(by)s, now() FROM users_marked WHERE marking_id = %(marking)s
    ON CONFLICT (customer_id, tag_id) DO UPDATE SET hand = EXCLUDED.hand, by_id = EXCLUDED.by_id, at = EXCLUDED.at
"""
# Whatever somebody changed since then stays as they left it.
_STILL = "m.marking_id = %(marking)s AND t.customer_id = m.customer_id AND t.tag_id = %(tag)s AND t.hand = %(hand)s"
_TAKE_BACK = f"DELETE FROM users_tagging t USING users_marked m WHERE {_STILL} AND m.before = ''"
_PUT_BACK = f"UPDATE users_tagging t SET hand = m.before FROM users_marked m WHERE {_STILL} AND m.before <> ''"


@transaction.atomic
def mark(customers: QuerySet[Customer], tag: Tag, *, put: bool, by: StaffMember) -> Marking:
    """Put a tag on customers or take it off, by hand: the night leaves it so. Those who have it so already stay out."""
    ids = list(customers.order_by().values_list("id", flat=True))
    marking = Marking.objects.create(tag=tag, put=put, by=by)
    params = _params(marking) | {"customers": ids}
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, params)
        marking.customers = cursor.rowcount
        cursor.execute(_MARK, params)
    marking.save(update_fields=["customers"])
    write_log(
        staff=by, verb="tag" if put else "untag", thing="customer" if len(ids) == 1 else "customers",
        thing_id=ids[0] if len(ids) == 1 else "",
        detail={"tag": tag.name, "customers": marking.customers, "marking": marking.pk},
    )  # fmt: skip
    return marking


@transaction.atomic
def undo(marking: Marking, *, by: StaffMember) -> None:
    """Every tag as it was before the marking. A second time changes nothing."""
    if not Marking.objects.filter(pk=marking.pk, undone_at=None).update(undone_at=Now()):
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, _params(marking))
        cursor.execute(_PUT_BACK, _params(marking))
    write_log(staff=by, verb="undo", thing="marking", thing_id=marking.pk, detail={"customers": marking.customers})


def _params(marking: Marking) -> dict[str, Any]:
    hand = Tagging.Hand.SET if marking.put else Tagging.Hand.REMOVED
    return {"marking": marking.pk, "tag": marking.tag_id, "put": marking.put, "hand": hand.value, "by": marking.by_id}


@transaction.atomic
def make_tag(name: str, *, by: StaffMember) -> Tag:
    """The tag of that name, made by hand if there was none."""
    tag, made = Tag.objects.get_or_create(name=name)
    if made:
        write_log(staff=by, verb="create", thing="tag", thing_id=tag.pk, detail={"name": name})
    return tag


@transaction.atomic
def rename_tag(tag: Tag, before: str, name: str, *, by: StaffMember) -> None:
    tag.name = name
    tag.save(update_fields=["name"])
    write_log(staff=by, verb="rename", thing="tag", thing_id=tag.pk, detail={"from": before, "to": name})


@transaction.atomic
def delete_tag(tag: Tag, *, by: StaffMember) -> int:
    """Delete a tag that nobody carries. Returns how many still do: then nothing happened."""
    carried = tag.taggings.exclude(hand=Tagging.Hand.REMOVED).count()
    if not carried:
        write_log(staff=by, verb="delete", thing="tag", thing_id=tag.pk, detail={"name": tag.name})
        tag.delete()
    return carried
