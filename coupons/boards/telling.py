"""The bell of batches: approvers hear of one handed in, makers of what was decided. After the deed, never within it."""

from typing import Any

from django.urls import reverse

from communities import rules
from communities.notices import actions as notices
from communities.notices import queries as readers
from coupons.batches import queries
from coupons.batches.models import Batch, BatchStep, Hand
from opsdesk.lib import phones
from opsdesk.lib.words import N_

LONGEST = 120  # of a comment on a line of the bell

HANDED_IN = N_("%(number)s “%(name)s” was handed in and waits for an approver")
# What a batch's makers are told once it is in that state, by the verb that led there.
DECIDED = {
    ("approve", "approved"): N_("%(number)s “%(name)s” was approved by %(who)s"),
    ("request_changes", "changes"): N_("%(number)s “%(name)s” was sent back by %(who)s: %(comment)s"),
    ("reject", "rejected"): N_("%(number)s “%(name)s” was rejected by %(who)s: %(comment)s"),
}
ICONS = {"submit": "ticket", "approve": "circle-check", "request_changes": "arrow-back-up", "reject": "alert-triangle"}


def of_step(verb: str, batch: Batch) -> int:
    """Tell of the step just taken; how many were told. The step is the occasion: told again, it changes nothing."""
    step = BatchStep.objects.filter(batch=batch, verb=verb).select_related("by").last()
    if step is None:
        return 0
    if verb == "submit":
        return notices.tell(approvers(batch), **_about(batch, step, HANDED_IN, "approval"))
    text = DECIDED.get((verb, step.after))
    if text is None:  # the first of two approvals, and what concerns nobody but who did it
        return 0
    makers = [one for one in queries.hands(batch, Hand.Part.MAKER) if one != step.by]
    return notices.tell(makers, **_about(batch, step, text, "batch"))


def approvers(batch: Batch) -> set[int]:
    """Ids of those who may decide it: they approve wherever its maker reached, and had no hand in making it."""
    places = batch.scope.get("communities", [])
    found = set(readers.holders(rules.APPROVE_COUPONS, places[0] if places else None))
    for place in places[1:]:
        found &= set(readers.holders(rules.APPROVE_COUPONS, place))
    return found - {one.pk for one in queries.hands(batch, Hand.Part.MAKER)}


def _about(batch: Batch, step: BatchStep, text: str, page: str) -> dict[str, Any]:
    told = {"number": batch.number, "name": phones.mask_within(batch.name), "who": str(step.by or "")}
    told["comment"] = phones.mask_within(step.comment)[:LONGEST]
    return {
        "kind": N_("Batch"), "icon": ICONS[step.verb], "text": text, "params": told, "key": f"batch {batch.pk}",
        "occasion": step.pk, "href": reverse(page, args=[batch.pk]),
    }  # fmt: skip
