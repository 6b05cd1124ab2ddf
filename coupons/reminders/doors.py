"""Today's reminders as staff walk them: building by building, door by door, each with what to say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import gettext

from communities.scoping import Scope
from coupons.definitions.words import terms
from coupons.reminders import queries, rules
from coupons.reminders.models import Reminder
from coupons.strategies.rules import filled
from opsdesk.lib import days, names
from users.customers.models import Customer


@dataclass(frozen=True)
class Door:
    """One customer to tell. `used`: they have used the coupon meanwhile, so nothing is to be said."""

    reminder: Reminder
    customer: Customer
    coupon: str
    ends: date
    say: str

    @property
    def used(self) -> bool:
        return self.reminder.grant.state == "used"

    @property
    def said_word(self) -> str:
        return gettext(rules.SAID[self.reminder.said]) if self.reminder.said else ""

    @property
    def is_open(self) -> bool:
        return not self.used and self.reminder.done_at is None


class Count(NamedTuple):
    """What is left to tell, what was told, of how many."""

    open: int
    told: int
    total: int


def of_day(scope: Scope, day: date, station: int | None = None) -> list[Door]:
    """In the order of building, unit and room, by number where they have one."""
    script, told = queries.script(), queries.to_tell(scope, day)
    if station is not None:
        told = told.filter(grant__customer__station=station)
    found = [_door(reminder, script.text) for reminder in told]
    return sorted(found, key=lambda one: [_natural(part) for part in _place(one.customer)])


def one(scope: Scope, reminder_id: int) -> Door:
    """The door of a reminder that is in reach."""
    return _door(queries.told_of(scope).get(pk=reminder_id), queries.script().text)


def _door(reminder: Reminder, script: str) -> Door:
    customer, coupon = reminder.grant.customer, reminder.grant.coupon
    ends = rules.last_day(reminder.grant.expires_at)
    say = filled(script, name=names.mask(customer.name), coupon=coupon.name, ends=days.day(ends))
    return Door(reminder, customer, terms(coupon), ends, say)


def _place(customer: Customer) -> tuple[str, str, str]:
    return customer.building, customer.unit, customer.room


def _natural(text: str) -> tuple[bool, int, str]:
    """6 before 10, and those without a number last."""
    number = re.match(r"\d{1,9}", text)
    return (number is None, int(number[0]) if number else 0, text)


def by_building(doors: Sequence[Door]) -> list[tuple[str, list[Door]]]:
    return [(building, list(group)) for building, group in groupby(doors, key=lambda one: one.customer.building)]


def count(doors: Sequence[Door]) -> Count:
    return Count(
        sum(one.is_open for one in doors), sum(one.reminder.said == "told" for one in doors), len(doors)
    )  # fmt: skip
