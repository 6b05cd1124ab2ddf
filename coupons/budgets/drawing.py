"""A budget as a bar: spent, reserved, and the rest of the track is left."""

from django.utils.translation import gettext as _

from coupons.budgets.models import Budget
from opsdesk.lib import charts


def parts(budget: Budget) -> list[charts.Part]:
    pieces = [(_("spent"), budget.spent, "k-spent"), (_("reserved"), budget.reserved, "k-reserved")]
    return charts.stacked_bar(pieces, whole=max(budget.amount, 1))


def is_company(budget: Budget) -> bool:
    """Of no place: a batch names it. The others are limits."""
    return budget.community_id is None and budget.station_id is None
