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
        "rows": [_row(channel, wish, standing[channel]) for channel in CHANNELS],
        "changes": changes,
        "may_change": may_change,
    }


def _row(channel: str, wish: Any, against: str) -> dict[str, Any]:
    refused = channel in wish.refused
    why = _("refused") if refused and against == "consent" else _(REASONS[against]) if against else ""
    agreed = channel in wish.agreed
    return {"channel": channel, "label": _(CHANNELS[channel]), "against": why, "refused": refused, "agreed": agreed}


def _sentence(wish: Any) -> str:
    """What was said of everything at once."""
    said = [_(REASONS["dnc"])] if wish.do_not_contact else []
    said += [_(REASONS["profiling"])] if wish.no_profiling else []
    return _("; ").join(said)
