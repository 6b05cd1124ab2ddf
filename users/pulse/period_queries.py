"""What communities did in spans: whole weeks and months from their roll-up, what is left of a period from days."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsdesk.lib import sql
from users.pulse.rules import NO_SUMS, Grain, Span, Sums
from users.pulse.step_rules import EVERYBODY
from users.retention import rules as cohorts

# One row a period with all places together (place -1), and one a period and place of those told apart; from the first
# of them to the last, which is one stretch of the primary key.
_EACH = """
SELECT start, {place}, sum(gross)::bigint, sum(discount)::bigint, sum(net)::bigint, sum(orders), sum(purchases),
       sum(payers), sum(payer_days), sum(new_payers), sum(fresh), sum(fresh_back)
  FROM users_communityperiod
 WHERE grain = %(grain)s AND start BETWEEN %({asked}_from)s AND %({asked}_to)s AND community_id = ANY(%(places)s)
 GROUP BY 1, 2
"""
_TOGETHER = _EACH.format(place=EVERYBODY, asked="together")
_APART = _EACH.format(place="community_id", asked="apart")

# One row a span, all places together, from days (days_of_everybody, or key community_id, day). A first purchase on a
# day makes its customer fresh on the seven days after it: of those, the ones within the span.
_PARTS = """
WITH asked AS (SELECT * FROM unnest(%(starts)s::date[], %(stops)s::date[]) WITH ORDINALITY AS s(start, stop, n)),
sold AS (
    SELECT n, sum(gross) AS gross, sum(discount) AS discount, sum(net) AS net, sum(orders) AS orders,
           sum(purchases) AS purchases, max({payers}) AS payers, sum(payers) AS payer_days,
           sum(new_payers) AS new_payers, sum(fresh_back) AS fresh_back
      FROM asked JOIN users_communityday d ON day >= start AND day < stop AND community_id = ANY(%(places)s)
     GROUP BY n, community_id),
fresh AS (
    SELECT n, sum(new_payers * GREATEST(0, LEAST(day + 8, stop) - GREATEST(day + 1, start))) AS fresh
      FROM asked JOIN users_communityday d ON day >= start - 7 AND day < stop AND community_id = ANY(%(places)s)
     GROUP BY n)
SELECT n, sum(gross)::bigint, sum(discount)::bigint, sum(net)::bigint, sum(orders)::bigint, sum(purchases)::bigint,
       sum(payers), sum(payer_days)::bigint, sum(new_payers)::bigint, max(fresh), sum(fresh_back)::bigint
  FROM asked LEFT JOIN sold USING (n) LEFT JOIN fresh USING (n) GROUP BY n
"""
_RUNNING = {"week": "week_payers", "month": "month_payers"}  # distinct payers from the period's first day on


@dataclass(frozen=True)
class PeriodSums:
    """All places together in each span, and single places in those that are told apart."""

    told: Mapping[Span, Mapping[int, Sums]]
    apart: Collection[Span]

    def sums(self, place: int, span: Span) -> Sums:
        if place != EVERYBODY and span not in self.apart:
            raise LookupError(f"places are not told apart in {span}")
        return self.told[span].get(place, NO_SUMS)


def period_sums(grain: Grain, spans: Sequence[Span], apart: Sequence[Span], places: Collection[int]) -> PeriodSums:
    """`grain` is week or month; `apart` are whole periods. A span that is none begins with a period, or its paying
    users mean nothing, and lies within one."""
    told: dict[Span, dict[int, Sums]] = {span: {} for span in (*spans, *apart)}
    together = [span for span in spans if is_whole(grain, span)]
    for start, place, *numbers in _whole(grain, together, apart, places):
        span = Span(start, cohorts.after(start, grain, 1))
        if span in told:
            told[span][place] = Sums._make(numbers)
    parts = [span for span in spans if not is_whole(grain, span)]
    for n, *numbers in _parts(grain, parts, places):
        told[parts[n - 1]][EVERYBODY] = Sums(*(number or 0 for number in numbers))
    return PeriodSums(told, frozenset(apart))


def is_whole(grain: Grain, span: Span) -> bool:
    return cohorts.start_of(span.start, grain) == span.start and cohorts.after(span.start, grain, 1) == span.end


def _whole(
    grain: Grain, together: Sequence[Span], apart: Sequence[Span], places: Collection[int]
) -> list[tuple[Any, ...]]:
    asked = [text for text, spans in ((_TOGETHER, together), (_APART, apart)) if spans]
    if not asked:
        return []
    ends = {**_ends("together", together), **_ends("apart", apart)}
    return sql.rows(" UNION ALL ".join(asked), grain=grain, places=list(places), **ends)


def _parts(grain: Grain, spans: Sequence[Span], places: Collection[int]) -> list[tuple[Any, ...]]:
    if not spans:
        return []
    text = _PARTS.format(payers=_RUNNING[grain])
    return sql.rows(text, starts=_starts(spans), stops=[span.end for span in spans], places=list(places))


def _starts(spans: Sequence[Span]) -> list[dt.date]:
    return [span.start for span in spans]


def _ends(name: str, spans: Sequence[Span]) -> dict[str, dt.date]:
    starts = _starts(spans)
    return {f"{name}_from": min(starts), f"{name}_to": max(starts)} if starts else {}
