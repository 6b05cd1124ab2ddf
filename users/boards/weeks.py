"""A week in an address."""

from datetime import date, timedelta

from django.http import Http404

from users.acquisition import spend_rules
from users.purchases.rules import monday_of


def monday_or_404(text: str, today: date) -> date:
    """The Monday of the day named; 404 where it is none, or so far off that nobody may tell anything of it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not spend_rules.FIRST_MONDAY <= day <= today + timedelta(days=spend_rules.AHEAD_DAYS):
        raise Http404
    return monday_of(day)
