"""The dates whose snapshots are kept: every Monday for ever, other days while they are fresh."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import transaction
from django.db.models import Model

from communities.policies.rules import Policies
from users.purchases import actions, queries

KEPT_DAYS = 2  # dates that are no Mondays


@dataclass(frozen=True)
class Computed:
    """days: as-of dates computed; customers: counted as of the last one; written: rows that differed."""

    days: tuple[date, ...] = ()
    customers: int = 0
    written: int = 0


@dataclass(frozen=True)
class Due:
    """A date to compute: under which version of the policies, theirs by place, the table of purchases under them, and
    whether it is the newest date there is."""

    as_of: date
    version: int
    policies: Mapping[int, Policies]
    days: str
    is_newest: bool


def compute(
    due: Sequence[tuple[date, int]],
    newest: date,
    write: Callable[[Due], tuple[int, int]],
    progress: Callable[[int, int], None],
) -> Computed:
    """`write` gives (customers, rows written) of a date. progress is told (dates done, dates in all) before each."""
    done: list[date] = []
    written = customers = 0
    for version, group in groupby(due, key=lambda one: one[1]):
        policies = queries.policies_by_place(version)
        with actions.days_under(policies) as days:
            for day, _version in group:
                progress(len(done), len(due))
                customers, rows = write(Due(day, version, policies, days, is_newest=day == newest))
                written += rows
                done.append(day)
    progress(len(done), len(due))
    return Computed(tuple(done), customers, written)


@transaction.atomic
def forget_old(days: type[Model], snapshots: Sequence[type[Model]], as_of: date) -> list[date]:
    """Let go of dates that are no Mondays, but for the latest ones up to as_of; the dates that went."""
    others = days.objects.exclude(as_of__iso_week_day=1).order_by("-as_of").values_list("as_of", flat=True)  # type: ignore[attr-defined]
    fresh = [day for day in others if day <= as_of][:KEPT_DAYS]
    old = [day for day in others if day not in fresh]
    for rows in (*snapshots, days):
        rows.objects.filter(as_of__in=old).delete()  # type: ignore[attr-defined]
    return old
