"""The numbers of an incident: who carries the fall and what each step of the checklist says, frozen once. One that was
opened by hand waits for them until the week after its own is over."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.cases import evidence, queries, rules, split, split_queries
from campaigns.cases.models import Case
from campaigns.cases.split import Pair
from campaigns.cases.split_queries import Fall
from communities.policies import queries as policies
from users.retention import alert_queries, alert_rules
from users.retention import queries as retention
from users.retention import rules as weeks
from users.retention.models import RetentionAlert

K = 1  # the week after is what a case without an alert is about


@dataclass(frozen=True)
class Absent:
    """Why an incident has no split. `why`: running (its week after is not over before `day`), late (orders of that week
    are not in), empty (nobody began in its week), censored (every earlier cohort may have bought before the data
    begins), first (nobody began there before), due (the coming night brings it). Once the week after is over, `back`
    of its `n` new payers came back."""

    why: str
    day: date
    n: int = 0
    back: int = 0

    @property
    def is_over(self) -> bool:
        return self.why not in ("running", "late")

    @property
    def rate(self) -> float:
        return self.back / self.n if self.n else 0.0


def freeze(fall: Fall, as_of: date) -> dict[str, Any]:
    frozen = split_queries.freeze(fall, as_of)
    return frozen | {"evidence": evidence.freeze(fall, frozen)}


def of_alert(alert: RetentionAlert, as_of: date) -> dict[str, Any]:
    return freeze(Fall(alert.community_id, alert.cohort, alert.k, _base_weeks(alert)), as_of)


def _base_weeks(alert: RetentionAlert) -> int:
    """From the oldest cohort that it was raised against; weeks in which nobody came are none of those."""
    since = alert.cohort - alert_rules.LOOK_BACK * 8 * split_queries.WEEK
    until = alert.cohort + (alert.k + 1) * split_queries.WEEK
    rows = alert_queries.first_weeks(since, until, [alert.community_id])
    told = alert_queries.base_now(alert, rows)
    return (alert.cohort - told[0][0]).days // 7 if told else alert.base_weeks


def of_week(community_id: int, week: date, as_of: date) -> dict[str, Any]:
    """Without an alert, against as many cohorts before it as an alert would. Empty while the week after is not over
    there, and where there is nobody to compare. Of a week that came back as ever nobody is suspected."""
    return _of_week(community_id, week, as_of, reach_of(community_id, as_of))


def _of_week(community_id: int, week: date, as_of: date, reach: date) -> dict[str, Any]:
    if not is_told(week, reach):
        return {}
    frozen = freeze(fall_of_week(community_id, week), as_of)
    whole = frozen["whole"]
    if not whole["n"] or not whole["base_n"]:
        return {}
    return frozen if whole["difference"] < 0 else frozen | {"suspects": []}


def fall_of_week(community_id: int, week: date) -> Fall:
    """No base_weeks where every earlier cohort may have bought before the data begins."""
    own = policies.for_community(community_id)
    since = retention.uncensored_from(own.left_censor_weeks) or week
    return Fall(community_id, week, K, len(alert_rules.earlier(week, own.alert_baseline_weeks, since)))


def reach_of(community_id: int, as_of: date) -> date:
    """The day up to which a community's orders are in."""
    return alert_queries.reaches(as_of).get(community_id, date.min)


def is_told(week: date, reach: date) -> bool:
    """Whether the week after is over where orders are in up to that day."""
    return weeks.is_over(week, K, "week", reach)


def fill_due(as_of: date) -> int:
    """Open incidents whose numbers could not be told before and can be now: how many."""
    waiting = list(Case.objects.filter(kind="incident", split={}).exclude(state__in=rules.FINISHED))
    reaches = alert_queries.reaches(as_of) if waiting else {}
    found = ((case, reaches.get(case.community_id, date.min)) for case in waiting)
    return sum(_filled(case, _of_week(case.community_id, case.week, as_of, reach)) for case, reach in found)


def _filled(case: Case, frozen: dict[str, Any]) -> bool:
    return bool(frozen) and bool(Case.objects.filter(pk=case.pk, split={}).update(split=frozen))


def absent(case: Case, as_of: date) -> Absent:
    """Of a case without a split."""
    day = weeks.after(case.week, "week", 1 + K)
    if not is_told(case.week, reach_of(case.community_id, as_of)):
        return Absent("running" if as_of < day else "late", day)
    every, compared = _whole(queries.fall_of(case)), _whole(fall_of_week(case.community_id, case.week))
    return Absent(_why(every, compared), day, every.now.n, every.now.back)


def _whole(fall: Fall) -> Pair:
    return split.whole_of(split_queries.pairs_of(fall)["station"].values())


def _why(every: Pair, compared: Pair) -> str:
    """`every`: against all cohorts before it; `compared`: without those that may have bought before."""
    if not every.now.n:
        return "empty"
    if not every.base.n:
        return "first"
    return "due" if compared.base.n else "censored"


def take_in(case: Case, alert: RetentionAlert, as_of: date) -> None:
    """The numbers of an alert, for a case of its week that has none yet."""
    if not case.split and alert.cohort == case.week:
        _filled(case, of_alert(alert, as_of))
