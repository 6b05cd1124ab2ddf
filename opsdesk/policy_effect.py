"""What a draft of a threshold would do to lifecycle and RFM classes, counted by the slices that own them."""

from django.db import transaction

from communities.policies.preview import Drafts, Effect
from users.lifecycle import queries as lifecycle
from users.purchases.models import UNASSIGNED
from users.rfm import queries as rfm


@transaction.atomic
def of_drafts(drafts: Drafts) -> Effect | None:
    """Against what the boards show now, as of the newest computed day; None before the first. The unassigned follow
    the company. A change that was saved and waits for the next run is counted in."""
    as_of = lifecycle.latest_as_of()
    day = lifecycle.snapshot_day(as_of) if as_of else None
    if as_of is None or day is None:
        return None
    supposed = {UNASSIGNED if place is None else place: policies for place, policies in drafts.items()}
    shifts = lifecycle.shifts(as_of, supposed)
    if rfm.rfm_day(as_of):
        shifts += rfm.shifts(as_of, supposed)
    return Effect(as_of, day.customers, shifts)
