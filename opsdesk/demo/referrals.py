"""Who brought whom: everybody who came through 老带新 has a neighbour who was there before."""

import csv
import io
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from opsdesk.demo.records import Customer, World
from opsdesk.demo.rhythm import stream

CHANNEL = "老带新"
COLUMNS = ("推荐人手机号", "被推荐人手机号", "推荐时间")
FILE = "老带新_{first}_{last}.csv"
WILLING = 0.35  # share of payers who ever bring somebody: few bring many
_BEFORE = timedelta(minutes=7)  # between being told of the shop and registering


class Bond(NamedTuple):
    referrer: Customer
    referred: Customer
    at: datetime


def bonds(world: World) -> list[Bond]:
    """In the order of their time. Who brings has bought before, in the same community; whom nobody could have brought
    came by themselves."""
    rng = stream(world.seed, "referrals")
    willing = _willing(rng, world)
    found = []
    for customer in world.customers:
        if customer.channel != CHANNEL or customer.home.community is None:
            continue
        paid, people = willing.get(customer.home.community.code, ([], []))
        before = bisect_left(paid, customer.registered_at - _BEFORE)
        if before:
            found.append(Bond(people[rng.randrange(before)], customer, customer.registered_at - _BEFORE))
    return found


def _willing(rng: Random, world: World) -> dict[str, tuple[list[datetime], list[Customer]]]:
    """By community: those who bring others, by the moment of their first counted order."""
    first: dict[str, tuple[datetime, Customer]] = {}
    for order in world.orders:
        if order.counts:
            first.setdefault(order.customer.phone, (order.placed_at, order.customer))
    found: dict[str, tuple[list[datetime], list[Customer]]] = {}
    for at, customer in sorted(first.values(), key=lambda pair: (pair[0], pair[1].phone)):
        if customer.home.community is not None and rng.random() < WILLING:
            moments, people = found.setdefault(customer.home.community.code, ([], []))
            moments.append(at)
            people.append(customer)
    return found


def file_name(world: World) -> str:
    return FILE.format(first=world.start, last=world.until - timedelta(days=1))


def file_content(world: World) -> bytes:
    """The shop's own list, as its app exports it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(bonds(world)))
    return out.getvalue().encode("gb18030")


def _rows(found: list[Bond]) -> Iterator[list[str]]:
    return ([bond.referrer.phone, bond.referred.phone, str(bond.at)] for bond in found)
