"""Writes of coupons in customers' hands. Each is one transaction; lock order everywhere: batch, grants, holds, budgets.

    issue_one(batch, customer, by=, at=)   of an open batch         use(Use(...), key=, by=)   told by the shop
    void(grant, reason=, by=, at=)         void_open: with its batch, for batches.actions.revoke
    expire(now)                            read_uses(): from imported orders
Whole batches are issued by issuing.issue.
"""

from coupons.grants.ending import expire, void, void_open
from coupons.grants.giving import MayNot, NotMeant, SoldOut, issue_one
from coupons.grants.reading import Read, read_uses
from coupons.grants.using import Conflict, Use, use

__all__ = [
    "Conflict",
    "MayNot",
    "NotMeant",
    "Read",
    "SoldOut",
    "Use",
    "expire",
    "issue_one",
    "read_uses",
    "use",
    "void",
    "void_open",
]
