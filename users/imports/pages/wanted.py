"""What a file should hold, for somebody who has none yet."""

from typing import Any

from django.utils.translation import gettext

from opsdesk.lib.words import N_
from users.imports import columns

REQUIRED = frozenset({"phone", "ordered_at"})
NAMES_SHOWN = 6
# The article's six columns, and what each field is for.
ARTICLE = ("phone", "name", "ordered_at", "address", "product", "category")
PURPOSES = {
    "phone": N_("Who: one mobile number is one customer."),
    "name": N_("How to address them; shown with stars."),
    "ordered_at": N_("When: classes, weeks and cohorts are counted from it."),
    "address": N_("Building, unit and room for visits; several addresses tell a proxy buyer."),
    "product": N_("What was bought."),
    "category": N_("Taste tags, and service orders that RFM leaves out."),
    "order_number": N_(
        "The same order in a later file replaces the earlier one. Without it, phone and time make an order."
    ),
    "amount": N_("What was paid: M of RFM, GMV, ARPPU."),
    "unit_price": N_("Times the quantity it is the amount, where no amount column is."),
    "gross": N_("Before discounts: GMV and the discount rate."),
    "discount": N_("The discount rate."),
    "coupon_code": N_("Which coupon was used."),
    "quantity": N_("How many; a negative one is a refund."),
    "status": N_("Paid, cancelled or refunded."),
    "refund": N_("Lowers the order it belongs to."),
    "channel": N_("Where the customer came from."),
    "community": N_("Which community; else it is read from the address."),
    "station": N_("Which service station."),
    "delivery_day": N_("Else it follows from the order's cut-off: T+1."),
    "registered_at": N_("When they registered; a row with nothing else is a registration."),
}


def columns_wanted() -> list[dict[str, Any]]:
    """Every field a file may hold: the article's six first."""
    keys = [*ARTICLE, *(key for key in columns.BY_KEY if key not in ARTICLE)]
    return [
        {
            "label": columns.BY_KEY[key].label,
            "required": key in REQUIRED,
            "purpose": gettext(PURPOSES[key]),
            "names": " · ".join(columns.BY_KEY[key].names[:NAMES_SHOWN]),
        }
        for key in keys
    ]
