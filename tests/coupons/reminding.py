"""Reminders for tests, each with a coupon of its own."""

import datetime as dt

from django.utils import timezone

from coupons.batches.models import Batch
from coupons.grants.models import Grant
from coupons.reminders.models import Reminder
from tests.coupons.worlds import make_budget, make_coupon
from users.customers.models import Customer


def make_reminder(customer: Customer, *, day: dt.date | None = None, used: bool = False, **fields: object) -> Reminder:
    """Three days before its end, told of today; `used`: the day after."""
    day = day or timezone.localdate()
    number = Grant.objects.count() + 1
    coupon = make_coupon()
    batch = Batch.objects.create(number=f"B-{number}", name="批次", coupon=coupon, budget=make_budget(), recipients=1)
    begins = dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())
    grant = Grant.objects.create(
        batch=batch, coupon=coupon, customer=customer, code=f"G{number}", reserved=1200,
        issued_at=begins - dt.timedelta(days=4), valid_from=begins - dt.timedelta(days=4),
        expires_at=begins + dt.timedelta(days=4), state="used" if used else "open",
        used_at=begins + dt.timedelta(days=1) if used else None,
    )  # fmt: skip
    usual = {"day": day, "days_before": 3, "fate": "send"}
    place = {"community_id": customer.community_id or 0, "station_id": customer.station_id}
    return Reminder.objects.create(grant=grant, customer_id=customer.pk, **usual | place | fields)
