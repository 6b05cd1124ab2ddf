"""The contact section of a profile: every channel with what stands against it, the wishes, and who said them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from communities.policies.rules import Policies
from users.contact import queries, words
from users.contact.rules import CHANNELS, REASONS

SHOWN = 6


def of(customer_id: int, at: datetime, policies: Policies, may_change: bool) -> dict[str, Any]:
    wish = queries.wish_of(customer_id)
    standing = queries.standing(wish, at, policies)
    changes = list(queries.changes_of(customer_id)[:SHOWN])
    for change in changes:
        change.told = words.change(change)  # type: ignore[attr-defined]
    return {
        "wish": wish,
        "sentence": _sentence(wish),
        "rows": [
            {
                "channel": channel,
                "label": _(label),
                "against": _(REASONS[standing[channel]]) if standing[channel] else "",
                "refused": channel in wish.refused,
                "agreed": channel in wish.agreed,
            }
            for channel, label in CHANNELS.items()
        ],
        "changes": changes,
        "may_change": may_change,
    }


def _sentence(wish: Any) -> str:
    """What was said of everything at once."""
    said = [_(REASONS["dnc"])] if wish.do_not_contact else []
    said += [_(REASONS["profiling"])] if wish.no_profiling else []
    return _("; ").join(said)
