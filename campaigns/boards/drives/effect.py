"""What a drive brought beyond what would have come anyway: everybody with a task against everybody held out, from its
first day until the attribution days after its last. Whoever was given a task counts, visited or not, so nobody chose
themselves into either side."""

from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone

from campaigns.boards.channels import queries as channels
from campaigns.boards.visits.queries import REACH, reach
from campaigns.drives.models import Drive
from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.boards import effects
from coupons.boards.effects import Shown
from coupons.effects import rules
from coupons.effects.rules import Arm, Effect
from opsdesk.lib import figures, sql
from opsdesk.lib.intervals import Interval

EVERYWHERE = Scope(everywhere=True)

# One row a side (candidate_fate, customer_day): sums over its people, profit is net x margin.
_ARMS = f"""
SELECT fate, count(*), count(*) FILTER (WHERE purchases > 0), sum(purchases)::bigint, sum(purchases ^ 2)::bigint,
       sum(orders)::bigint, sum(orders ^ 2)::bigint, sum(net)::bigint, sum(net ^ 2), sum(profit)::bigint,
       sum(profit ^ 2)
  FROM (SELECT c.fate, w.purchases::numeric, w.orders::numeric, w.net::numeric,
               round(w.net * %(margin)s::numeric) AS profit
          FROM campaigns_candidate c
         CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE starts_purchase) AS purchases, COALESCE(sum(orders), 0) AS orders,
                      COALESCE(sum(net), 0) AS net
                 FROM users_customerday
                WHERE customer_id = c.customer_id AND day >= %(first)s AND day < LEAST(%(end)s, %(as_of)s)) w
         WHERE c.drive_id = %(drive)s AND c.fate IN ('task', 'control') AND {REACH.format(table="c")}) people
 GROUP BY fate
"""


def effect_of(drive: Drive, as_of: date, scope: Scope = EVERYWHERE) -> Effect:
    """Of a drive that was started; `scope`: of whose customers. Its cost is staff minutes x wage, messages and the
    coupons used."""
    first, days, company = first_day(drive), window(drive), policies.for_company()
    end = first + timedelta(days=days)
    rows = sql.rows(
        _ARMS, drive=drive.pk, first=first, end=end, as_of=as_of, margin=company.margin_share, **reach(scope)
    )
    arms = {row[0]: Arm(*map(int, row[1:])) for row in rows}
    return rules.effect(
        [(arms.get("task", Arm()), arms.get("control", Arm()))],
        days=days,
        over=rules.window_is_over(first, days, as_of),
        cost=channels.cost_of_drive(scope, as_of, drive.pk),
        least=company.effect_min_people,
    )


def first_day(drive: Drive) -> date:
    """The first on which anybody could be visited: those held out are watched from here on, too."""
    started = timezone.localtime(drive.started_at).date() if drive.started_at else drive.begins_on
    return max(started, drive.begins_on)


def window(drive: Drive) -> int:
    """Days from the first one until orders no longer belong to a visit of the last."""
    ended = timezone.localtime(drive.ended_at).date() if drive.ended_at else drive.ends_on
    last = max(min(ended, drive.ends_on), first_day(drive))
    return (last - first_day(drive)).days + policies.for_company().attribution_days


def shown(drive: Drive, as_of: date, scope: Scope = EVERYWHERE) -> Shown:
    """For campaigns/visits/_effect.html, which a drive's page includes with this as `effect`."""
    effect = effect_of(drive, as_of, scope)
    return replace(effects.shown(effect), roi=_written(roi(effect)))


def roi(effect: Effect) -> Interval | None:
    """(extra net x margin - cost) / cost (domain.md, Rates)."""
    extra = effect.differences["profit"].total if effect.differences else None
    if extra is None or not effect.cost:
        return None
    return Interval(*((value - effect.cost) / effect.cost for value in (extra.at, extra.low, extra.high)))


def _written(value: Interval | None) -> str:
    if value is None:
        return ""
    at, low, high = (figures.signed(one, 1) for one in (value.at, value.low, value.high))
    return f"{at} ({low} – {high})"
