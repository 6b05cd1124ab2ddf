"""Uses that were refused, whoever told them: where a manager looks when the shop or a customer complains."""

from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_COUPONS
from communities.scoping import Scope
from coupons.batches import queries as batches
from coupons.batches.models import Batch
from coupons.grants import queries
from coupons.grants.models import Redemption
from coupons.grants.rules import REFUSALS
from opsdesk.lib import paging, phones
from users.customers.models import Customer

_NEWEST = paging.SortKey("id", int)


class Refused(NamedTuple):
    """One refused use. `batch`: of the coupon that was meant, where the reader reaches it; `code` as it was written."""

    use: Redemption
    code: str
    customer: Customer | None
    batch: Batch | None


@desk_page(SEE_COUPONS)
def refused_uses(request: DeskRequest) -> HttpResponse:
    """Newest first, `?reason=` one reason; also those with an unknown code and without an order, which are on nobody's
    profile."""
    reason = request.GET.get("reason", "")
    reason = reason if reason in REFUSALS else ""
    found = queries.refused_in_reach(request.desk.scope, reason)
    place = paging.place_of(request.GET, int)
    page = paging.page_of(found, _NEWEST, paging.Sort("id", True), place, paging.size_of(request.GET))
    context = {
        "page": page,
        "rows": _rows(page.rows, request.desk.scope),
        "reason": reason,
        "reasons": [(code, _(label)) for code, label in REFUSALS.items()],
    }
    return render(request, "coupons/boards/refused_uses.html", context)


def _rows(uses: list[Redemption], scope: Scope) -> list[Refused]:
    ids = [use.customer_id for use in uses]
    people: dict[Any, Customer] = Customer.objects.visible_to(scope).in_bulk(ids)
    return [
        Refused(use, phones.mask_within(use.code), people.get(use.customer_id), _batch(use, scope)) for use in uses
    ]  # fmt: skip


def _batch(use: Redemption, scope: Scope) -> Batch | None:
    batch = use.grant.batch if use.grant else None
    return batch if batch and batches.within(scope, batch) else None
