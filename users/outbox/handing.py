"""Messages handed off as a file for somebody to send by other means: in one file each, and always the same file."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F

from communities.actions import write_log
from communities.models import StaffMember
from communities.policies import queries as policies
from communities.scoping import Scope
from opsdesk.lib import phones
from opsdesk.lib.sms.chosen import FILE
from users.contact.models import Touch
from users.outbox import actions, queries, sorting
from users.outbox.models import HandOff, Message

MOST = 20_000  # messages in a file
READ = 2000
HEAD = ("id", "phone", "text")  # the same whoever takes the file, in whatever language they read


@transaction.atomic
def hand_off(channel: str, scope: Scope, reason: str, by: StaffMember, at: datetime) -> HandOff | None:
    """Every message of a channel that is due and may go out at `at`, in one file; they count as handed over. None when
    there is none."""
    values, reason = policies.for_company(), phones.mask_within(reason)
    due = queries.due_in(scope, channel, at).order_by("id").select_for_update(skip_locked=True, of=("self",))
    ready = sorting.ready(list(due[:MOST]), at, values)
    if not ready:
        return None
    made = HandOff.objects.create(made_by=by, channel=channel, reason=reason[:200])
    ids, cost = [message.pk for message in ready], actions.cost_of(channel, values)
    made.messages.add(*ids)
    Message.objects.filter(pk__in=ids).update(
        state=Message.State.SENT, provider=FILE, sending_since=at, ended_at=at, cost=cost, error=""
    )
    actions.settle_touches(ids, Touch.State.DONE, cost=cost, at=at)
    detail = {"rows": len(ids), "channel": channel}
    write_log(staff=by, verb="hand_off", thing="messages", thing_id=made.pk, reason=reason, detail=detail)
    return made


@transaction.atomic
def count_download(made: HandOff, reason: str, by: StaffMember) -> None:
    """Whole phones leave the house: counted, and a line of the log."""
    HandOff.objects.filter(pk=made.pk).update(downloads=F("downloads") + 1)
    write_log(
        staff=by, verb="reveal", thing="messages", thing_id=made.pk, reason=phones.mask_within(reason) or made.reason,
        detail={"rows": made.messages.count()},
    )  # fmt: skip


def rows(made: HandOff) -> Iterator[list[str]]:
    """Number, phone and text of every message of the file, in the order of their numbers."""
    for message in made.messages.select_related("customer").order_by("id").iterator(chunk_size=READ):
        yield [str(message.pk), message.customer.phone, message.text]
