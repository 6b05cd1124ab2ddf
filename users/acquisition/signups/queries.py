"""Who is known, and what was told of them before; the files that came in."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from communities.models import StaffMember
from communities.scoping import Scope
from opsdesk.lib import sql
from users.acquisition.models import SignupImport, SignupProblem
from users.acquisition.signups import befores, rules
from users.acquisition.signups.rules import Bond, Person, Told
from users.customers.models import Customer

SHANGHAI = ZoneInfo("Asia/Shanghai")
State = SignupImport.State

# One row a known customer with one of the phones (unique), and the registration told of them.
_PEOPLE = """
SELECT c.phone, c.id, c.registered_at, c.name, c.channel, c.community_id, c.address, c.building, c.unit, c.room,
       r.at, COALESCE(r.channel, '')
  FROM users_customer c LEFT JOIN users_registration r ON r.customer_id = c.id
 WHERE c.phone = ANY(%(phones)s)
"""
# One row a known customer with one of the phones; `here`: whether they are in reach.
_IDS = """
SELECT phone, id FROM users_customer
 WHERE phone = ANY(%(phones)s)
   AND (%(everywhere)s OR community_id = ANY(%(communities)s) OR station_id = ANY(%(stations)s))
"""
# One row a bond of any of these or of whoever brought them, however far back.
_BONDS = """
WITH RECURSIVE back AS (
    SELECT referred_id, referrer_id, at FROM users_referral WHERE referred_id = ANY(%(ids)s)
     UNION
    SELECT r.referred_id, r.referrer_id, r.at FROM users_referral r JOIN back b ON r.referred_id = b.referrer_id)
SELECT * FROM back
"""


def people(phones: Collection[str]) -> dict[str, Person]:
    """By phone."""
    return {
        phone: Person(number, Told(local(at), *rest), local(since), by)
        for phone, number, at, *rest, since, by in sql.rows(_PEOPLE, phones=list(phones))
    }


def ids(phones: Collection[str], scope: Scope) -> dict[str, int]:
    """Customer by phone, of those in reach."""
    reach = {"everywhere": scope.everywhere, "communities": list(scope.communities), "stations": list(scope.stations)}
    return dict(sql.rows(_IDS, phones=list(phones), **reach))


def bonds(customer_ids: Collection[int]) -> dict[int, Bond]:
    """Who brought these, and whoever brought those, by the customer brought."""
    rows = sql.rows(_BONDS, ids=list(customer_ids))
    return {referred: Bond(referrer, local(at)) for referred, referrer, at in rows}


def local(at: datetime | None) -> datetime | None:
    """A stored moment as a naive one of Asia/Shanghai."""
    return at.astimezone(SHANGHAI).replace(tzinfo=None) if at else None


def aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=SHANGHAI) if at else None


def files_for(scope: Scope, staff: StaffMember) -> QuerySet[SignupImport]:
    """Newest first, without what is in them. Whoever imports everywhere sees everybody's; else one's own."""
    found = SignupImport.objects.select_related("by").defer("content")
    return found if scope.everywhere else found.filter(by=staff)


def twin(file: SignupImport) -> SignupImport | None:
    """The newest other file of the very same bytes that is in."""
    same = SignupImport.objects.filter(digest=file.digest, state=State.DONE).exclude(pk=file.pk).defer("content")
    return same.order_by("-id").first()


def people_of(file_id: int, outcomes: Collection[str]) -> list[int]:
    """Customers to whom a file that is in did one of these (of referrals: who was brought); nobody for any other."""
    content = SignupImport.objects.filter(pk=file_id, state=State.DONE).values_list("content", flat=True).first()
    did = befores.did(bytes(content)) if content else {}
    return [number for outcome in outcomes for number in did.get(outcome, [])]


def people_counts(file: SignupImport, scope: Scope) -> dict[str, int]:
    """How many people in reach stand behind each outcome, while the file is in."""
    seen = Customer.objects.visible_to(scope)
    return {one: seen.filter(among(people_of(file.pk, [one]))).count() for one in rules.OUTCOMES[:3]}


def among(ids: Collection[int]) -> Q:
    """As one parameter, however many there are."""
    return Q(id__in=RawSQL("SELECT unnest(%s::bigint[])", [list(ids)]))


def problems_of(file: SignupImport) -> QuerySet[SignupProblem]:
    return SignupProblem.objects.filter(file=file).order_by("line", "id")
