"""Who a batch is for, as SQL: candidates by the words of the customer list, the first reason against each, and how
what was frozen differs from what would be frozen now."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.utils import timezone

from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.batches import rules
from coupons.batches.models import Batch
from opsdesk.lib import sql
from users.contact import queries as contact
from users.directory import filters as directory
from users.directory import queries as people
from users.lifecycle import queries as lifecycle

Params = dict[str, Any]

# One row a candidate: the first reason against them, '' for nobody. The gate's word stands before ours. Coupons that
# are promised but not issued yet count as had. Indexes users_customer_pkey, grant_nth_of_a_coupon,
# batch_member_customer, touch_counted, touch_of_a_thing.
FATES = """
WITH gate AS ({gate}), had AS (
    SELECT customer_id, count(*) AS n FROM (
        SELECT customer_id, batch_id FROM coupons_grant WHERE coupon_id = %(coupon)s AND state <> 'void'
         UNION SELECT m.customer_id, m.batch_id FROM coupons_batchmember m JOIN coupons_batch b ON b.id = m.batch_id
                WHERE m.fate = 'send' AND b.id <> %(batch)s AND b.coupon_id = %(coupon)s
                  AND b.state IN ('approved', 'issuing', 'paused')) AS promised
     GROUP BY customer_id),
treated AS (
    SELECT DISTINCT t.customer_id FROM users_touch t
     WHERE t.thing = 'batch' AND t.strategy_version_id = ANY(%(versions)s) AND t.at > %(treated_since)s
       AND t.state <> 'blocked')
SELECT g.customer_id, COALESCE(c.community_id, 0) AS community_id, c.station_id, COALESCE(s.lifecycle, '') AS lifecycle,
       COALESCE(s.rfm_class, '') AS rfm_class,
       CASE WHEN g.reason <> '' THEN g.reason WHEN had.n >= %(per_customer)s THEN 'limit'
            WHEN treated.customer_id IS NOT NULL THEN 'cap' ELSE '' END AS reason
  FROM gate g JOIN users_customer c ON c.id = g.customer_id
  LEFT JOIN users_standing s ON s.customer_id = g.customer_id
  LEFT JOIN had ON had.customer_id = g.customer_id
  LEFT JOIN treated ON treated.customer_id = g.customer_id
"""
# A batch with a text needs both doors open: the coupon's and the text's.
BOTH = """
SELECT one.customer_id, CASE WHEN one.reason <> '' THEN one.reason ELSE COALESCE(other.reason, '') END AS reason
  FROM ({coupon}) AS one LEFT JOIN ({text}) AS other ON other.customer_id = one.customer_id
"""
NOBODY = "SELECT NULL::bigint WHERE FALSE"
DIFFERENCE = """
WITH fresh AS (SELECT customer_id FROM ({fates}) AS f WHERE reason = ''),
     frozen AS (SELECT customer_id FROM coupons_batchmember WHERE batch_id = %(batch)s AND fate IN ('send', 'control'))
SELECT count(*) FILTER (WHERE fresh.customer_id IS NULL), count(*) FILTER (WHERE frozen.customer_id IS NULL),
       count(frozen.customer_id)
  FROM fresh FULL JOIN frozen ON frozen.customer_id = fresh.customer_id
