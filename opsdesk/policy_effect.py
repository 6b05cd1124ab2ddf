"""What a draft of a threshold would do to lifecycle and RFM classes, counted by the slices that own them."""

from communities.policies.preview import Drafts, Effect


def of_drafts(drafts: Drafts) -> Effect | None:
    """As of the newest computed day; None before the first."""
    return None
