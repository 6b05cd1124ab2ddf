"""What an approved batch holds of budgets: of its own, and of each place's that covers some of its recipients."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count
from django.utils import timezone

from communities.models import StaffMember
from coupons.batches.models import Batch, BatchMember, Hold
from coupons.budgets import actions as budgets
from coupons.budgets import queries as budget_queries
from coupons.budgets.actions import Move
from coupons.budgets.models import Budget, BudgetEntry


def planned(batch: Batch, at: datetime) -> list[Hold]:
    """The holds that approval would make, unsaved: the batch's own budget whole, and of every limit in force on the
    day of issue the part of its recipients there. An open batch holds of places when its coupons are handed out."""
    own = Hold(batch=batch, budget=batch.budget, reserved=batch.most_cost)
    if batch.origin == Batch.Origin.OPEN:
        return [own]
    communities, stations = _recipients_by("community_id", batch), _recipients_by("station_id", batch)
    limits = budget_queries.limits_on(issue_day(batch, at), list(communities), list(stations))
    each = batch.coupon.most_off
    return [own, *(_limit(batch, one, communities, stations, each) for one in limits if one.pk != batch.budget_id)]


def _limit(batch: Batch, limit: Budget, communities: dict[int, int], stations: dict[int, int], each: int) -> Hold:
    people = communities[limit.community_id] if limit.community_id else stations[limit.station_id or 0]
    return Hold(
        batch=batch, budget=limit, community_id=limit.community_id, station_id=limit.station_id, reserved=people * each
    )


def _recipients_by(place: str, batch: Batch) -> dict[int, int]:
    """Recipients by community or station; those of none are left out (batch_member_fate)."""
    going = BatchMember.objects.filter(batch=batch, fate=BatchMember.Fate.SEND)
    counted = going.order_by().values_list(place).annotate(people=Count("customer_id"))
    return {place_id: people for place_id, people in counted if place_id}


def issue_day(batch: Batch, at: datetime) -> date:
    return timezone.localtime(max(batch.send_at or at, at)).date()


def lacking(wanted: Iterable[Hold]) -> list[tuple[Budget, int]]:
    """Budgets that do not hold what is wanted of them, each with the fen it is short; as of now, reserving nothing."""
    return [(one.budget, one.reserved - one.budget.left) for one in wanted if one.reserved > one.budget.left]


def place(batch: Batch, at: datetime, by: StaffMember | None) -> list[Hold]:
    """Reserve all of it or nothing. Raises budgets.actions.Short."""
    holds = Hold.objects.bulk_create(planned(batch, at))
    budgets.apply([_move(hold, hold.reserved, "reserve", BudgetEntry.Kind.RESERVE, by) for hold in holds])
    return holds


def release(batch: Batch, by: StaffMember | None) -> int:
    """Give back whatever the batch still holds; how many fen its own budget has back. The batch's row is locked and no
    coupon of it is open any more, so nobody else moves these holds."""
    holds = list(Hold.objects.select_for_update().filter(batch=batch).order_by("id"))
    given = [_move(hold, -hold.reserved, "revoke", BudgetEntry.Kind.RELEASE, by) for hold in holds if hold.reserved]
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(reserved=0)
    budgets.apply(given)
    return sum(hold.reserved for hold in holds if hold.budget_id == batch.budget_id)


def _move(hold: Hold, reserved: int, event: str, kind: str, by: StaffMember | None) -> Move:
    key = f"{event}:{hold.batch_id}:{hold.pk}"
    return Move(hold.budget_id, reserved, 0, kind, key=key, thing="batch", thing_id=hold.batch_id, by=by)
