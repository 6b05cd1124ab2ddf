"""What the pages of strategies tell beside what a strategy says: people, batches, coupons used, effect."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from communities.access import Desk
from communities.policies import queries as policies
from communities.rules import SEE_CUSTOMERS
from communities.scoping import Scope
from coupons.batches.models import Batch
from coupons.batches.rules import awake, is_by_class
from coupons.effects import queries as effects
from coupons.effects.rules import Effect
from coupons.strategies import audience, queries, rules, words
from coupons.strategies.models import Strategy, StrategyVersion
from opsdesk.lib import sql
from users.contact import queries as contact
from users.directory import filters, listing, sentence
from users.directory.filters import Filters

# One row a version: its batches that were issued, their coupons and how many are used (indexes
# coupons_batch_strategy_version, grant_batch_state).
_USED = """
SELECT b.strategy_version_id, count(*)::int, COALESCE(sum(b.issued), 0)::int,
       COALESCE(sum((SELECT count(*) FROM coupons_grant g WHERE g.batch_id = b.id AND g.state = 'used')), 0)::int
  FROM coupons_batch b
 WHERE b.strategy_version_id = ANY(%(versions)s) GROUP BY 1
"""


class Used(NamedTuple):
    """Batches of a version, in any state; coupons issued and used."""

    batches: int = 0
    issued: int = 0
    used: int = 0

    @property
    def rate(self) -> float | None:
        return self.used / self.issued if self.issued else None


@dataclass(frozen=True)
class Row:
    """One line of the matrix."""

    version: StrategyVersion
    strategy: Strategy
    people: int
    people_query: str
    pieces: sentence.Pieces
    classes: tuple[str, ...]
    rhythm: str
    next_on: date | None
    batch: Batch | None
    used: Used


def matrix(desk: Desk, versions: Sequence[StrategyVersion], today: date) -> list[Row]:
    """Every version as a line, people counted in the community looked at."""
    seen = [within(desk, version.audience) for version in versions]
    sizes = audience.sizes(desk.scope, [one.to_query() for one in seen])
    batches = last_batches(version.strategy_id for version in versions)
    used = used_by_version(version.pk for version in versions)
    rows = zip(versions, seen, sizes, strict=True)
    return [_row(desk, version, one, n, batches, used, today) for version, one, n in rows]


def _row(
    desk: Desk,
    version: StrategyVersion,
    seen: Filters,
    people: int,
    batches: dict[int, Batch],
    used: dict[int, Used],
    today: date,
) -> Row:
    said = filters.from_text(version.audience)
    return Row(
        version=version,
        strategy=version.strategy,
        people=people,
        people_query=seen.to_query() or "all=1",
        pieces=sentence.pieces(said, listing.names(said, desk)),
        classes=(*said.lifecycle, *(code for code in said.rfm if code != filters.NONE)),
        rhythm=words.rhythm(version.rhythm, version.weekday, version.send_time),
        next_on=rules.next_due(version.rhythm, version.weekday, today) if version.strategy.running_since else None,
        batch=batches.get(version.strategy_id),
        used=used.get(version.pk, Used()),
    )


def within(desk: Desk, said: str) -> Filters:
    """The audience in the community that the page looks at."""
    wanted = filters.from_text(said)
    return replace(wanted, community=desk.community.code) if desk.community and not wanted.community else wanted


def last_batches(strategies: Iterable[int]) -> dict[int, Batch]:
    """The newest batch of each strategy."""
    newest = Batch.objects.filter(strategy_version__strategy__in=list(strategies))
    newest = newest.order_by("strategy_version__strategy_id", "-id").distinct("strategy_version__strategy_id")
    found = newest.select_related("strategy_version")
    return {batch.strategy_version.strategy_id: batch for batch in found if batch.strategy_version}


def used_by_version(versions: Iterable[int]) -> dict[int, Used]:
    return {version: Used(*rest) for version, *rest in sql.rows(_USED, versions=list(versions))}


def batches_of(strategy: Strategy) -> QuerySet[Batch]:
    """Newest first."""
    return Batch.objects.filter(strategy_version__strategy=strategy).select_related("strategy_version")


@dataclass(frozen=True)
class Said:
    """A version beside another: its figures, and its effect once something of it was issued."""

    version: StrategyVersion
    used: Used
    effect: Effect | None


class Compared(NamedTuple):
    field: str
    before: str
    after: str
    differs: bool


def side_by_side(desk: Desk, one: StrategyVersion, other: StrategyVersion) -> list[Compared]:
    """Every field of both as text, in the order of rules.FIELDS."""
    changed = {found.field for found in rules.differences(queries.content_of(one), queries.content_of(other))}
    texts = [(field, _text(desk, one, field), _text(desk, other, field)) for field in rules.FIELDS]
    return [
        Compared(rules.FIELDS[field], before, after, field in changed)
        for field, before, after in texts
        if before or after
    ]


def facts(desk: Desk, version: StrategyVersion) -> list[tuple[str, str]]:
    """(label, text) of every field that says something; the audience has a sentence of its own."""
    texts = [(label, _text(desk, version, field)) for field, label in rules.FIELDS.items() if field != "audience"]
    return [(label, text) for label, text in texts if text]


def _text(desk: Desk, version: StrategyVersion, field: str) -> str:
    return words.shown(version, field, audience_words(desk, version.audience))


def audience_words(desk: Desk, said: str) -> str:
    wanted = filters.from_text(said)
    return sentence.text(wanted, listing.names(wanted, desk))


def said_of(version: StrategyVersion, used: dict[int, Used], as_of: date) -> Said:
    mine = used.get(version.pk, Used())
    return Said(version, mine, effects.effect_of_version(version.pk, as_of) if mine.issued else None)


def changes(versions: Sequence[StrategyVersion]) -> dict[int, list[str]]:
    """By version id, the labels of what it says otherwise than the one before it; versions come newest first."""
    pairs = pairwise(versions)
    return {
        after.pk: [
            rules.FIELDS[one.field] for one in rules.differences(queries.content_of(before), queries.content_of(after))
        ]
        for after, before in pairs
    }


def people(scope: Scope, version: StrategyVersion, said: str) -> audience.Facts:
    """Whom the words `said` mean, and who of them could be reached as the version would."""
    by_class = is_by_class(filters.from_text(version.audience).chosen)
    channel = version.message_channel or version.channel
    return audience.facts(scope, said, channel, reached_at(version), by_class=by_class)


def reached_at(version: StrategyVersion) -> datetime:
    """When people would be reached were it drafted now: nobody is in quiet hours."""
    limits, now = contact.limits(policies.for_company()), timezone.localtime()
    return awake(rules.send_at(version.send_time, now) or now, limits.quiet_from, limits.quiet_to)


def may_list(desk: Desk) -> bool:
    """Whether numbers of people may lead to the people."""
    return desk.may(SEE_CUSTOMERS)
