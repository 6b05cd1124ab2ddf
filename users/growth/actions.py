"""Coordinate models are kept, replaced by a better reading of themselves, taken out of use and put back."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from users.growth.models import QuadrantModel

THING = "quadrant"


class NameTaken(Exception):
    """Another model in use is called so."""


@transaction.atomic
def keep(model: QuadrantModel, *, by: StaffMember, instead_of: int | None = None) -> QuadrantModel:
    """A new model; the one that it is a change of goes out of use in the same moment, and stays to be put back."""
    if instead_of is not None:
        _in_use(instead_of).update(retired_at=Now())
    model.pk, model.made_by, model.made_at = None, by, Now()
    _save(model)
    verb, detail = ("change", {"was": instead_of}) if instead_of else ("create", {})
    write_log(staff=by, verb=verb, thing=THING, thing_id=model.pk, detail={"name": model.name, **detail})
    return model


@transaction.atomic
def retire(model: QuadrantModel, *, by: StaffMember) -> bool:
    """False when it was out of use already."""
    if not _in_use(model.pk).update(retired_at=Now()):
        return False
    write_log(staff=by, verb="retire", thing=THING, thing_id=model.pk, detail={"name": model.name})
    return True


@transaction.atomic
def put_back(model: QuadrantModel, *, by: StaffMember, instead_of: int | None = None) -> None:
    """In use again; what had replaced it goes out of use. Raises NameTaken."""
    if instead_of is not None:
        _in_use(instead_of).update(retired_at=Now())
    model.retired_at = None
    _save(model)
    write_log(staff=by, verb="undo", thing=THING, thing_id=model.pk, detail={"name": model.name})


def _in_use(model_id: int) -> QuerySet[QuadrantModel]:
    return QuadrantModel.objects.filter(pk=model_id, retired_at=None)


def _save(model: QuadrantModel) -> None:
    try:
        with transaction.atomic():
            model.save()
    except IntegrityError as refused:
        if "quadrant_name_once" in str(refused):
            raise NameTaken from None
        raise
