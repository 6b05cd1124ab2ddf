"""The star station's best practice: what its people say with every delivery is written down, shared as training with
all stations a good two weeks after the first of its weeks, and read by some. Whoever has read it does better since.

Sheets of two days a week are drawn and ticked for the weeks that this is told from, and yesterday's; the card is opened
by the night.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from campaigns.cases import actions, practice_queries, practices
from campaigns.cases.models import Case, Lesson, Receipt
from campaigns.cuesheets import actions as cues
from campaigns.cuesheets.models import Cue, CueSheet, Tick
from campaigns.cuesheets.rules import TICKS
from communities.models import Assignment, StaffAct, StaffMember
from communities.notices.models import Notice
from opsdesk.demo import places
from opsdesk.demo.planting import Tell
from opsdesk.demo.records import World
from opsdesk.demo.rhythm import stream

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = (2, 5)  # Wednesday and Saturday
OPENED_AFTER, SHARED_AFTER = timedelta(days=15), timedelta(days=16)  # after the Monday of the first cohort
TITLE = "送货时把话说全，到期前主动催单"
STORY = (
    "客服严格按话术，送货时当面介绍当天的菜和客户手上的优惠券，新客户当场加微信、拉进楼群；"
    "优惠券到期前三天逐个提醒，主动催单。"
)
TEXT = (
    "1. 送货到门口先问菜是否新鲜，再按提示单说一遍推荐的菜。\n2. 新付费用户当场加微信，拉进本楼的群。\n"
    "3. 优惠券到期前三天，用统一话术逐个提醒，帮客户把券用掉。"
)


@dataclass(frozen=True)
class Habit:
    """Shares: of deliveries said with all words; of these added on WeChat; of these in the group; ticked the day
    after."""

    told: float
    wechat: float
    group: float
    late: float


STAR = Habit(0.97, 0.75, 0.8, 0.0)
USUAL = Habit(0.58, 0.35, 0.5, 0.08)
LEARNT = Habit(0.80, 0.55, 0.6, 0.03)
# Everybody there has read it within so many days; of the others one person has.
READERS = {"baijiahu": 1, "jinling": 2, "hexi": 3, "xianlin": 4, "yueyahu": 0}


def plant(world: World, tell: Tell) -> Lesson | None:
    """After a night that opened the card, with another night to follow; nothing where the star did not rise."""
    case = Case.objects.filter(kind="practice", community__code=places.STAR).order_by("id").first()
    if case is None or case.week + SHARED_AFTER >= world.until:
        return None
    told_on, rng = case.week + SHARED_AFTER, stream(world.seed, "practices")
    days = [day for day in _days(case.week, world.until) if day.weekday() in WEEKDAYS]
    for day in days:
        cues.draw(day, _moment(day - timedelta(days=1), 22))
    ticked = _tick([*days, world.until - timedelta(days=1)], told_on, rng)
    lesson = _share(case, told_on, world.until)
    read = _read(lesson, told_on, rng)
    tell(f"{case.number}: {ticked:,} ticks on {len(days)} days, training read by {read} of {lesson.receipts.count()}")
    return lesson


def _days(first: date, until: date) -> Iterator[date]:
    """Up to the sheets that field_story has drawn."""
    yield from (first + timedelta(days=n) for n in range((until - first).days - 1))


def _moment(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hour)


# -- Ticks -----------------------------------------------------------------------------------------------------------


def _tick(days: Sequence[date], told_on: date, rng: Random) -> int:
    """Every cue of these days ticked as the people there are used to; how many ticks."""
    teams = _teams()
    ticks: list[Tick] = []
    held: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for sheet in CueSheet.objects.filter(day__in=days, station__in=teams).select_related("community").order_by("pk"):
        habit, staff = _habit(sheet, told_on), teams[sheet.station_id or 0]
        for cue in Cue.objects.filter(sheet=sheet, gone=False).only("pk").order_by("pk"):
            ticks += _ticks(cue, sheet.day, habit, staff[rng.randrange(len(staff))], rng)
            held[tuple(cue.ticks)].append(cue.pk)
    for what, cues_so in held.items():
        Cue.objects.filter(pk__in=cues_so).update(ticks=list(what))
    Tick.objects.bulk_create(ticks, batch_size=2000)
    return len(ticks)


def _teams() -> dict[int, list[StaffMember]]:
    """By station those who deliver."""
    found: dict[int, list[StaffMember]] = {}
    there = Assignment.objects.filter(role="station_staff", station__isnull=False).select_related("staff")
    for one in there.order_by("station_id", "staff_id"):
        found.setdefault(one.station_id or 0, []).append(one.staff)
    return found


def _habit(sheet: CueSheet, told_on: date) -> Habit:
    code = sheet.community.code
    if code == places.STAR:
        return STAR
    has_learnt = code in READERS and sheet.day > told_on + timedelta(days=READERS[code])
    return LEARNT if has_learnt else USUAL


def _ticks(cue: Cue, day: date, habit: Habit, staff: StaffMember, rng: Random) -> Iterator[Tick]:
    told = rng.random() < habit.told
    wechat = told and rng.random() < habit.wechat
    held = {"told": told, "wechat": wechat, "group": wechat and rng.random() < habit.group, "delivered": True}
    cue.ticks = [what for what in TICKS if held[what]]
    at = _moment(day + timedelta(days=rng.random() < habit.late), 7.5 + rng.random() * 4)
    for n, what in enumerate(cue.ticks):
        told_at = at + timedelta(seconds=20 * n)
        yield Tick(
            uuid=UUID(int=rng.getrandbits(128), version=4), digest="", cue=cue, what=what, on=True, staff=staff,
            device_at=told_at, received_at=told_at + timedelta(seconds=2),
        )  # fmt: skip


# -- The card --------------------------------------------------------------------------------------------------------


def _share(case: Case, told_on: date, until: date) -> Lesson:
    """Taken, put into words and shared through the desk's own actions, then dated back."""
    by = StaffMember.objects.get(username="operator")
    case.processes = practices.frozen(case.community_id, practice_queries.alerts(case), until)
    case.save(update_fields=["processes"])
    actions.take(case, by)
    practices.tell_story(case, STORY, by)
    lesson = practices.share(case, TITLE, TEXT, told_on + timedelta(days=7), by)
    _date_back(case, lesson, told_on)
    lesson.refresh_from_db()
    return lesson


