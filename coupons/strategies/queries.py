"""The strategy matrix: each strategy with what it says now, and what its versions said."""

from datetime import date
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.strategies.models import Strategy, StrategyVersion
from coupons.strategies.rules import FIELDS


def newest_versions() -> QuerySet[StrategyVersion]:
    """What every strategy says now, in the order of the matrix; one row a strategy (unique strategy, number)."""
    newest = StrategyVersion.objects.filter(strategy=OuterRef("strategy")).order_by("-number").values("number")[:1]
    versions = StrategyVersion.objects.filter(number=Subquery(newest))
    return _with_names(versions).order_by("strategy__position", "strategy_id")


def in_use() -> QuerySet[StrategyVersion]:
    return newest_versions().filter(strategy__retired_at=None)


def retired() -> QuerySet[StrategyVersion]:
    return newest_versions().exclude(strategy__retired_at=None)


def running() -> QuerySet[StrategyVersion]:
    return in_use().exclude(strategy__running_since=None)


def versions_of(strategy: Strategy) -> QuerySet[StrategyVersion]:
    """Newest first (unique strategy, number)."""
    return _with_names(StrategyVersion.objects.filter(strategy=strategy)).order_by("-number")


def _with_names(versions: QuerySet[StrategyVersion]) -> QuerySet[StrategyVersion]:
    """With all that their words name."""
    named = versions.select_related("strategy", "coupon__product", "budget", "made_by")
    return named.prefetch_related("coupon__categories")


def content_of(version: StrategyVersion) -> dict[str, Any]:
    """What it says: the fields of rules.FIELDS by name."""
    return {field: getattr(version, field) for field in FIELDS}


def coupons(now: StrategyVersion | None = None) -> QuerySet[Coupon]:
    """Coupons that may be chosen: those in use, and the one chosen already."""
    in_force = Coupon.objects.filter(retired_at=None)
    return in_force | Coupon.objects.filter(pk=(now and now.coupon_id) or 0)


def budgets(day: date, now: StrategyVersion | None = None) -> QuerySet[Budget]:
    """The company's budgets that are not over, and the one chosen already."""
    company = Budget.objects.filter(community=None, station=None, closed_at=None, ends_on__gte=day)
    return (company | Budget.objects.filter(pk=(now and now.budget_id) or 0)).annotate(
        room=F("amount") - F("reserved") - F("spent")
    )
