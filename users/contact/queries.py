"""What stands between us and a customer: limits in force, the gate as SQL, wishes and their ledger, pauses, touches."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from communities.models import Community
from communities.policies import queries as policies
from communities.policies.rules import Policies
from communities.scoping import Scope
from opsdesk.lib import sql
from users.contact import rules
from users.contact.models import ContactPause, ContactWish, Touch, WishChange
from users.contact.rules import Facts, Limits
from users.customers.models import Customer

COUNTED = (Touch.State.WAITING, Touch.State.DONE, Touch.State.UNKNOWN)  # against the caps: nobody is planned for twice
ASKED = 2000  # touches of one customer that a page reads at most

# One row a customer that `people` names: the first reason against contacting them, '' when they may be contacted.
# The order of the WHENs is the order of rules.may_contact. Indexes users_customer_pkey, touch_counted.
GATE = """
WITH asked AS (SELECT DISTINCT p.customer_id FROM ({people}) AS p(customer_id)),
reached AS (
    SELECT t.customer_id,
           count(*) FILTER (WHERE t.at > %(gate_since)s) AS n,
           count(*) FILTER (WHERE t.at > %(gate_own_since)s AND t.channel = %(gate_channel)s) AS own
      FROM asked JOIN users_touch t USING (customer_id)
     WHERE t.state IN ('waiting', 'done', 'unknown') AND t.at > least(%(gate_since)s, %(gate_own_since)s)
     GROUP BY t.customer_id)
SELECT asked.customer_id,
       CASE WHEN w.do_not_contact THEN 'dnc'
            WHEN %(gate_by_class)s AND w.no_profiling THEN 'profiling'
            WHEN %(gate_channel)s = ANY(w.refused) THEN 'consent'
            WHEN %(gate_opt_in)s AND NOT coalesce(%(gate_channel)s = ANY(w.agreed), FALSE) THEN 'consent'
            WHEN pause.community_id IS NOT NULL THEN 'incident'
            WHEN %(gate_counted)s AND coalesce(reached.n, 0) >= %(gate_most)s THEN 'cap'
            WHEN %(gate_counted)s AND %(gate_own_most)s > 0 AND coalesce(reached.own, 0) >= %(gate_own_most)s THEN 'cap'
            WHEN %(gate_quiet)s THEN 'quiet'
            ELSE '' END AS reason
  FROM asked JOIN users_customer c ON c.id = asked.customer_id
  LEFT JOIN users_contactwish w ON w.customer_id = asked.customer_id
  LEFT JOIN reached ON reached.customer_id = asked.customer_id
  LEFT JOIN (SELECT DISTINCT community_id FROM users_contactpause
              WHERE begins_at <= %(gate_at)s AND (ended_at IS NULL OR ended_at > %(gate_at)s)) AS pause
         ON pause.community_id = c.community_id
