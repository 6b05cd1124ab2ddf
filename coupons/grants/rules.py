"""Who may use which coupon on which order (domain.md, Coupons; pure)."""

from opsdesk.lib.words import N_

REFUSALS = {
    "unknown": N_("no such coupon"),
    "holder": N_("belongs to somebody else"),
    "early": N_("not valid yet"),
    "expired": N_("expired"),
    "used": N_("used already"),
    "void": N_("void"),
    "threshold": N_("the order is too small"),
    "goods": N_("not for these goods"),
    "not_counted": N_("the order does not count"),
    "not_first": N_("only for a first purchase"),
    "too_much": N_("more taken off than it is worth"),
    "budget": N_("the budget does not hold that much"),
}
