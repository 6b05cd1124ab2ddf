"""Customers with a standing and snapshots, as a night would leave them: for tests of pages that only read."""

import datetime as dt

from django.utils import timezone

from communities.models import Community
from tests.conftest import TODAY
from tests.factories import make_customer
from users.customers.models import Customer, Standing
from users.lifecycle.models import LifecycleSnapshot, SnapshotDay
from users.purchases.models import CustomerDay


def run_done(as_of: dt.date = TODAY) -> SnapshotDay:
    defaults = {"policy_version": 0, "computed_at": timezone.now(), "data_to": as_of - dt.timedelta(days=1)}
    return SnapshotDay.objects.get_or_create(as_of=as_of, defaults=defaults)[0]


def stand(customer: Customer, *, as_of: dt.date = TODAY, lifecycle: str = "prospect", **fields: object) -> Customer:
    run_done(as_of)
    Standing.objects.create(
        customer=customer, community_id=customer.community_id, as_of=as_of, lifecycle=lifecycle, **fields
    )
    return customer


def buyer(
    *, community: Community | None = None, standing: dict[str, object] | None = None, **fields: object
) -> Customer:
    """A customer with a standing: silent with two purchases for 10 yuan unless told otherwise."""
    usual = {
        "lifecycle": "silent", "first_purchase": TODAY - dt.timedelta(days=60), "purchases": 2, "net": 1000,
        "last_order": TODAY - dt.timedelta(days=20), "frequency": 2, "monetary": 1000, "rfm_class": "lost",
        "rfm_last_day": TODAY - dt.timedelta(days=20), "r_score": 1, "f_score": 2, "m_score": 3,
    }  # fmt: skip
    return stand(make_customer(community=community, **fields), **(usual | (standing or {})))


def was(customer: Customer, lifecycle: str, as_of: dt.date, *, before: str = "", **fields: object) -> LifecycleSnapshot:
    run_done(as_of)
    return LifecycleSnapshot.objects.create(
        as_of=as_of, customer_id=customer.pk, community_id=fields.pop("community_id", customer.community_id or 0),
        lifecycle=lifecycle, before=before, **fields,
    )  # fmt: skip


def bought(customer: Customer, *days: dt.date, starts: bool = True) -> None:
    for day in days:
        CustomerDay.objects.create(
            community_id=customer.community_id or 0, customer_id=customer.pk, day=day, orders=1, gross=1000,
            discount=0, net=1000, starts_purchase=starts, clean_orders=1, clean_net=1000, starts_clean=starts,
        )  # fmt: skip