"""
_ONE = "SELECT %(gate_one)s::bigint"


def limits(values: Policies) -> Limits:
    """The caps and quiet hours of these policies. Coupons have a cap of their own, so has each kind of message, and
    each of visits and calls; what is said in a group or at an event counts in the cap over all channels alone."""
    message = (values.message_most, values.message_days)
    visit = (values.visit_most, values.visit_days)
    own = {"coupon": (values.coupon_most, values.coupon_days)}
    own |= dict.fromkeys(("sms", "push", "wechat"), message) | dict.fromkeys(("door", "phone"), visit)
    return Limits(
        most=values.contact_most,
        days=values.contact_days,
        own=own,
        quiet_from=time.fromisoformat(values.quiet_from),
        quiet_to=time.fromisoformat(values.quiet_to),
        opt_in=frozenset({"sms"} if values.sms_opt_in else ()),
    )


def gate(
    people_sql: str, params: dict[str, Any], *, channel: str, at: datetime, by_class: bool, counted: bool = True
) -> tuple[str, dict[str, Any]]:
    """A SELECT of customer_id, reason ('' = may) with its parameters, for use as a CTE; customers that are not there
    give no row. `people_sql`: a SELECT of one column of customer ids, read with `params`.

    `counted`: False leaves the caps out, for a message whose touch was counted when it was planned.
    """
    values = limits(policies.for_company())
    own_most, own_days = values.own.get(channel, (0, 0))
    asked = {
        "gate_channel": channel,
        "gate_at": at,
        "gate_since": at - timedelta(days=values.days),
        "gate_own_since": at - timedelta(days=own_days),
        "gate_by_class": by_class,
        "gate_opt_in": channel in values.opt_in,
        "gate_most": values.most,
        "gate_own_most": own_most,
        "gate_counted": counted,
        "gate_quiet": channel in rules.QUIET_CHANNELS and rules.is_quiet(timezone.localtime(at).time(), values),
    }
    return GATE.replace("{people}", people_sql), {**params, **asked}


def may_contact(customer_id: int, channel: str, at: datetime, by_class: bool) -> str:
    """ "" or the first reason against it, a key of rules.REASONS. "dnc" for somebody who is not there."""
    statement, params = gate(_ONE, {"gate_one": customer_id}, channel=channel, at=at, by_class=by_class)
    found = sql.rows(statement, **params)
    return str(found[0][1]) if found else "dnc"


def facts_of(wish: ContactWish, at: datetime, values: Limits) -> Facts:
    """What the gate knows of one customer with this wish, for the rules themselves: two short reads."""
    customer_id = wish.pk
    days = max([values.days, *(days for _most, days in values.own.values())])
    reached = Touch.objects.filter(customer_id=customer_id, state__in=COUNTED, at__gt=at - timedelta(days=days))
    touches = [(channel, (at - when) / timedelta(days=1)) for channel, when in reached.values_list("channel", "at")]
    everybody = Customer.objects.unscoped("the community of a customer whom the caller has reached")
    paused = ContactPause.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), begins_at__lte=at,
        community__in=everybody.filter(pk=customer_id).values("community_id"),
    )  # fmt: skip
    return Facts(
        wish.do_not_contact, wish.no_profiling, frozenset(wish.refused), frozenset(wish.agreed), paused.exists(),
        tuple(touches),
    )  # fmt: skip


def standing(wish: ContactWish, at: datetime, policies_in_force: Policies) -> dict[str, str]:
    """Every channel with "" or the reason against it, as for a contact that no class decides."""
    values = limits(policies_in_force)
    facts, time_of_day = facts_of(wish, at, values), timezone.localtime(at).time()
    return {one: rules.may_contact(facts, one, time_of_day, values, by_class=False) for one in rules.CHANNELS}


# -- Wishes, their ledger, pauses, touches ---------------------------------------------------------------------------


def wish_of(customer_id: int) -> ContactWish:
    """What the customer wishes; an unsaved empty one when nothing was ever said."""
    return ContactWish.objects.filter(pk=customer_id).first() or ContactWish(customer_id=customer_id)


def changes_of(customer_id: int) -> QuerySet[WishChange]:
    """The ledger of one customer, newest first."""
    return WishChange.objects.filter(customer_id=customer_id).select_related("by")


def ledger(scope: Scope, *, subject: str = "", channel: str = "", community: str = "") -> QuerySet[WishChange]:
    """The ledger of everybody in reach; empty words filter nothing."""
    wanted = {"subject": subject, "channel": channel, "customer__community__code": community}
    told = Q(**{word: value for word, value in wanted.items() if value})
    reach = scope.condition("customer__community_id", "customer__station_id")
    return (
        WishChange.objects.filter(reach & told).select_related("by", "customer", "customer__community").order_by("-id")
    )


def counts(scope: Scope, community: str = "") -> dict[str, int]:
    """How many customers in reach are not to be contacted, refuse profiling, refuse a channel."""
    reach = scope.condition("customer__community_id", "customer__station_id")
    here = Q(customer__community__code=community) if community else Q()
    found: dict[str, int] = ContactWish.objects.filter(reach & here).aggregate(
        dnc=Count("pk", filter=Q(do_not_contact=True)),
        profiling=Count("pk", filter=Q(no_profiling=True)),
        refused=Count("pk", filter=Q(refused__len__gt=0)),
        agreed=Count("pk", filter=Q(agreed__len__gt=0)),
    )
    return found


def open_pauses(communities: QuerySet[Community]) -> QuerySet[ContactPause]:
    """Communities of these where nobody is contacted now."""
    return ContactPause.objects.filter(community__in=communities, ended_at=None).select_related("community", "by")


def touches_of(customer_id: int) -> QuerySet[Touch]:
    """What reached one customer or was held back, newest first."""
    return Touch.objects.filter(customer_id=customer_id).select_related("operator").order_by("-at", "-id")[:ASKED]
