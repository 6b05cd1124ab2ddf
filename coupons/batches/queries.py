"""Batches in reach, and what an approver asks of one: the last of its kind, who got that, what else runs, samples."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from communities.scoping import Scope
from coupons.batches import rules
from coupons.batches.models import Batch, BatchMember, BatchStep, Hand
from opsdesk.lib import sql
from users.customers.models import Customer
from users.directory import queries as directory

SAMPLE = 20
DRAWS = 2**28
PAST = 10

# One row: recipients of both, of this one alone, of the last one alone, and of those: how many are candidates still
# but held out or held back now. Used ones are counted among all and among both (primary key; grant_once_...).
COMPARED = """
WITH mine AS (SELECT customer_id, fate FROM coupons_batchmember WHERE batch_id = %(batch)s),
     last AS (SELECT m.customer_id, g.state = 'used' AS used FROM coupons_batchmember m
                LEFT JOIN coupons_grant g ON g.batch_id = m.batch_id AND g.customer_id = m.customer_id
               WHERE m.batch_id = %(last)s AND m.fate = 'send')
SELECT count(*) FILTER (WHERE last.customer_id IS NOT NULL AND mine.fate = 'send'),
       count(*) FILTER (WHERE last.customer_id IS NOT NULL AND mine.fate = 'send' AND last.used),
       count(*) FILTER (WHERE last.customer_id IS NULL AND mine.fate = 'send'),
       count(*) FILTER (WHERE last.customer_id IS NOT NULL AND mine.fate IS DISTINCT FROM 'send'),
       count(*) FILTER (WHERE last.customer_id IS NOT NULL AND mine.fate IN ('held', 'control')),
       count(*) FILTER (WHERE last.customer_id IS NOT NULL AND mine.fate IS DISTINCT FROM 'send' AND last.used)
  FROM mine FULL JOIN last ON last.customer_id = mine.customer_id
"""
# One row another live batch: how many of this one's recipients hold a coupon of it, or are promised one (batch_state,
# batch_member_customer).
OVERLAPS = """
SELECT o.id, count(*) FROM coupons_batchmember m
  JOIN coupons_batchmember other ON other.customer_id = m.customer_id AND other.batch_id <> m.batch_id
   AND other.fate = 'send'
  JOIN coupons_batch o ON o.id = other.batch_id AND o.state = ANY(%(live)s) AND o.ended_at IS NULL
  LEFT JOIN coupons_grant g ON g.batch_id = o.id AND g.customer_id = m.customer_id
 WHERE m.batch_id = %(batch)s AND m.fate = 'send' AND (g.id IS NULL OR g.state = 'open')
 GROUP BY o.id ORDER BY 2 DESC, 1 LIMIT 5
"""
# One row a batch: issued, used, fen taken off (grant_batch_state).
USED = """
SELECT batch_id, count(*) FILTER (WHERE state <> 'void'), count(*) FILTER (WHERE state = 'used'),
       COALESCE(sum(discount), 0)::bigint
  FROM coupons_grant WHERE batch_id = ANY(%(batches)s) GROUP BY batch_id
"""


@dataclass(frozen=True)
class Compared:
    """Recipients of this batch against those of the last one; `held`: of those no longer, still candidates."""

    both: int
    both_used: int
    new: int
    gone: int
    held: int
    gone_used: int


def visible_to(scope: Scope) -> QuerySet[Batch]:
    """Batches whose maker reached no further than this person does, newest first."""
    found = Batch.objects.select_related("coupon__product", "budget", "made_by", "strategy_version__strategy")
    return found.prefetch_related("coupon__categories").filter(_within(scope)).order_by("-id")


def _within(scope: Scope) -> Q:
    if scope.everywhere:
        return Q()
    within = Q(scope__everywhere=False, scope__communities__contained_by=sorted(scope.communities))
    return within & Q(scope__stations__contained_by=sorted(scope.stations))


def within(scope: Scope, batch: Batch) -> bool:
    """Whether `visible_to` finds this one, asked of the row at hand. One that does not say whom its maker reached is
    seen from everywhere alone."""
    reach = batch.scope
    if scope.everywhere or reach.get("everywhere") is not False:
        return scope.everywhere
    return scope.communities.issuperset(reach["communities"]) and scope.stations.issuperset(reach["stations"])


def waiting(scope: Scope) -> QuerySet[Batch]:
    """Those that wait for an approver, the oldest deadline first (index batch_state)."""
    return (
        visible_to(scope).filter(state="submitted").order_by(F("decide_by").asc(nulls_last=True), "submitted_at", "id")
    )


def waiting_for(scope: Scope, staff_id: int) -> QuerySet[Batch]:
    """Those of them that this person may decide: neither made by them nor approved by them already."""
    made = Hand.objects.filter(staff=staff_id, part=Hand.Part.MAKER).values("batch")
    given = BatchStep.objects.filter(verb="approve", by=staff_id, revision=F("batch__revision")).values("batch")
    return waiting(scope).exclude(pk__in=made).exclude(pk__in=given)


def on_the_desk_of(staff_id: int, approves: Scope | None, drafts: Scope | None) -> QuerySet[Batch]:
    """What waits for one person: batches that they may decide, and those sent back that they had a hand in making, in
    one statement; the oldest deadline first. A scope of None: they do not hold that right."""
    made = Hand.objects.filter(staff=staff_id, part=Hand.Part.MAKER).values("batch")
    given = BatchStep.objects.filter(verb="approve", by=staff_id, revision=F("batch__revision")).values("batch")
    asked = Q(pk__in=[])
    if approves is not None:
        asked |= Q(state="submitted") & ~Q(pk__in=made) & ~Q(pk__in=given) & _within(approves)
    if drafts is not None:
        asked |= Q(state="changes", pk__in=made) & _within(drafts)
    return Batch.objects.filter(asked).order_by(F("decide_by").asc(nulls_last=True), "id")


def found(scope: Scope, key: str) -> Batch | None:
    """By its number (B-0412) or id; out of reach is not there."""
    by = {"pk": int(key)} if key.isascii() and key.isdigit() and len(key) < 19 else {"number": key}
    return visible_to(scope).filter(**by).first()


def handing_out(community_id: int | None, station_id: int | None, day: date) -> QuerySet[Batch]:
    """Open batches with coupons left on this day, of makers who reach customers of this place; the newest first
    (batch_state)."""
    reach = Q(scope__everywhere=True) | Q(scope__communities__contains=[community_id or 0])
    reach |= Q(scope__stations__contains=[station_id or 0])
    found = Batch.objects.filter(reach, origin=Batch.Origin.OPEN, state="issuing", issued__lt=F("recipients"))
    found = found.filter(Q(coupon__valid_to=None) | Q(coupon__valid_to__gte=day)).order_by("-id")
    return found.select_related("coupon__product").prefetch_related("coupon__categories")


def state_counts(scope: Scope) -> dict[str, int]:
    counted = visible_to(scope).order_by().values_list("state").annotate(n=Count("id"))
    return dict(counted)


def hands(batch: Batch, part: str) -> list[Any]:
    """The people on one side, in the order in which they came."""
    return [one.staff for one in batch.hands.filter(part=part).select_related("staff").order_by("id")]


def makers_of(batches: Iterable[Batch]) -> dict[int, list[Any]]:
    """The makers of each by the batch's id; one statement for all."""
    found: dict[int, list[Any]] = {batch.pk: [] for batch in batches}
    for one in Hand.objects.filter(batch__in=list(found), part=Hand.Part.MAKER).select_related("staff").order_by("id"):
        found[one.batch_id].append(one.staff)
    return found


