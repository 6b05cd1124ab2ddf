"""Cases read: those of a reach, open and closed, and which an alert belongs to."""

import re
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from campaigns.cases import rules
from campaigns.cases.models import Callback, Case, CaseStep, Recovery
from campaigns.cases.split_queries import Fall
from communities.models import StaffAct
from communities.policies import queries as policies
from communities.scoping import Scope
from users.retention.models import RetentionAlert

FALL = RetentionAlert.Direction.FALL


def without_case(direction: str, as_of: date) -> list[RetentionAlert]:
    """Open alerts that no case has taken in, oldest cohort first (alert_open). One that somebody put off waits until
    its day, and needs no case if it is back to the usual by then."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=as_of, recovered_on=None)
    found = RetentionAlert.objects.filter(awake, direction=direction, closed_at=None, in_case=None)
    return list(found.select_related("community").order_by("cohort", "k", "id"))


def case_of(alert: RetentionAlert) -> Case | None:
    return Case.objects.filter(alerts__alert=alert).select_related("community").first()


def case_to_join(alert: RetentionAlert) -> Case | None:
    """The open incident of its community, else the one that another alert of the same cohort opened, or that somebody
    opened by hand for that week and closed with its cause. One closed as nothing before the numbers fell explains
    none of them."""
    same = Q(alerts__alert__cohort=alert.cohort) | Q(week=alert.cohort, state="closed")
    return open_incident(alert.community_id) or _incidents(alert.community_id).filter(same).first()


def open_incident(community_id: int) -> Case | None:
    """The one under way there (case_one_open)."""
    return _incidents(community_id).exclude(state__in=rules.FINISHED).first()


def _incidents(community_id: int) -> QuerySet[Case]:
    return Case.objects.filter(community=community_id, kind="incident").select_related("community")


def case_of_batch(batch_id: int) -> Case | None:
    """The case for whose people this batch was drafted."""
    return Case.objects.filter(batch=batch_id).select_related("community").first()


def fall_of(case: Case) -> Fall:
    """What its split is of, or will be of once it can be told."""
    split = case.split
    if not split:
        weeks = policies.for_community(case.community_id).alert_baseline_weeks
        return Fall(case.community_id, case.week, 1, weeks)
    return Fall(case.community_id, date.fromisoformat(split["cohort"]), split["k"], split["base_weeks"])


def visible_to(scope: Scope) -> QuerySet[Case]:
    """Cases of communities in reach, newest first. A case is its community's whole: a station's reach has none."""
    reach = Q() if scope.everywhere else Q(community__in=scope.communities)
    return Case.objects.filter(reach).select_related("community", "taken_by", "closed_by", "pause", "batch")


def case(scope: Scope, number: str) -> Case | None:
    return visible_to(scope).filter(number=number).first()


def open_ones(scope: Scope, community_id: int | None = None, kind: str = "") -> QuerySet[Case]:
    """What is under way (case_state)."""
    return _of(visible_to(scope).exclude(state__in=rules.FINISHED), community_id, kind)


def with_alerts(found: QuerySet[Case]) -> QuerySet[Case]:
    """The same with their alerts at hand."""
    return found.prefetch_related("alerts__alert")


def library(
    scope: Scope, *, words: str = "", cause: str = "", community_id: int | None = None, kind: str = ""
) -> QuerySet[Case]:
    """Closed cases that carry every one of the words somewhere."""
    found = _of(visible_to(scope).filter(state__in=rules.FINISHED), community_id, kind)
    if cause:
        found = found.filter(cause=cause)
    return telling(found, words).order_by("-closed_at", "-id")


def telling(found: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Those of which each word stands in the number, place, week, cause, suspects, story, findings, in what was sent to
    the stations or in the name of the compensation. Every case is read for it, which is quick at some hundreds a
    year."""
    for word in words.split():
        found = found.filter(pk__in=_telling(word))
    return found


