"""Writes of the customer pages: phones revealed, exports counted, notes, saved views, what a list should show."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from communities import rates
from communities.actions import write_log
from communities.models import StaffAct, StaffMember
from opsdesk.lib import limits, phones
from opsdesk.lib.words import N_
from users.customers.models import Customer
from users.directory.models import Note, SavedView

PAGE = "customers"

# Why somebody may need a full phone.
REASONS = {
    "visit": N_("Visit"),
    "delivery": N_("Delivery"),
    "aftersales": N_("After-sales"),
    "other": N_("Other reason"),
}


# -- Phones and exports --------------------------------------------------------------------------------------------


@transaction.atomic
def reveal(customer: Customer, *, by: StaffMember, reason: str) -> str:
    """The full phone, once, for a logged reason. Raises TooMany after sixty within an hour; at thirty the log keeps an
    alarm, which waits for whoever looks after staff."""
    before = rates.count(by, "reveal", limits.REVEALS)
    write_log(
        staff=by, verb="reveal", thing="customer", thing_id=customer.pk, community_id=customer.community_id,
        reason=reason, detail={"phone": phones.mask(customer.phone)},
    )  # fmt: skip
    if before + 1 == limits.REVEALS_ALARM and not rates.lately(by, "alarm", limits.REVEALS):
        write_log(staff=by, verb="alarm", thing="staff", thing_id=by.pk, detail={"reveals": before + 1})
    return customer.phone


def log_export(
    by: StaffMember | None, *, what: str, rows: int, reason: str = "", community_id: int | None = None, **detail: Any
) -> StaffAct:
    return write_log(
        staff=by, verb="export", thing=what, reason=reason, community_id=community_id, detail={"rows": rows, **detail}
    )


def count_export(act: StaffAct, *, rows: int) -> None:
    """How many rows it was in the end, where they were written as they came."""
    act.detail = act.detail | {"rows": rows}
    act.save(update_fields=["detail"])


# -- Notes, views, what a list shows -------------------------------------------------------------------------------


@transaction.atomic
def note(customer: Customer, text: str, *, by: StaffMember) -> Note:
    """Kept with its phones masked."""
    made = Note.objects.create(customer=customer, by=by, text=text)
    write_log(
        staff=by, verb="note", thing="customer", thing_id=customer.pk, community_id=customer.community_id,
        detail={"note": made.pk},
    )  # fmt: skip
    return made


@transaction.atomic
def save_view(owner: StaffMember, name: str, query: str, *, shared: bool, usual: bool) -> SavedView:
    """A view under a name, instead of one's own view of that name; `usual`: what the list opens with from now on."""
    values = {"query": query, "shared": shared}
    view, _made = SavedView.objects.update_or_create(owner=owner, name=name, defaults=values)
    if usual:
        remember(owner, view=view.pk)
    return view


@transaction.atomic
def delete_view(view: SavedView) -> None:
    if view.owner.page_settings.get(PAGE, {}).get("view") == view.pk:
        remember(view.owner, view=None)
    view.delete()


def remember(staff: StaffMember, **settings: int | Sequence[str] | None) -> None:
    """Columns, size or first view of the customer list, kept with the person; None forgets."""
    mine = staff.page_settings.get(PAGE, {}) | settings
    kept = {key: value for key, value in mine.items() if value}
    staff.page_settings = staff.page_settings | {PAGE: kept}
    staff.save(update_fields=["page_settings"])
