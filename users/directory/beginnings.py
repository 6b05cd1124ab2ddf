"""Conditions on how customers began and in which periods they came back: the people behind the cells of the boards."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, Exists, F, Func, OuterRef, Q
from django.db.models.functions import Trunc

from communities.models import Community
from users.directory.filters import Filters
from users.purchases.models import UNASSIGNED, CustomerDay, Origin
from users.retention import rules

_WEEK = timedelta(weeks=1)


class _MondayOf(Func):
    """TruncWeek wants to know its field before an outer row is known."""

    template = "date_trunc('week', %(expressions)s)::date"


def conditions(filters: Filters) -> list[Q]:
    return [*_origin(filters), *_bought(filters), *_missed(filters), *_back(filters)]


def _origin(filters: Filters) -> list[Q]:
    """First category and customer-service person, as the night keeps them; 0: none."""
    told = {"category_id": filters.category, "staff_id": filters.served_by}
    asked = {name: value or None for name, value in told.items() if value is not None}
    return [Q(id__in=Origin.objects.filter(**asked).values("customer_id"))] if asked else []


def _bought(filters: Filters) -> list[Q]:
    return [Q(id__in=one) for one in _buyers(filters.bought_from, filters.bought_to, filters.each)]


def _missed(filters: Filters) -> list[Q]:
    return [~Q(id__in=one) for one in _buyers(filters.missed_from, filters.missed_to, filters.gap)]


def _buyers(start: date | None, end: date | None, grain: str) -> list[Any]:
    """Ids of whom a purchase starts between two dates; with a grain: in every week (month, day) between them. Empty
    where no date is asked for (community_customer_day, since all communities are named)."""
    between = {name: day for name, day in (("day__gte", start), ("day__lte", end)) if day is not None}
    if not between:
        return []
    everywhere = [UNASSIGNED, *Community.objects.values_list("id", flat=True)]
    found = CustomerDay.objects.filter(**between, community_id__in=everywhere, starts_purchase=True)
    if not grain or start is None or end is None:
        return [found.values("customer_id")]
    period = F("day") if grain == "day" else Trunc("day", grain, output_field=DateField())
    counted = found.annotate(period=period).values("customer_id").annotate(n=Count("period", distinct=True))
    periods = rules.steps_between(rules.start_of(start, grain), rules.start_of(end, grain), grain) + 1
    return [counted.filter(n=periods).values("customer_id")]


def _back(filters: Filters) -> list[Q]:
    """A purchase starts in the k-th ISO week after that of the first purchase (customer_day)."""
    if filters.back is None:
        return []
    cohort = _MondayOf(OuterRef("standing__first_purchase"), output_field=DateField())
    from_ = filters.back * _WEEK
    days = CustomerDay.objects.filter(
        customer_id=OuterRef("pk"), starts_purchase=True, day__gte=cohort + from_, day__lt=cohort + from_ + _WEEK
    )
    return [Q(Exists(days))]