def steps(batch: Batch) -> list[BatchStep]:
    return list(batch.steps.select_related("by").order_by("-id"))


# -- Its kind ------------------------------------------------------------------------------------------------------


def of_its_kind(batch: Batch) -> QuerySet[Batch]:
    """Earlier batches that somebody approved: of its strategy, or else with its coupon; newest first."""
    earlier = Batch.objects.filter(state__in=rules.LIVE, pk__lt=batch.pk).select_related("coupon").order_by("-id")
    version = batch.strategy_version
    if version is not None:
        return earlier.filter(strategy_version__strategy=version.strategy_id)
    return earlier.filter(coupon=batch.coupon_id)


def past(batch: Batch) -> list[Batch]:
    """What a forecast leans on: the last of its kind that were issued to the end."""
    return list(of_its_kind(batch).filter(state="issued", issued__gt=0).exclude(origin=Batch.Origin.OPEN)[:PAST])


def previous(batch: Batch) -> Batch | None:
    """The one that its audience is held against."""
    return of_its_kind(batch).exclude(origin=Batch.Origin.OPEN).first()


def compared(batch: Batch, last: Batch) -> Compared:
    return Compared(*map(int, sql.rows(COMPARED, batch=batch.pk, last=last.pk)[0]))


def overlaps(batch: Batch) -> list[tuple[Batch, int]]:
    counted = sql.rows(OVERLAPS, batch=batch.pk, live=[*rules.LIVE])
    batches = Batch.objects.select_related("coupon").in_bulk([row[0] for row in counted])
    return [(batches[batch_id], int(n)) for batch_id, n in counted]


def used(batches: list[Batch]) -> dict[int, tuple[int, int, int]]:
    """(issued, used, fen taken off) by batch; those without a coupon are left out."""
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in sql.rows(USED, batches=[b.pk for b in batches])}


# -- Members -------------------------------------------------------------------------------------------------------


def members(batch: Batch, fate: str = "", reason: str = "") -> QuerySet[BatchMember]:
    wanted = {name: value for name, value in (("fate", fate), ("reason", reason)) if value}
    return BatchMember.objects.filter(batch=batch, **wanted)


def sample(batch: Batch, turn: int) -> list[Any]:
    """Twenty recipients with what a list shows of each, the next twenty at every `turn`: in the order of the numbers
    they drew (batch_member_fate), from a place on that the batch's own number names, and round to the first."""
    going = members(batch, BatchMember.Fate.SEND).order_by("draw", "customer_id").values_list("customer_id", flat=True)
    many = going.count()
    if many <= SAMPLE:
        return people(list(going))
    start = (rules.draw(batch.number, 0) + turn * SAMPLE) % many
    ids = list(going[start : start + SAMPLE])
    ids += going[: SAMPLE - len(ids)]
    return people(ids)


def people(ids: list[int]) -> list[Any]:
    """Rows of the customer list for these ids, in this order. Who may see the batch sees them, masked."""
    everybody = Customer.objects.unscoped("members of a batch that the reader reaches").filter(pk__in=ids)
    rows = {one.pk: one for one in directory.rows(everybody)}
    return [rows[one] for one in ids if one in rows]
