"""Wishes change, communities are paused, touches are written: each one transaction, each the same when done again."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import Community, StaffMember
from opsdesk.lib import phones, sql
from users.contact.models import ContactPause, ContactWish, WishChange
from users.contact.rules import CHANNELS
from users.customers.models import Customer

Subject = WishChange.Subject

# The columns that the SELECT of touch_all yields, in this order.
TOUCH_COLUMNS = (
    "customer_id, community_id, at, channel, thing, thing_id, state, blocked_by, lifecycle, rfm_class, as_of, "
    "policy_version, strategy_version_id, cost, operator_id, approval_id"
)
_ONCE = "ON CONFLICT (customer_id, thing, thing_id, channel) DO NOTHING"


@transaction.atomic
def change_wish(
    *,
    customer: Customer,
    subject: str,
    channel: str = "",
    allowed: bool | None,
    way: str,
    note: str = "",
    by: StaffMember | None,
) -> WishChange | None:
    """One line of the ledger and the wish as it stands after it; None when that is how it stood already.

    `allowed`: True may, False may not, None nothing is said any more. ValueError for a channel or subject unknown.
    """
    if subject not in Subject.values or (channel in CHANNELS) != (subject == Subject.CHANNEL):
        raise ValueError(f"no wish about {subject} {channel}")
    ContactWish.objects.get_or_create(customer=customer)
    wish = ContactWish.objects.select_for_update().get(pk=customer.pk)
    if stands(wish, subject, channel) == said(subject, allowed):
        return None
    _apply(wish, subject, channel, allowed)
    wish.save()
    return WishChange.objects.create(
        customer=customer,
        subject=subject,
        channel=channel,
        allowed=allowed,
        way=way,
        note=phones.mask_within(note)[:200],
        by=by,
    )


def stands(wish: ContactWish, subject: str, channel: str = "") -> bool | None:
    """What the wish says of a subject: True may, False may not, None nothing said."""
    if subject == Subject.DO_NOT_CONTACT:
        return False if wish.do_not_contact else None
    if subject == Subject.PROFILING:
        return False if wish.no_profiling else None
    return False if channel in wish.refused else True if channel in wish.agreed else None


def said(subject: str, allowed: bool | None) -> bool | None:
    """`allowed` as a wish keeps it: to be contacted and to be profiled is what holds when nothing is said."""
    return allowed if subject == Subject.CHANNEL or allowed is False else None


def _apply(wish: ContactWish, subject: str, channel: str, allowed: bool | None) -> None:
    if subject == Subject.DO_NOT_CONTACT:
        wish.do_not_contact = allowed is False
    elif subject == Subject.PROFILING:
        wish.no_profiling = allowed is False
    else:
        wish.refused = sorted({*wish.refused} - {channel} | ({channel} if allowed is False else set()))
        wish.agreed = sorted({*wish.agreed} - {channel} | ({channel} if allowed else set()))


@transaction.atomic
def take_back(change: WishChange, by: StaffMember) -> WishChange | None:
    """As it stood before a change, by another line of the ledger. None when something newer was said of the same."""
    same = WishChange.objects.filter(customer_id=change.customer_id, subject=change.subject, channel=change.channel)
    if same.filter(pk__gt=change.pk).exists():
        return None
    before = same.filter(pk__lt=change.pk).first()
    customer = Customer.objects.unscoped("the customer of a change that the caller has reached").get(
        pk=change.customer_id
    )
    return change_wish(
        customer=customer, subject=change.subject, channel=change.channel, way=WishChange.Way.STAFF, by=by,
        allowed=before.allowed if before else None,
    )  # fmt: skip


# -- Pauses ----------------------------------------------------------------------------------------------------------


def pause(community: Community, reason: str, by: StaffMember | None, href: str = "") -> ContactPause:
    """Nobody of the community is contacted from now on. A pause that is open stays as it is."""
    reason = phones.mask_within(reason)
    try:
        with transaction.atomic():
            made = ContactPause.objects.create(community=community, reason=reason[:200], href=href, by=by)
            write_log(
                staff=by, verb="pause", thing="contact", thing_id=made.pk, community_id=community.pk, reason=reason
            )
            return made
    except IntegrityError:
        return ContactPause.objects.get(community=community, ended_at=None)


@transaction.atomic
def resume(community: Community, by: StaffMember | None) -> bool:
    """Whether a pause was open and has ended now."""
    if not ContactPause.objects.filter(community=community, ended_at=None).update(ended_at=Now()):
        return False
    write_log(staff=by, verb="resume", thing="contact", community_id=community.pk)
    return True


# -- Touches ---------------------------------------------------------------------------------------------------------


def touch_all(select_sql: str, params: dict[str, Any]) -> int:
    """Write the touches that a SELECT yields, its columns those of TOUCH_COLUMNS; how many were not there yet."""
    return sql.run(f"INSERT INTO users_touch ({TOUCH_COLUMNS}) {select_sql} {_ONCE}", **params)
