"""Variables are made, retired and told week by week. No statement is ever changed."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.contrib.postgres.functions import TransactionNow
from django.db import transaction
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib import sql
from users.retention import variable_queries as queries
from users.retention.models import Variable, VariableValue
from users.retention.variable_rules import Entry

_LOCK = 0x7A81E  # advisory lock: statements come one after the other, so that each knows what it replaces


@transaction.atomic
def make(name: str, unit: str, by: StaffMember | None) -> Variable:
    """A new one; one that was retired under this name comes back with its values."""
    variable, made = Variable.objects.get_or_create(name=name, defaults={"unit": unit, "made_by": by})
    if not made:
        Variable.objects.filter(pk=variable.pk).update(retired_at=None, unit=unit)
    write_log(staff=by, verb="create", thing="variable", thing_id=variable.pk, detail={"name": name})
    return variable


@transaction.atomic
def retire(variable: Variable, by: StaffMember | None) -> bool:
    """Whether it was in use: its values stay, and come back with it."""
    if not Variable.objects.filter(pk=variable.pk, retired_at=None).update(retired_at=Now()):
        return False
    write_log(staff=by, verb="retire", thing="variable", thing_id=variable.pk, detail={"name": variable.name})
    return True


@transaction.atomic
def tell(
    variable_id: int, week: date, community_id: int | None, value: Decimal | None, by: StaffMember | None
) -> VariableValue | None:
    """One more statement; None when that is how it stood already."""
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=_LOCK)
    standing = queries.standing(variable_id, week, community_id)
    if value == (standing.value if standing else None):
        return None
    return VariableValue.objects.create(
        variable_id=variable_id, week=week, community_id=community_id, value=value, by=by, at=TransactionNow()
    )


@transaction.atomic
def tell_all(entries: Iterable[Entry], by: StaffMember | None) -> list[VariableValue]:
    """All of a file in one go, at one moment, by which they are found again; those that changed anything."""
    told = (tell(one.variable_id, one.week, one.community_id, one.value, by) for one in entries)
    return [change for change in told if change]


@transaction.atomic
def take_back(change: VariableValue, by: StaffMember | None) -> bool:
    """As it stood before a statement, by another one. False when something newer was said of the same cell."""
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=_LOCK)
    same = queries.of_cell(change.variable_id, change.week, change.community_id)
    if same.filter(id__gt=change.pk).exists():
        return False
    before = same.filter(id__lt=change.pk).order_by("-id").first()
    return tell(change.variable_id, change.week, change.community_id, before.value if before else None, by) is not None


@transaction.atomic
def take_back_all(changes: Iterable[VariableValue], by: StaffMember | None) -> tuple[int, int]:
    """(cells as they stood before, cells of which something newer was said)."""
    back = [take_back(change, by) for change in changes]
    return sum(back), len(back) - sum(back)
