"""A best-practice card as its page shows it: what is different there, in numbers and words, and whether others improve
since they were told. Numbers are of the communities in reach; a place out of reach is in no total."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.practice_forms import ShareForm, StoryForm
from campaigns.cases import lessons, practice_queries, practice_rules
from campaigns.cases.models import Case
from campaigns.cases.practice_rules import GROUPS, MEASURES, RETENTION, Change, Count, Measure, Share
from communities.access import Desk
from communities.models import Community, ServiceStation
from communities.scoping import Scope
from opsdesk.lib import charts, days, figures
from opsdesk.lib.intervals import Interval
from opsdesk.lib.words import N_
from users.boards.alerts import shown
from users.retention.models import RetentionAlert

CAME_BACK = N_("Came back in the second week")
MORE = N_("How %(community)s does it")


@dataclass(frozen=True)
class Row:
    """One process number in words. `gap`: percentage points here above the others, `between`: their 95 % interval."""

    key: str
    label: str
    measure: Measure
    gap: str
    between: str
    chosen: bool = False


@dataclass(frozen=True)
class Place:
    """One station's process number; without a station: those of the community whom none serves."""

    community: str
    station: str
    share: Share
    own: bool


@dataclass(frozen=True)
class Line:
    """One number of one group, before and after the telling."""

    label: str
    group: str
    change: Change
    gap: str
    between: str
    tells: bool
    spark: charts.Sparkline | None


def context(case: Case, desk: Desk, chosen: str = "") -> dict[str, Any]:
    """For campaigns/cases/_practice.html. `chosen`: the process number shown station by station."""
    counts = counted(case, desk.scope)
    measures = practice_rules.compared(counts, case.community_id)
    key = chosen if chosen in MEASURES else measures[0].key
    return {
        "rises": [_rise(one) for one in practice_queries.alerts(case)],
        "since": date.fromisoformat(case.processes["since"]) if case.processes else case.week,
        "until": date.fromisoformat(case.processes["until"]) if case.processes else case.week,
        "measures": [_row(one, key) for one in measures],
        "standing_out": sum(one.stands_out for one in measures),
        "shown_measure": _(MEASURES[key]),
        "places": _places(counts, key, case),
        "others": _others(case, desk.scope, measures),
        "story_form": StoryForm(initial={"story": case.story}),
        "share_form": ShareForm(initial=draft(case, measures)),
        "people_at_stations": lessons.people(),
    }


def counted(case: Case, scope: Scope) -> list[Count]:
    """The frozen numbers of places in reach."""
    frozen = case.processes.get("measures", [])
    week = date.fromisoformat(case.processes["since"]) if frozen else case.week
    return [
        Count(week, (community, station), one["key"], Share(part, whole))
        for one in frozen
        for community, station, part, whole in one["places"]
        if scope.sees_community(community)
    ]


def _rise(alert: RetentionAlert) -> dict[str, Any]:
    came, usual = Share(alert.returned, alert.customers), Share(alert.base_returned, alert.base_customers)
    people = shown.people(alert, alert.cohort)["back"]
    told = shown.definition(days.local_date(alert.raised_at), alert.customers)
    return {"alert": alert, "rate": came.rate, "usual": usual.rate, "people": people, "definition": told}


def _row(measure: Measure, chosen: str) -> Row:
    gap, between = points(measure.gap)
    return Row(measure.key, _(MEASURES[measure.key]), measure, gap, between, measure.key == chosen)


def points(gap: Interval | None) -> tuple[str, str]:
    """A difference of shares in percentage points, and its interval."""
    if gap is None:
        return figures.NOTHING, ""
    low, high = figures.signed(gap.low * 100, 1), figures.signed(gap.high * 100, 1)
    return figures.signed(gap.at * 100, 1), f"{low} – {high}"


def _places(counts: Iterable[Count], key: str, case: Case) -> list[Place]:
    """Station by station, the highest share first."""
    shares = practice_rules.by_station(counts, key)
    communities = dict(Community.objects.filter(pk__in={one for one, _two in shares}).values_list("pk", "name"))
    stations = dict(ServiceStation.objects.filter(pk__in={two for _one, two in shares}).values_list("pk", "name"))
    found = [
        Place(
            communities.get(place, ""), stations.get(station or 0, _("No station")), share, place == case.community_id
        )
        for (place, station), share in shares.items()
    ]
    return sorted(found, key=lambda one: (-(one.share.rate or 0), one.community, one.station))


# -- Do others improve? ------------------------------------------------------------------------------------------------


def _others(case: Case, scope: Scope, measures: list[Measure]) -> dict[str, Any] | None:
    """Before and after, group by group: how cohorts came back, and the process numbers that stand out here."""
    after = case.processes.get("after")
    if not after:
        return None
    told_on, weeks = date.fromisoformat(after["told_on"]), _weeks(case, scope, after)
    keys = [RETENTION, *(one.key for one in measures if one.stands_out)]
    found = [one for one in practice_rules.changes(weeks, told_on) if one.key in keys]
    return {
        "told_on": told_on,
        "as_of": date.fromisoformat(after["as_of"]),
        "lines": [_line(one, weeks) for one in found],
        "readers": sum(scope.sees_community(one) for one in after["readers"]),
    }


def _weeks(case: Case, scope: Scope, after: dict[str, Any]) -> dict[tuple[str, str, date], Share]:
    """By group, number and Monday."""
    readers = set(after["readers"])
    sums: dict[tuple[str, str, date], Share] = {}
    for community, key, week, part, whole in after["weeks"]:
        if scope.sees_community(community):
            group = practice_rules.group_of(community, case.community_id, readers)
            where = (group, key, date.fromisoformat(week))
            sums[where] = sums.get(where, Share()) + Share(part, whole)
    return sums


def _line(change: Change, weeks: dict[tuple[str, str, date], Share]) -> Line:
    gap, between = points(change.gap)
    mine = sorted((week, share) for (group, key, week), share in weeks.items() if (group, key) == _of(change))
    rates = [share.rate for _week, share in mine if share.rate is not None]
    label = _(CAME_BACK) if change.key == RETENTION else _(MEASURES[change.key])
    tells = change.gap is not None and change.gap.tells
    return Line(label, _(GROUPS[change.group]), change, gap, between, tells, charts.sparkline(rates, width=110))


def _of(change: Change) -> tuple[str, str]:
    return change.group, change.key


# -- Shared ------------------------------------------------------------------------------------------------------------


def draft(case: Case, measures: list[Measure]) -> dict[str, Any]:
    """A first text: what a person wrote, then what to do for each number that stands out."""
    advice = [_(practice_rules.ADVICE[one.key]) for one in measures if one.stands_out]
    return {
        "title": _(MORE) % {"community": case.community.name},
        "text": "\n".join([*([case.story] if case.story else []), *advice]),
        "due_on": lessons.usual_due(timezone.localdate()),
    }
