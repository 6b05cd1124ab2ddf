"""Teach the address parser a community's way of writing: what is not understood, what a template would read, apply it.

Nothing is guessed: a template is literal text with {building}, {unit} and {room} in it, and only exact matches count.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from communities import actions as communities_actions
from communities.models import Community, StaffMember
from communities.scoping import Scope
from users.customers import addresses
from users.customers.models import Customer
from users.imports.places import Gazetteer, KnownCommunity, Place

SHAPES_SHOWN = 200
EXAMPLES = 8
PREVIEWED = 20_000
LEFT_SHOWN = 12

# Grain: one row a community and shape, a shape being an address with every number as #. Index customer_door
# (community, building = '', unit = '', room = '').
_SHAPES = """
SELECT c.community_id, regexp_replace(normalize(c.address, NFKC), '[0-9]+', '#', 'g') AS shape, count(*) AS customers,
       (array_agg(DISTINCT c.address))[1:3] AS examples
  FROM users_customer c
 WHERE c.community_id = ANY(%(communities)s) AND c.building = '' AND c.unit = '' AND c.room = '' AND c.address <> ''
 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(most)s
"""

# Orders keep the key under which an address is counted as one door; without a door the key is the text itself.
_ORDER_ADDRESSES = """
SELECT DISTINCT o.address FROM users_order o JOIN users_customer c ON c.id = o.customer_id
 WHERE c.community_id = %(community)s AND o.address <> '' AND o.address_key !~ ':[0-9A-Z]+-[0-9A-Z]*-[0-9A-Z]+$'
"""
_ORDER_KEYS = """
UPDATE users_order o SET address_key = known.key
  FROM unnest(%(addresses)s::text[], %(keys)s::text[]) AS known(address, key), users_customer c
 WHERE o.address = known.address AND o.address_key <> known.key AND c.id = o.customer_id
   AND c.community_id = %(community)s
"""


@dataclass(frozen=True)
class Shape:
    """Addresses of one community that are written alike and not understood."""

    community: Community
    shape: str
    customers: int
    examples: list[str]

    @property
    def suggestion(self) -> str:
        return suggested(self.shape)


@dataclass(frozen=True)
class Trial:
    """What a template would read in a community: (address, place) examples, and examples of what stays unread."""

    addresses: int
    read: int
    examples: list[tuple[str, Place]]
    left: list[str]


def suggested(shape: str) -> str:
    """A template to start from: two numbers are building and room, three have the unit between them."""
    places = {2: ("{building}", "{room}"), 3: ("{building}", "{unit}", "{room}")}.get(shape.count("#"))
    if places is None:
        return ""
    filled = iter(places)
    written = re.sub("#", lambda _number: next(filled), shape)
    return written[written.index("{building}") :]


def shapes(scope: Scope, communities: Sequence[Community]) -> list[Shape]:
    """The ways of writing nobody understood, the most frequent first, within what the scope reaches."""
    by_id = {place.id: place for place in communities if scope.sees_community(place.id)}
    with connection.cursor() as cursor:
        cursor.execute(_SHAPES, {"communities": list(by_id), "most": SHAPES_SHOWN})
        return [Shape(by_id[row[0]], *row[1:]) for row in cursor.fetchall()]


def trial(community: Community, template: str) -> Trial:
    """Reads the community's unread addresses with one more template; writes nothing. BadTemplate when it cannot be."""
    gazetteer = _gazetteer(community, [template])
    unread = list(dict.fromkeys(_unread(community).values_list("address", flat=True)[:PREVIEWED]))
    found = [(address, gazetteer.place(community.name, "", address)) for address in unread]
    read = [(address, place) for address, place in found if place.room]
    left = [address for address, place in found if not place.room]
    return Trial(len(unread), len(read), read[:EXAMPLES], left[:LEFT_SHOWN])


@transaction.atomic
def teach(community: Community, template: str, by: StaffMember) -> int:
    """Remember the template and give a door to each customer whose address it reads; how many. Twice is once."""
    addresses.template(template)
    kept = Community.objects.select_for_update().get(pk=community.pk)
    if template not in kept.address_templates:
        kept.address_templates = [*kept.address_templates, template]
        kept.save(update_fields=["address_templates"])
    read = _give_doors(kept)
    orders = _give_keys(kept)
    _log("teach", kept, template, by, customers=read, orders=orders)
    return read


@transaction.atomic
def forget(community: Community, template: str, by: StaffMember) -> int:
    """Take a template back, and with it the doors that only it could read; how many."""
    kept = Community.objects.select_for_update().get(pk=community.pk)
    if template not in kept.address_templates:
        return 0
    before = _gazetteer(kept)
    kept.address_templates = [text for text in kept.address_templates if text != template]
    kept.save(update_fields=["address_templates"])
    after = _gazetteer(kept)
    lost = [
        customer
        for customer in _everyone(kept).exclude(room="").iterator()
        if before.place(kept.name, "", customer.address).room and not after.place(kept.name, "", customer.address).room
    ]
    for customer in lost:
        customer.building = customer.unit = customer.room = ""
    Customer.objects.unscoped("forgetting a template").bulk_update(lost, ["building", "unit", "room"], batch_size=2000)
    _log("forget", kept, template, by, customers=len(lost))
    return len(lost)


def _gazetteer(community: Community, more: Sequence[str] = ()) -> Gazetteer:
    templates = [*community.address_templates, *more]
    return Gazetteer([KnownCommunity(community.pk, community.code, community.name, community.aliases, templates)])


def _everyone(community: Community) -> QuerySet[Customer]:
    return Customer.objects.unscoped("addresses of a community").filter(community=community).exclude(address="")


def _unread(community: Community) -> QuerySet[Customer]:
    return _everyone(community).filter(building="", unit="", room="").order_by("id")


def _give_doors(community: Community) -> int:
    gazetteer = _gazetteer(community)
    changed = list(_read(_unread(community).iterator(), gazetteer, community.name))
    everyone = Customer.objects.unscoped("teaching a community's addresses")
    everyone.bulk_update(changed, ["building", "unit", "room"], batch_size=2000)
    return len(changed)


def _read(customers: Iterator[Customer], gazetteer: Gazetteer, name: str) -> Iterator[Customer]:
    for customer in customers:
        place = gazetteer.place(name, "", customer.address)
        if place.room:
            customer.building, customer.unit, customer.room = place.building, place.unit, place.room
            yield customer


def _give_keys(community: Community) -> int:
    """Orders to the same door are counted as one address from now on; how many orders changed."""
    gazetteer = _gazetteer(community)
    with connection.cursor() as cursor:
        cursor.execute(_ORDER_ADDRESSES, {"community": community.pk})
        texts = [row[0] for row in cursor.fetchall()]
        keys = [gazetteer.place(community.name, "", text).address_key for text in texts]
        cursor.execute(_ORDER_KEYS, {"addresses": texts, "keys": keys, "community": community.pk})
        return int(cursor.rowcount)


def _log(verb: str, community: Community, template: str, by: StaffMember, **counts: int) -> None:
    communities_actions.write_log(
        staff=by,
        verb=verb,
        thing="community",
        thing_id=community.pk,
        community_id=community.pk,
        detail={"template": template, **counts},
    )


def unread_count(scope: Scope) -> int:
    """Customers in reach with an address and no door."""
    return (
        Customer.objects.visible_to(scope)
        .filter(community__isnull=False, room="", building="")
        .exclude(address="")
        .count()
    )
