"""What the API's tests read: each community has a customer who bought and was counted; a file has problems.

world = assemble(people)
file = file_with_problems(people)      # MEDIA_ROOT must be a folder of the test
"""

import datetime as dt
from dataclasses import dataclass

from communities.policies import queries as policies
from tests import importing
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer, make_order
from tests.importing import export, row
from users.customers.models import Customer
from users.imports.models import ImportFile
from users.lifecycle import actions as lifecycle
from users.purchases import actions as purchases
from users.rfm import actions as rfm

NAMES = "甲乙|丙丁|戊己|庚辛"  # the given names of everybody here: no answer may hold one


@dataclass
class World:
    """Whose customer each is, by community; `nobody`: of no community."""

    cuiping: Customer
    jinling: Customer
    nobody: Customer


def assemble(people: Cast) -> World:
    cuiping = make_customer(community=people.cuiping, phone="13611112222", name="翠甲乙")
    jinling = make_customer(community=people.jinling, phone="13733334444", name="金丙丁")
    nobody = make_customer(phone="13855556666", name="无戊己")
    for days, customer in ((2, cuiping), (4, jinling), (6, nobody), (9, cuiping)):
        make_order(customer=customer, at=str(TODAY - dt.timedelta(days=days)), net=days * 1000)
    compute()
    return World(cuiping, jinling, nobody)


def compute(as_of: dt.date = TODAY) -> None:
    purchases.rebuild()
    lifecycle.recompute(as_of, policies.current_version())
    rfm.recompute(as_of, policies.current_version())


def file_with_problems(people: Cast) -> ImportFile:
    """Checked and waiting, sent by data_admin: two good rows and three bad ones; its name is a phone."""
    good = row("B0", "13677776666", name="庚辛"), row("B1", "13688886666", name="庚辛")
    bad = row("B2", "13699998888", status="不知道"), row("B3", "1381111222"), row("B4", "1.38E+10")
    file = importing.checked(export(*good, *bad))
    ImportFile.objects.filter(pk=file.pk).update(uploaded_by=people.data_admin, name="13699998888.csv")
    file.refresh_from_db()
    return file
