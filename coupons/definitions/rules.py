"""What a coupon is worth on an order (domain.md, Coupons; pure)."""

from opsdesk.lib.words import N_

KINDS = {
    "threshold": N_("off from a sum"),
    "percent": N_("percent off"),
    "amount": N_("straight off"),
    "new_price": N_("new-customer price"),
}