def _telling(word: str) -> QuerySet[Case, Any]:
    told = Q(number__icontains=word) | Q(community__name__icontains=word) | Q(story__icontains=word)
    told |= Q(steps__evidence__icontains=word) | Q(lessons__title__icontains=word) | Q(lessons__text__icontains=word)
    told |= Q(batch__name__icontains=word) | Q(split__suspects__icontains=word)
    told |= Q(cause__in=_named(rules.CAUSES, word)) | Q(kind__in=_named(rules.KINDS, word))
    if week := re.fullmatch(r"w(\d{1,2})", word, re.IGNORECASE):
        told |= Q(week__week=int(week[1]))
    return Case.objects.filter(told).values("pk")


def _named(labels: dict[str, str], word: str) -> list[str]:
    """Codes whose label, as the reader sees it, has the word."""
    return [code for code, label in labels.items() if word.casefold() in _(label).casefold()]


def _of(found: QuerySet[Case], community_id: int | None, kind: str) -> QuerySet[Case]:
    if community_id is not None:
        found = found.filter(community=community_id)
    return found.filter(kind=kind) if kind else found


def untaken(scope: Scope) -> QuerySet[Case]:
    """Incidents nobody is in charge of, with their alerts at hand."""
    return with_alerts(open_ones(scope, kind="incident").filter(taken_by=None))


def untaken_cards(scope: Scope) -> QuerySet[Case]:
    """Best-practice cards nobody has put their hand to, with their alerts at hand."""
    return with_alerts(open_ones(scope, kind="practice").filter(taken_by=None, state="open"))


def steps(case: Case) -> list[CaseStep]:
    """In the order of the checklist."""
    place = {step: n for n, step in enumerate(rules.STEPS)}
    return sorted(CaseStep.objects.filter(case=case).select_related("by"), key=lambda one: place[one.step])


def alerts(case: Case) -> list[RetentionAlert]:
    return list(RetentionAlert.objects.filter(in_case__case=case).order_by("cohort", "k"))


def callbacks(case: Case) -> QuerySet[Callback]:
    return Callback.objects.filter(case=case).select_related("station", "by", "customer").order_by("id")


def tally(case: Case) -> dict[str, dict[str, int]]:
    """Callbacks by state, answers and causes of those answered (callback_once)."""
    found = Callback.objects.filter(case=case).order_by()
    done = found.filter(state="done")
    return {
        "state": dict(found.values_list("state").annotate(n=Count("id"))),
        "came_back": dict(done.exclude(came_back="").values_list("came_back").annotate(n=Count("id"))),
        "cause": dict(done.exclude(cause="").values_list("cause").annotate(n=Count("id"))),
    }


def answers(case: Case, many: int = 8) -> list[Callback]:
    """What those said who were reached and said something, the newest first."""
    said = Callback.objects.filter(case=case, state="done").exclude(words="")
    return list(said.select_related("station").order_by("-at", "-id")[:many])


def history(case: Case) -> list[StaffAct]:
    """What was done with it and with what was sent because of it, oldest first (act_of_a_thing)."""
    sent = [str(pk) for pk in case.lessons.values_list("pk", flat=True)]
    of_it = Q(thing="case", thing_id=str(case.pk)) | Q(thing="lesson", thing_id__in=sent)
    return list(StaffAct.objects.filter(of_it).select_related("staff").order_by("id"))


def watched() -> list[Case]:
    """Incidents whose corrective action is in place and that are still open (case_state)."""
    found = Case.objects.filter(kind="incident", state="watching").exclude(watched_from=None)
    return list(found.select_related("community"))


def recoveries(case: Case) -> list[Recovery]:
    return list(Recovery.objects.filter(case=case))


def has_recovered(case: Case) -> bool:
    """The newest cohort looked at is as usual in every week of it."""
    found = recoveries(case)
    newest = max((one.cohort for one in found), default=None)
    return bool(found) and all(one.recovered for one in found if one.cohort == newest)
