from collections.abc import Sequence
from datetime import date

from users.orders.models import Order


def without_amount(begin: date, end: date, places: Sequence[int] | None = None) -> int:
    """Counted orders of [begin, end) whose export told no amount, so that M is unknown for them (order_no_amount).

    places: community ids as the orders name them, None everywhere.
    """
    found = Order.objects.filter(amount_known=False, counted=True, day__gte=begin, day__lt=end)
    return (found if places is None else found.filter(community_id__in=places)).count()
