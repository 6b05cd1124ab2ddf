"""The demo in the database: planted through the importer, its truths found again, and taken away."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from communities.models import Community
from opsdesk.demo import truths, world
from opsdesk.lib.runs.models import Check
from users.customers.models import Customer, Standing
from users.imports.models import ImportFile, ImportProblem
from users.lifecycle.models import LifecycleCount
from users.orders.models import Order
from users.purchases.models import UNASSIGNED, CohortCell, CustomerDay
from users.rfm.models import RfmCount

UNTIL = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """A small world, seeded once for this file by the very command."""
    with django_db_blocker.unblock():
        call_command("seed_demo", customers=900, weeks=12, until=UNTIL, orders_only=True, stdout=StringIO())
        yield world.build(customers=900, weeks=12, until=UNTIL)
        call_command("flush", interactive=False, verbosity=0)  # the trail too, which a removal keeps


@pytest.fixture
def known(city, db):
    return truths.truths(city)


def test_every_customer_and_every_counted_fen_is_there(known) -> None:
    counted = Order.objects.filter(counted=True)
    assert Customer.objects.unscoped("the test counts").count() == known.totals.customers
    assert counted.count() == known.totals.counted
    assert counted.aggregate(net=Sum("net"))["net"] == known.totals.net
    assert CustomerDay.objects.aggregate(net=Sum("net"))["net"] == known.totals.net


def test_each_file_refused_exactly_the_rows_that_were_planted(city, known) -> None:
    for file in truths.files(city):
        went = ImportFile.objects.get(name=file.name)
        lines = ImportProblem.objects.filter(file=went, refused=True).values_list("line", flat=True)
        assert set(lines) == {row.line for row in file.refused}
        assert went.rows == file.rows == went.created + went.updated + went.unchanged + went.refused


def test_proxy_buyers_and_service_customers_are_found(known) -> None:
    found = Standing.objects.filter(is_proxy=True).values_list("customer__phone", flat=True)
    assert set(found) == set(known.proxies)
    service = Standing.objects.filter(is_service=True).values_list("customer__phone", flat=True)
    assert set(service) == set(known.service_customers)


def test_the_lifecycle_classes_are_those_of_the_recount_and_all_eight_rfm_classes_have_people(known) -> None:
    sums = LifecycleCount.objects.filter(as_of=UNTIL).values_list("lifecycle").annotate(Sum("customers"))
    assert dict(sums) == known.lifecycle
    assert len({row.rfm_class for row in RfmCount.objects.filter(as_of=UNTIL, customers__gt=0)}) == 8


def test_all_invariants_hold(known) -> None:
    assert Check.objects.exists()
    assert not Check.objects.filter(holds=False).exists()


def test_a_second_seed_is_refused_and_changes_nothing(known) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo", stdout=StringIO())
    assert Customer.objects.unscoped("the test counts").count() == known.totals.customers


def test_every_cohort_has_its_size_and_its_return(known) -> None:
    ids = dict(Community.objects.values_list("code", "id")) | {"": UNASSIGNED}
    for cohort in known.cohorts:
        cells = CohortCell.objects.filter(community_id=ids[cohort.community], cohort=cohort.monday)
        counts = dict(cells.values_list("week", "customers"))
        week_after = cohort.monday + dt.timedelta(weeks=1)
        assert (counts.get(cohort.monday, 0), counts.get(week_after, 0)) == (cohort.size, cohort.returned)
    assert known.cohorts
