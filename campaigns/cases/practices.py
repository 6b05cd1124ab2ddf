"""Rises become best-practice cards: what the stations did differently is frozen, put into words by a person, shared as
training, and followed: do the others improve?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.cases import actions, lessons, practice_queries, practice_rules, queries, rules
from campaigns.cases.models import Case, CaseAlert, Lesson
from campaigns.cases.practice_rules import Count, Share
from communities.models import StaffMember
from communities.notices import actions as notices
from communities.rules import RUN_CASES
from opsdesk.lib import phones, sql
from opsdesk.lib.words import N_
from users.purchases.rules import monday_of
from users.retention.models import RetentionAlert

KIND = N_("Best practice")
OPENED = N_("%(number)s: in %(community)s more new payers came back than usual. What is done better there?")
_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('campaigns_case', 'id'))"


@dataclass(frozen=True)
class Opened:
    """Alerts that opened a card, and those that joined one."""

    cases: int = 0
    joined: int = 0


# -- Opened ------------------------------------------------------------------------------------------------------------


def open_due(as_of: date) -> Opened:
    """Every rise that no card has taken in opens one or joins that of its community, oldest first."""
    opened = joined = 0
    for alert in queries.without_case(RetentionAlert.Direction.RISE, as_of):
        _case, is_new = open_for(alert, as_of)
        opened, joined = opened + is_new, joined + (not is_new)
    return Opened(opened, joined)


def open_for(alert: RetentionAlert, as_of: date, by: StaffMember | None = None) -> tuple[Case, bool]:
    """The card of a rise and whether it is new."""
    known = Case.objects.filter(alerts__alert=alert).first() or practice_queries.case_to_join(alert)
    if known is None:
        try:
            return _open(alert, as_of, by), True
        except IntegrityError:  # somebody opened one a moment ago
            known = practice_queries.case_to_join(alert)
            if known is None:
                raise
    _join(known, alert, as_of, by)
    return known, False


@transaction.atomic
def _open(alert: RetentionAlert, as_of: date, by: StaffMember | None) -> Case:
    pk = int(sql.value(_NEXT_ID))
    case = Case(
        pk=pk, number=rules.number_of("practice", pk), kind="practice", community=alert.community, week=alert.cohort
    )
    case.processes = frozen(case.community_id, [alert], as_of)
    case.save(force_insert=True)
    CaseAlert.objects.create(alert=alert, case=case)
    actions.note("open", case, by, cohort=alert.cohort.isoformat(), k=alert.k)
    told = {"number": case.number, "community": alert.community.name}
    notices.tell_capable(
        RUN_CASES, community_id=case.community_id, kind=KIND, icon="star", text=OPENED, key=f"case-{pk}",
        occasion="opened", params=told, href=actions.href(case),
    )  # fmt: skip
    return case


@transaction.atomic
def _join(case: Case, alert: RetentionAlert, as_of: date, by: StaffMember | None) -> None:
    """A card that nobody has shared yet takes the weeks of the new alert in; one that was shared stays as it was."""
    found = Case.objects.select_for_update().get(pk=case.pk)
    _row, is_new = CaseAlert.objects.get_or_create(alert=alert, defaults={"case": found})
    if not is_new:
        return
    if not found.lessons.exists() and found.state not in rules.FINISHED:
        found.processes = frozen(found.community_id, practice_queries.alerts(found), as_of)
        found.save(update_fields=["processes"])
    actions.note("join", found, by, cohort=alert.cohort.isoformat(), k=alert.k)


def frozen(community_id: int, alerts: list[RetentionAlert], as_of: date) -> dict[str, Any]:
    """Process numbers of the community's stations beside all others, over the weeks of these cohorts up to the one in
    which they came back. Shares are [part, whole]; places [community, station, part, whole]."""
    since = min(alert.cohort for alert in alerts)
    until = max(alert.cohort + timedelta(weeks=alert.k + 1) for alert in alerts)
    counts = practice_queries.numbers(since, until)
    measures = practice_rules.compared(counts, community_id)
    return {
        "since": since.isoformat(), "until": until.isoformat(), "as_of": as_of.isoformat(),
        "measures": [_kept(one, counts) for one in measures],
    }  # fmt: skip


def _kept(one: practice_rules.Measure, counts: list[Count]) -> dict[str, Any]:
    places = practice_rules.by_station(counts, one.key)
    return {
        "key": one.key, "own": _pair(one.own), "others": _pair(one.others),
        "places": [[*place, *_pair(share)] for place, share in places.items()],
    }  # fmt: skip


def _pair(share: Share) -> list[int]:
    return [share.part, share.whole]


# -- Put into words, shared, closed -----------------------------------------------------------------------------------


@transaction.atomic
def tell_story(case: Case, story: str, by: StaffMember) -> Case:
    """What they did differently, in words; whoever writes it has begun to act. Raises actions.Finished."""
    found = actions.begin(case, "take")
    story = phones.mask_within(story.strip())[:2000]
    if story == found.story:
        return found
    found.story, found.state = story, "acting" if found.state == "open" else found.state
    found.save(update_fields=["story", "state"])
    actions.note("edit", found, by)
    return found


@transaction.atomic
def share(case: Case, title: str, text: str, due_on: date | None, by: StaffMember) -> Lesson:
    """The card as training for every station; from then on the others are watched. Raises actions.Finished."""
    found = actions.begin(case, "watch")
    lesson = lessons.send(found, "training", title, text, due_on, by)
    if found.state != "watching":
        found.state, found.watched_from = "watching", timezone.localdate(lesson.sent_at)
        found.save(update_fields=["state", "watched_from"])
        actions.note("share", found, by, day=found.watched_from.isoformat())
    return lesson


@transaction.atomic
def close(case: Case, by: StaffMember) -> Case:
    """Into the library, with what was learnt in words. Raises actions.Finished, actions.StoryNeeded."""
    found = actions.begin(case, "close")
    if not found.story:
        raise actions.StoryNeeded(case.number)
    found.state, found.closed_at, found.closed_by = "closed", timezone.now(), by
    found.save(update_fields=["state", "closed_at", "closed_by"])
    actions.note("close", found, by, state="closed")
    return found


# -- Followed ----------------------------------------------------------------------------------------------------------


def follow_due(as_of: date) -> int:
    """Before and after of every open card that was shared, finished weeks only; how many have changed."""
    return sum(follow(case, as_of) for case in practice_queries.shared())


@transaction.atomic
def follow(case: Case, as_of: date) -> bool:
    """Keep the weeks before and after the first lesson with the card, for its page."""
    found = Case.objects.select_for_update().get(pk=case.pk)
    lesson = practice_queries.first_lesson(found)
    if lesson is None:
        return False
    told_on, readers = timezone.localdate(lesson.sent_at), sorted(practice_queries.readers(lesson, as_of))
    after = {"told_on": told_on.isoformat(), "readers": readers, "weeks": _weeks(told_on, as_of)}
    before = found.processes.get("after", {})
    if all(before.get(key) == value for key, value in after.items()):
        return False
    found.processes = found.processes | {"after": after | {"as_of": as_of.isoformat()}}
    found.save(update_fields=["processes"])
    return True


def _weeks(told_on: date, as_of: date) -> list[list[Any]]:
    """[community, key, Monday, part, whole] each."""
    since, until = practice_rules.first_week(told_on), monday_of(as_of)
    sums: dict[tuple[int, str, date], Share] = {}
    for one in [*practice_queries.came_back(since, as_of), *practice_queries.numbers(since, until)]:
        where = one.place[0], one.key, one.week
        sums[where] = sums.get(where, Share()) + one.share
    return [[place, key, week.isoformat(), *_pair(share)] for (place, key, week), share in sorted(sums.items())]
