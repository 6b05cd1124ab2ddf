"""How many approve a batch: by what its makers handed in on one business day, this batch counted."""

from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from communities.policies import queries as policies
from coupons.batches import rules
from coupons.batches.models import Batch, Hand

COUNTED = ("submitted", *rules.LIVE)


def same_day(batch: Batch, at: datetime) -> QuerySet[Batch]:
    """The other batches that any of its makers handed in on the business day on which it was, or is at `at`, and that
    nobody turned down. Whoever drafted, edited or submitted is a maker, so passing it on does not help either."""
    begin = datetime.combine(
        timezone.localtime(batch.submitted_at or at).date(), time(), timezone.get_current_timezone()
    )
    makers = Hand.objects.filter(batch=batch, part=Hand.Part.MAKER).values("staff")
    made = Hand.objects.filter(staff__in=makers, part=Hand.Part.MAKER).values("batch")
    day = Batch.objects.filter(submitted_at__gte=begin, submitted_at__lt=begin + timedelta(days=1))
    return day.filter(pk__in=made, state__in=COUNTED).exclude(pk=batch.pk)


def needed(batch: Batch, at: datetime) -> int:
    others = same_day(batch, at).values_list("most_cost", flat=True)
    return rules.approvals_needed(batch.most_cost, others, policies.for_company().second_approver_from)
