"""What staff have done with a customer or a community since: whatever refers to it by a foreign key, in any app."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import ForeignObjectRel, Model, Q

from communities.models import StaffAct
from users.customers.models import Standing, Tagging
from users.orders.models import Order

# Rows that follow from orders, or only tell what happened, use nothing.
_FOLLOWING: dict[type[Model], Q] = {
    Order: Q(pk__in=[]),
    Standing: Q(pk__in=[]),
    StaffAct: Q(pk__in=[]),
    Tagging: ~Q(hand=Tagging.Hand.AUTO),
}


def used(model: type[Model], ids: Collection[int]) -> set[int]:
    """Those of the ids that some row refers to."""
    found: set[int] = set()
    for relation in _referring(model):
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": list(ids)})
        rows = rows.filter(_FOLLOWING.get(relation.related_model, Q()))
        found |= set(rows.values_list(relation.field.attname, flat=True))
    return found


def _referring(model: type[Model]) -> Iterator[Any]:
    fields = model._meta.get_fields(include_hidden=True)
    return (each for each in fields if isinstance(each, ForeignObjectRel) and not each.many_to_many)
