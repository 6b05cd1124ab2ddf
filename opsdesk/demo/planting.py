"""The made-up city put into the database: places and people by hand, everything they bought through the importer."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from communities.actions import write_log
from communities.models import Assignment, Building, Community, ServiceStation, StaffAct, StaffMember
from opsdesk.demo import crew, exports, records, referrals
from opsdesk.demo.records import World
from users.acquisition.models import SignupImport
from users.acquisition.signups import actions as signups
from users.customers.models import Customer
from users.imports import actions as imports
from users.imports import foreground, storage
from users.imports.models import ImportFile
from users.orders.models import Category

SOURCE = "orders"  # the importer's own default, so that a file tried again changes nothing
PLANTED = "plant_demo"
_HANDLERS = {imports.CHECK: imports.check_file, imports.COMMIT: imports.commit_file}

Tell = Callable[[str], None]


def is_empty() -> bool:
    """Nothing of a business is here yet: no community, no customer, no file."""
    everyone = Customer.objects.unscoped("is anybody here")
    return not (Community.objects.exists() or everyone.exists() or ImportFile.objects.exists())


def is_planted() -> bool:
    return StaffAct.objects.filter(verb=PLANTED).exists()


def contents() -> dict[str, int]:
    """What is here now, and would go with the demo."""
    return {
        "customers": Customer.objects.unscoped("what the demo page tells").count(),
        "files": ImportFile.objects.count(),
        "communities": Community.objects.count(),
    }


def plant(world: World, tell: Tell) -> list[ImportFile]:
    """Fill an empty database with the world before `world.until`; a night must follow. The files come back in the
    order of their import."""
    _settle(world)
    with tempfile.TemporaryDirectory() as folder:
        files = [import_file(path, world.until, tell) for path in exports.write_exports(world, Path(folder))]
    refer(world, tell)
    return files


@transaction.atomic
def _settle(world: World) -> None:
    """Places, people and kinds of goods: what has to be there before the first export."""
    communities = {one.code: _community(one) for one in world.communities}
    stations = {
        one.code: ServiceStation.objects.create(
            community=communities[one.community],
            name=one.name,
            buildings=[str(number) for number in range(one.first_building, one.last_building + 1)],
            opened_on=communities[one.community].opened_on,
        )
        for one in world.stations
    }
    for category in world.categories:
        Category.objects.get_or_create(name=category.name, defaults={"is_service": category.service})
    people = _hire(world, communities, stations)
    write_log(staff=None, verb=PLANTED, thing="demo", detail={"until": world.until.isoformat(), "people": people})


def _community(one: records.Community) -> Community:
    made = Community.objects.create(
        code=one.code,
        name=one.name,
        households=one.households,
        opened_on=one.opened_on,
        order_cutoff=one.order_cutoff,
    )
    Building.objects.bulk_create(
        Building(community=made, number=str(number), units=one.units, floors=one.floors, doors=one.doors)
        for number in range(1, one.buildings + 1)
    )
    return made


def _hire(world: World, communities: dict[str, Community], stations: dict[str, ServiceStation]) -> list[int]:
    """Everybody who works here; only those who sign in get a password. Their ids, so that they can go again."""
    ids = []
    passwords = {username: password for _role, username, password in crew.sign_ins()}
    for person in crew.staff(world):
        member = StaffMember(username=person.username, name=person.name)
        member.set_password(passwords.get(person.username))
        member.save()
        places: list[dict[str, Any]] = [{"community": communities[code]} for code in person.communities]
        places += [{"station": stations[code]} for code in person.stations]
        for place in places or [{}]:
            Assignment.objects.create(staff=member, role=person.role, **place)
        ids.append(member.pk)
    return ids


def import_file(path: Path, until: date, tell: Tell) -> ImportFile:
    """Through the importer, as the command does it."""
    file = foreground.run(str(path), foreground.Wish(SOURCE, until), _HANDLERS)
    tell(
        f"{file.name}: {file.rows:,} rows = {file.created:,} new + {file.updated:,} updated + "
        f"{file.unchanged:,} unchanged + {file.refused:,} refused"
    )
    return file


def refer(world: World, tell: Tell) -> SignupImport:
    """Who brought whom, through the import of referrals."""
    content, name = referrals.file_content(world), referrals.file_name(world)
    file = signups.receive(content, name, None, today=world.until, kind=SignupImport.Kind.REFERRALS)
    file = signups.commit(file, None, today=world.until)
    tell(f"{file.name}: {file.rows:,} rows = {file.created:,} new + {file.refused:,} refused")
    return file


def remove(keep: StaffMember | None = None) -> dict[str, int]:
    """Empty the desk: the demo and whatever was imported or tagged since. The trail, the company's thresholds,
    everybody who is not of the demo and whoever asks stay. Returns how many customers, files and people went."""
    went = {"customers": Customer.objects.unscoped("the demo goes").count(), "files": ImportFile.objects.count()}
    stored = list(ImportFile.objects.values_list("stored_as", flat=True))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(_tables_of_data())} RESTART IDENTITY")
        Assignment.objects.filter(Q(community__isnull=False) | Q(station__isnull=False)).delete()
        ServiceStation.objects.all().delete()
        Community.objects.all().delete()
        went["people"] = _dismiss(keep)
    for name in stored:
        storage.remove(name)
    return went


def _dismiss(keep: StaffMember | None) -> int:
    """The made-up staff; somebody has to be left who can sign in."""
    marks = StaffAct.objects.filter(verb=PLANTED)
    ids = [person for mark in marks for person in mark.detail.get("people", [])]
    gone = StaffMember.objects.filter(id__in=ids).exclude(id=keep.pk if keep else 0)
    count = gone.count()
    gone.delete()
    marks.delete()
    return count


def _tables_of_data() -> list[str]:
    """Everything that was imported, computed or run."""
    names = connection.introspection.table_names()
    return sorted(name for name in names if name.startswith(("users_", "coupons_", "campaigns_", "runs_")))
