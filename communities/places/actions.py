"""Communities, their buildings, their stations: opened, changed, closed. Nothing is deleted that a number may name."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Field

from communities.actions import write_log
from communities.models import Building, Community, ServiceStation, StaffMember

Place = Community | ServiceStation


@transaction.atomic
def keep(place: Place, *, by: StaffMember) -> bool:
    """Save a community or station as its form left it; False, and no line in the log, when nothing had changed."""
    before = type(place).objects.select_for_update().filter(pk=place.pk).first()
    changes = _changes(before, place) if before else {}
    if before and not changes:
        return False
    place.save()
    _log(by, "change" if before else "open", place, changes=changes)
    return True


@transaction.atomic
def set_open(place: Place, *, is_open: bool, by: StaffMember) -> None:
    """Close a place, or open it again. Its customers, orders and history stay as they are."""
    if type(place).objects.filter(pk=place.pk).exclude(is_active=is_open).update(is_active=is_open):
        _log(by, "reopen" if is_open else "close", place)


@transaction.atomic
def keep_buildings(
    community: Community, *, kept: Sequence[Building], removed: Sequence[Building], by: StaffMember
) -> None:
    """Write the buildings that were added or changed, and take away those that are gone."""
    added = [building.number for building in kept if building.pk is None]
    changed = [building.number for building in kept if building.pk is not None]
    for building in removed:
        building.delete()
    for building in kept:
        building.community = community
        building.save()
    told = {"added": added, "changed": changed, "removed": [building.number for building in removed]}
    if any(told.values()):
        _log(by, "change", community, buildings={word: numbers for word, numbers in told.items() if numbers})


@transaction.atomic
def add_run(
    community: Community, *, numbers: Iterable[str], units: int, floors: int, doors: int, by: StaffMember
) -> list[str]:
    """Add a run of like buildings; those that stand already stay as they are. The numbers added."""
    standing = set(community.buildings.values_list("number", flat=True))
    added = [number for number in numbers if number not in standing]
    Building.objects.bulk_create(
        Building(community=community, number=number, units=units, floors=floors, doors=doors) for number in added
    )
    if added:
        _log(by, "change", community, buildings={"added": added})
    return added


def _changes(before: Place, after: Place) -> dict[str, list[str]]:
    """Old and new text of each field that differs."""
    fields: Iterable[Field[Any, Any]] = before._meta.fields
    pairs = {field.name: (getattr(before, field.attname), getattr(after, field.attname)) for field in fields}
    return {name: [_text(old), _text(new)] for name, (old, new) in pairs.items() if old != new}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " · ".join(map(str, value))
    return "" if value is None else str(value)


def _log(by: StaffMember, verb: str, place: Place, **detail: Any) -> None:
    community_id = place.pk if isinstance(place, Community) else place.community_id
    thing = "community" if isinstance(place, Community) else "station"
    write_log(
        staff=by, verb=verb, thing=thing, thing_id=place.pk, community_id=community_id,
        detail={"name": place.name} | {key: value for key, value in detail.items() if value},
    )  # fmt: skip