"""


@dataclass(frozen=True)
class Drift:
    """How a frozen audience differs from the one of now: who left it, who came, how many it had."""

    gone: int
    new: int
    frozen: int

    @property
    def share(self) -> float:
        return rules.stale_share(self.gone, self.new, self.frozen)


def scope_of(kept: dict[str, Any]) -> Scope:
    """The reach of its maker, as the batch keeps it; an empty one reaches nobody."""
    return Scope(
        everywhere=bool(kept.get("everywhere")),
        communities=frozenset(kept.get("communities", [])),
        stations=frozenset(kept.get("stations", [])),
    )


def kept(scope: Scope) -> dict[str, Any]:
    return {
        "everywhere": scope.everywhere,
        "communities": sorted(scope.communities),
        "stations": sorted(scope.stations),
    }


def draw_key(batch: Batch) -> str:
    """Under which key customers draw: of a strategy's version, so that whoever is held out stays so from batch to
    batch and the version's effect can be told; else the batch's own."""
    return f"v{batch.strategy_version_id}" if batch.strategy_version_id else batch.number


def reached_at(batch: Batch, at: datetime) -> datetime:
    """When its people would be reached: at its send time, or now; a text of the night goes out in the morning."""
    limits = contact.limits(policies.for_company())
    moment = timezone.localtime(max(batch.send_at or at, at))
    return rules.awake(moment, limits.quiet_from, limits.quiet_to) if batch.message_channel else moment


def as_of() -> date | None:
    """The run whose classes an audience is read by."""
    return lifecycle.latest_as_of()


def means(batch: Batch, customer_id: int) -> bool:
    """Whether an open batch is for this customer: within its audience and its maker's reach, as of now. Without any
    word of an audience only the reach decides, which `queries.handing_out` asks."""
    if not batch.audience:
        return True
    found = people.people(scope_of(batch.scope), directory.from_text(batch.audience))
    return found.filter(pk=customer_id).exists()


def is_by_class(batch: Batch) -> bool:
    """Whether classes decide who is in it: then whoever refuses profiling gets none."""
    return rules.is_by_class(directory.from_text(batch.audience).chosen)


def fates_sql(batch: Batch, at: datetime) -> tuple[str, Params]:
    """A SELECT of every candidate of now with the reason against them; see FATES for its columns."""
    wanted = directory.from_text(batch.audience)
    ids, params = people_sql(scope_of(batch.scope), wanted)
    by_class = rules.is_by_class(wanted.chosen)
    gate, params = _gate(batch, ids, params, reached_at(batch, at), by_class)
    return FATES.replace("{gate}", gate), params | _had(batch, at)


def _gate(batch: Batch, ids: str, params: Params, at: datetime, by_class: bool) -> tuple[str, Params]:
    coupon, asked = contact.gate(ids, params, channel="coupon", at=at, by_class=by_class)
    if not batch.message_channel:
        return coupon, asked
    text, texted = contact.gate(ids, params, channel=batch.message_channel, at=at, by_class=by_class)
    asked |= {_other(name): value for name, value in texted.items() if name.startswith("gate_")}
    return BOTH.format(coupon=coupon, text=text.replace("%(gate_", "%(other_gate_")), asked


def _other(name: str) -> str:
    return f"other_{name}"


def _had(batch: Batch, at: datetime) -> Params:
    version = batch.strategy_version
    versions = list(version.strategy.versions.values_list("id", flat=True)) if version else []
    days = version.every_days if version else 0
    return {
        "batch": batch.pk,
        "coupon": batch.coupon_id,
        "per_customer": batch.coupon.per_customer,
        "versions": versions,
        "treated_since": at - timedelta(days=days),
    }


def people_sql(scope: Scope, wanted: directory.Filters) -> tuple[str, Params]:
    """The customer list's own query, as a SELECT of ids with named parameters."""
    try:
        text, values = people.people(scope, wanted).values_list("id").order_by().query.sql_with_params()
    except EmptyResultSet:
        return NOBODY, {}
    places = iter(range(len(values)))
    named = re.sub(r"%%|%s", lambda found: "%%" if found[0] == "%%" else f"%(people_{next(places)})s", text)
    return named, {f"people_{place}": value for place, value in enumerate(values)}


def drift(batch: Batch, at: datetime) -> Drift:
    """Read the audience again and hold it against the frozen one; writes nothing."""
    if batch.origin == Batch.Origin.OPEN:
        return Drift(0, 0, 0)
    text, params = fates_sql(batch, at)
    return Drift(*sql.rows(DIFFERENCE.replace("{fates}", text), **params)[0])
