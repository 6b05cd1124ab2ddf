"""The writes of drives, on one screen. Each is one transaction with a line in the log; see the module of each."""

from campaigns.recall.drafting import NotThere, draft, drop_offer, drop_worker, edit, set_offer, set_worker
from campaigns.recall.ending import (
    HasVisits,
    call_off,
    close_by_orders,
    close_by_wishes,
    end,
    end_due,
)
from campaigns.recall.handing import hand_over, leave_out, reassign, split
from campaigns.recall.preview import Preview, preview
from campaigns.recall.starting import Incomplete, start
from campaigns.recall.turns import Busy, Changed

__all__ = [
    "Busy", "Changed", "HasVisits", "Incomplete", "NotThere", "Preview", "call_off", "close_by_orders",
    "close_by_wishes", "draft", "drop_offer", "drop_worker", "edit", "end", "end_due", "hand_over", "leave_out",
    "preview", "reassign", "set_offer", "set_worker", "split", "start",
]  # fmt: skip
