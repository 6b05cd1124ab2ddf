"""The life of a batch: which step may follow which, and who may take it (pure)."""

from opsdesk.lib.words import N_

STATES = {
    "draft": N_("draft"),
    "submitted": N_("waiting for approval"),
    "changes": N_("changes requested"),
    "approved": N_("approved"),
    "issuing": N_("being issued"),
    "issued": N_("issued"),
    "paused": N_("paused"),
    "rejected": N_("rejected"),
    "revoked": N_("revoked"),
}
