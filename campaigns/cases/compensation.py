"""What the affected get for it: a drafted coupon batch, approved by somebody else like any other."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction

from campaigns.cases import actions, queries, sampling
from campaigns.cases.models import Case
from communities.models import StaffMember
from communities.scoping import Scope
from coupons.batches import actions as batches
from coupons.batches.models import Batch
from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from opsdesk.lib.words import N_
from users.directory import filters

MISSING, COHORT = "missing", "cohort"
WHOM = {MISSING: N_("those who did not come back"), COHORT: N_("everybody of that week")}
LONGEST = 4000  # of a batch's audience


def audience(case: Case, whom: str) -> str:
    """In the words of the customer list. More people than it can name one by one: everybody of that week."""
    ids = sampling.affected(case) if whom == MISSING else []
    words = urlencode({"ids": ",".join(map(str, sorted(ids)))}, safe=",")
    if ids and len(ids) <= filters.MOST_IDS and len(words) <= LONGEST:
        return words
    monday = queries.fall_of(case).cohort
    return urlencode(
        {"community": case.community.code, "first_from": monday, "first_to": monday + timedelta(days=6)}
    )  # fmt: skip


@transaction.atomic
def draft(
    case: Case, *, name: str, coupon: Coupon, budget: Budget, whom: str, scope: Scope, by: StaffMember, at: datetime
) -> Batch:
    """The batch of this case, drafted and frozen once; again, it is the one there is. Nobody is held out: whoever was
    harmed is made good."""
    found = actions.begin(case, "take")
    if found.batch_id and (known := Batch.objects.filter(pk=found.batch_id).first()):
        return known
    made = batches.draft(
        name=name[:80], coupon=coupon, budget=budget, scope=scope, by=by, origin=Batch.Origin.LIST,
        audience=audience(found, whom), holdout_share=0.0, no_holdout_reason=name[:200],
    )  # fmt: skip
    found.batch = batches.freeze(made.pk, at=at, by=by)
    found.save(update_fields=["batch"])
    actions.note("compensate", found, by, batch=made.number)
    return found.batch