def _date_back(case: Case, lesson: Lesson, told_on: date) -> None:
    opened, sent = _moment(case.week + OPENED_AFTER, 2.5), _moment(told_on, 10)
    Case.objects.filter(pk=case.pk).update(opened_at=opened, watched_from=told_on)
    Lesson.objects.filter(pk=lesson.pk).update(sent_at=sent)
    acts = StaffAct.objects.filter(thing="case", thing_id=str(case.pk))
    acts.update(at=sent - timedelta(minutes=20))
    acts.filter(verb__in=("open", "join")).update(at=opened)
    acts.filter(verb="share").update(at=sent)
    StaffAct.objects.filter(thing="lesson", thing_id=str(lesson.pk)).update(at=sent)
    Notice.objects.filter(key=f"lesson-{lesson.pk}").update(created_at=sent)


def _read(lesson: Lesson, told_on: date, rng: Random) -> int:
    """Everybody at the stations of READERS, one person at each other; how many."""
    read: dict[int, datetime] = {}
    by_station: Mapping[int, list[Receipt]] = _by_station(lesson)
    for receipts in by_station.values():
        code = receipts[0].station.community.code if receipts[0].station else ""
        readers = receipts if code in READERS else receipts[-1:]
        for one in readers:
            day = told_on + timedelta(days=READERS.get(code, 2))
            read[one.pk] = _moment(day, 10.5 + rng.random() * 8)
            Receipt.objects.filter(pk=one.pk).update(read_at=read[one.pk])
            Notice.objects.filter(recipient=one.staff_id, key=f"lesson-{lesson.pk}").update(read_at=timezone.now())
    return len(read)


def _by_station(lesson: Lesson) -> dict[int, list[Receipt]]:
    found: dict[int, list[Receipt]] = {}
    for one in lesson.receipts.select_related("station__community", "staff").order_by("station_id", "staff_id"):
        found.setdefault(one.station_id or 0, []).append(one)
    return found
