"""Incidents of the made-up city: the spoiled vegetables as far as they have been looked into, and an older fall that
was closed and stands in the library.

The incident is opened by the night; everything is done through the desk's own actions and then dated back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from campaigns.cases import actions, callbacks, lessons, opening, queries, recovery, sampling
from campaigns.cases.callbacks import Answer
from campaigns.cases.models import Callback, Case, Lesson, Receipt
from communities.models import Assignment, Community, StaffAct, StaffMember
from communities.notices.models import Notice
from communities.policies import queries as policies
from opsdesk.demo import places
from opsdesk.demo.planting import Tell
from opsdesk.demo.records import World
from users.contact.models import ContactPause, Touch
from users.retention import alert_queries, alert_rules
from users.retention import queries as retention
from users.retention.alert_rules import Base, Came
from users.retention.models import RetentionAlert

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = timedelta(days=7)
OPENED_AFTER, WATCHED_AFTER = timedelta(days=15), timedelta(days=21)  # after the Monday of the bad week

# (step, days after it was opened, finding, words)
LOOKED = (
    ("path", 0, "clear", "下单、支付、优惠券都走了一遍，没有报错；取消和退款的比例与平常一样。"),
    ("acquisition", 0, "clear", "那一周做了蔬菜特价，活动来的人多，但活动来的人往常也会回来；同一门牌的很少。"),
    ("goods", 0, "found", "首单买了叶菜的人几乎没有回来，没买叶菜的与平常一样。"),
    ("station", 1, "found", "站点说那几天的叶菜没有打孔包装，天热，闷在塑料袋里，送到时已经发黄。"),
    ("callbacks", 3, "found", "回访的客户大多说菜闷坏了。"),
)
ANSWERS = (
    Answer("done", "no", "packaging", "青菜闷在塑料袋里，拿到手都烂了。"),
    Answer("done", "maybe", "goods", "叶子发黄，炒了一半扔了一半。"),
    Answer("done", "no", "packaging", "袋子里全是水汽，菜是黏的。"),
    Answer("missed"),
    Answer("done", "yes", "goods", "菜不新鲜，不过客服态度好，补发就再买。"),
    Answer("done", "maybe", "packaging", "包装没有透气孔。"),
    Answer("done", "no", "price", "特价过了就贵了。"),
    Answer("refused"),
    Answer("done", "yes", "packaging", "希望以后菜不要闷着送。"),
)
LEFT_TO_CALL = 4
TITLE = "叶菜一律打孔包装，送货时提醒敞开存放"
TEXT = (
    "1. 叶菜装袋一律用打孔袋，没有打孔袋的当天不发。\n2. 气温 25 度以上，叶菜最后装车，最先送到。\n"
    "3. 送到时说一句：青菜请敞开放，当天吃最好；不新鲜马上补发。"
)
OLD_WEEKS = range(9, 16)  # how many weeks back the closed one may lie
OLD_STORY = (
    "连续三天暴雨，晚上的配送晚到两三个小时，客户嫌晚。临时加了一趟早班车，准时送达。"
    "以后下雨前一天在群里提前说明送达时间。"
)
OLD_LOOKED = (
    ("path", "clear", "没有报错。"),
    ("acquisition", "clear", "来源与平常一样。"),
    ("goods", "clear", "没有集中的退款，客户也没有说菜不好。"),
    ("station", "found", "那一周下了三天暴雨，配送晚点。"),
)


@dataclass(frozen=True)
class Old:
    """A past cohort that came back least of all, beside those before it."""

    community_id: int
    cohort: date
    came: Came
    base: Base


def plant(world: World, tell: Tell) -> list[Case]:
    """After a night that opened the incident, with another night to follow, which looks whether the measure helped."""
    by = StaffMember.objects.get(username="operator")
    found = [case for case in (_bad_week(by), _closed(world.until, by)) if case is not None]
    for case in found:
        tell(f"{case.number} {case.community.name} {case.week}: {case.state}")
    return found


def _moment(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hour)


# -- The spoiled vegetables ------------------------------------------------------------------------------------------


def _bad_week(by: StaffMember) -> Case | None:
    case = Case.objects.filter(kind="incident", community__code=places.BAD_VEGETABLES).order_by("id").first()
    if case is None:
        return None
    opened = case.week + OPENED_AFTER
    actions.take(case, by)
    actions.pause_contact(case, by)
    for step, _days, finding, words in LOOKED:
        actions.note_step(case, step, finding, words, by)
    sampling.draw(case, by, timezone.now())
    _call(case, opened)
    lesson = lessons.send(case, "corrective", TITLE, TEXT, opened + timedelta(days=9), by)
    actions.end_pause(case, by)
    actions.watch(case, case.week + WATCHED_AFTER, by)
    _date_back(case, lesson, opened)
    case.refresh_from_db()
    return case


def _call(case: Case, opened: date) -> None:
    """Answered by the people of their stations over the next two days; some are still to be called."""
    waiting = list(queries.callbacks(case))
    for n, call in enumerate(waiting[: max(len(waiting) - LEFT_TO_CALL, 0)]):
        callbacks.record(call, ANSWERS[n % len(ANSWERS)], tries=0, by=_caller(call) or case.taken_by or _anybody())
        at = _moment(opened + timedelta(days=1 + n % 2), 10 + n % 7 + 0.2)
        Callback.objects.filter(pk=call.pk).update(at=at)
        Touch.objects.filter(thing="case", thing_id=case.pk, customer=call.customer_id).update(at=at)
        StaffAct.objects.filter(thing="callback", thing_id=str(call.pk)).update(at=at)


def _caller(call: Callback) -> StaffMember | None:
    there = Assignment.objects.filter(station=call.station_id, role="station_staff").select_related("staff")
    first = there.order_by("id").first() if call.station_id else None
    return first.staff if first else None


def _anybody() -> StaffMember:
    return StaffMember.objects.get(username="operator")


def _date_back(case: Case, lesson: Lesson, opened: date) -> None:
    Case.objects.filter(pk=case.pk).update(opened_at=_moment(opened, 2.5))
    _date_acts(case, opened)
    for step, days, _finding, _words in LOOKED:
        case.steps.filter(step=step).update(at=_moment(opened + timedelta(days=days), 10))
    ContactPause.objects.filter(href=actions.href(case)).update(
        begins_at=_moment(opened, 9.2), ended_at=_moment(opened + timedelta(days=4), 9)
    )
    sent = _moment(opened + timedelta(days=2), 15)
    Lesson.objects.filter(pk=lesson.pk).update(sent_at=sent)
    StaffAct.objects.filter(thing="lesson", thing_id=str(lesson.pk)).update(at=sent)
    Notice.objects.filter(key=f"lesson-{lesson.pk}").update(created_at=sent)
    for n, receipt in enumerate(lesson.receipts.order_by("staff_id")):
        if n % 3:
            read_at = sent + timedelta(hours=2 + n % 40)
            Receipt.objects.filter(pk=receipt.pk).update(read_at=read_at)
            Notice.objects.filter(recipient=receipt.staff_id, key=f"lesson-{lesson.pk}").update(read_at=read_at)


def _date_acts(case: Case, opened: date) -> None:
    """Each deed of the history to its day."""
    days = {"open": (0, 2.5), "join": (7, 2.5), "take": (0, 9.1), "pause": (0, 9.2), "look": (0, 10), "draw": (0, 11)}
    days |= {"resume": (4, 9), "watch": (6, 17)}
    acts = StaffAct.objects.filter(thing="case", thing_id=str(case.pk))
    for verb, (day, hour) in days.items():
        acts.filter(verb=verb).update(at=_moment(opened + timedelta(days=day), hour))
    Notice.objects.filter(key=f"case-{case.pk}").update(created_at=_moment(opened, 2.5), read_at=_moment(opened, 9))


# -- One in the library ------------------------------------------------------------------------------------------------


def _closed(until: date, by: StaffMember) -> Case | None:
    """Where some community came back less than usual a good while ago: looked into, and closed within the week."""
    old = min(_olds(until), key=lambda one: (one.came.rate - one.base.rate, one.community_id), default=None)
    if old is None or old.came.rate >= old.base.rate:
        return None
    opened = old.cohort + OPENED_AFTER
    alert = _alert(old, opened)
    case, _is_new = opening.open_for(alert, opened)
    actions.take(case, by)
    for step, finding, words in OLD_LOOKED:
        actions.note_step(case, step, finding, words, by)
    actions.watch(case, old.cohort + WATCHED_AFTER, by)
    looked = old.cohort + 6 * WEEK
    recovery.check_recoveries(looked)
    actions.close(case, "weather", OLD_STORY, by)
    ended = _moment(looked, 16)
    Case.objects.filter(pk=case.pk).update(opened_at=_moment(opened, 2.5), closed_at=ended)
    RetentionAlert.objects.filter(pk=alert.pk).update(closed_at=ended)
    case.steps.exclude(at=None).update(at=_moment(opened, 10))
    _date_acts(case, opened)
    acts = StaffAct.objects.filter(thing="case", thing_id=str(case.pk))
    acts.filter(verb="check").update(at=_moment(looked, 2.5))
    acts.filter(verb="close").update(at=ended)
    case.refresh_from_db()
    return case


def _olds(until: date) -> Iterator[Old]:
    """Cohorts of those weeks that are large enough to tell, each with what was usual before it."""
    limits, censored = alert_queries.limits_by_place(policies.current_version())
    since = retention.uncensored_from(censored)
    if since is None:
        return
    monday = until - timedelta(days=until.weekday())
    rows = alert_queries.first_weeks(since, monday)
    for community in Community.objects.exclude(code__in=(places.BAD_VEGETABLES, places.STAR)):
        for back in OLD_WEEKS:
            cohort = monday - back * WEEK
            cohorts, of_place = rows.get(community.pk, {}), limits.get(community.pk, limits[None])
            came = alert_rules.came_of(cohorts, cohort, 1)
            base = alert_rules.base_of(alert_rules.base_cohorts(cohorts, cohort, 1, of_place, since))
            if cohort >= since and min(came.customers, base.customers) >= of_place.people:
                yield Old(community.pk, cohort, came, base)


def _alert(old: Old, opened: date) -> RetentionAlert:
    p = alert_rules.probability(old.came, old.base)
    alert = RetentionAlert.objects.create(
        community_id=old.community_id, cohort=old.cohort, k=1, direction="fall", customers=old.came.customers,
        returned=old.came.returned, base_customers=old.base.customers, base_returned=old.base.returned,
        base_weeks=old.base.weeks, p=p, q=p,
    )  # fmt: skip
    RetentionAlert.objects.filter(pk=alert.pk).update(raised_at=_moment(opened, 2.4))
    return alert
