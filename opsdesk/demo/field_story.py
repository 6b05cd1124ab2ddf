"""Field work in the made-up city: two communities where silent customers have been visited, written to and called for
two weeks.

The drives are drafted and started through the desk's own actions, the visits are told as phones tell them, each at the
moment it took place, and what was ordered at the door comes as an export file through the importer.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from campaigns.cuesheets import actions as cues
from campaigns.drives.models import Drive, Task
from campaigns.recall import actions as recall
from campaigns.visits import actions as visits
from campaigns.visits.models import Visit
from campaigns.visits.reading import Told
from communities.models import Community, ServiceStation, StaffAct, StaffMember
from communities.scoping import Scope
from coupons.batches.models import Batch
from opsdesk.demo import addresses, baskets, doors, exports, planting
from opsdesk.demo.doors import City, Knock
from opsdesk.demo.planting import Tell
from opsdesk.demo.records import Customer, Line, Order, World
from opsdesk.demo.rhythm import stream
from users.customers.models import Tag
from users.orders.models import Order as Bought

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = 14
COMMUNITIES = ("cuiping", "yueyahu")
SILENT = "to={monday}&is=silent&"


@dataclass(frozen=True)
class Plan:
    """A drive by one channel: who works for it (user name: shifts), how long a shift is, and from which of the days to
    which it runs."""

    name: str
    audience: str
    channel: str
    crew: Mapping[str, int]
    shift_minutes: int = 100
    first_day: int = 0
    last_day: int = DAYS + 7


PLANS = (
    Plan(
        "沉默用户上门召回", "purchases_min=3", "door", {"staff": 14, "cuiping-1-3": 12, "staff2": 14, "yueyahu-1-3": 10}
    ),
    Plan(
        "沉默用户微信私聊",
        "purchases_min=2&purchases_max=2",
        "wechat",
        {"cuiping-1-4": 5, "yueyahu-1-1": 5},
        60,
        first_day=2,
    ),
    Plan("沉默用户电话回访", "purchases_max=1", "phone", {"lead": 7}, 60, first_day=5, last_day=DAYS - 1),
)
HAND_OUT = "站点现场补偿券"  # of coupon_story: the batch whose coupons are handed out one by one
FILE = "订单导出_上门_{first}_{last}.csv"
# Scripts by taste tag; "": for all others. (goods, price in fen, words)
OFFERS = {
    "": ("上海青 500g", 490, "{name}您好，好久没见您下单了。今天{goods}{price}，我现在帮您下单，明早送到门口。"),
    "肉品用户": ("精品排骨 500g", 2990, "{name}您好，上次您常买的肉，今天{goods}{price}，我现在帮您下，明早送到。"),
    "水果用户": ("砂糖橘 2.5kg", 1990, "{name}您好，新到的{goods}{price}，很甜，我帮您带一份，明早送到。"),
    "家政用户": ("保洁 2 小时", 9900, "{name}您好，换季保洁{goods}{price}，我帮您约个时间。"),
}
AFTERWARDS = 0.3  # share of the interested who buy within three days
LATE = timedelta(minutes=45)  # how late the phone tells an outcome from a lift


@dataclass
class Walk:
    """One person's tasks, first to last, and those that are to be tried again."""

    drive: Drive
    channel: str
    staff: StaffMember
    scope: Scope
    tasks: list[Task]
    many: int
    again: list[Task] = field(default_factory=list)
    tries: dict[int, int] = field(default_factory=dict)

    @property
    def a_shift(self) -> int:
        """So many that a short list lasts for the two weeks too."""
        return self.many * 3 // (2 * DAYS) + 2

    def next(self) -> Task | None:
        waiting = self.tasks or self.again
        return waiting.pop(0) if waiting else None


def plant(world: World, tell: Tell) -> list[Drive]:
    """After coupon_story; a night must follow. The drives that found silent customers there."""
    begins = world.until - timedelta(days=DAYS)
    drives = [drive for plan in PLANS if (drive := _start(plan, begins))]
    orders = _Field(world, drives).play(begins)
    for drive in drives:
        told = Visit.objects.filter(drive_id=drive.pk).count()
        tell(f"{drive.number} {drive.name}: {drive.tasks_made:,} tasks, {told:,} visits")
    _import(world, orders, tell)
    _draw_cues(world.until, tell)
    return drives


# -- The drives ----------------------------------------------------------------------------------------------------


def _start(plan: Plan, begins: date) -> Drive | None:
    manager = StaffMember.objects.get(username="manager")
    places = Community.objects.filter(code__in=COMMUNITIES)
    monday, day = begins - timedelta(days=begins.weekday()), begins + timedelta(days=plan.first_day)
    audience = (SILENT + plan.audience).format(monday=monday)
    drive = recall.draft(
        name=plan.name, scope=Scope(communities=frozenset(places.values_list("id", flat=True))), by=manager,
        begins_on=day, ends_on=begins + timedelta(days=plan.last_day), audience=audience,
        channels=(plan.channel,), best_channel=False,
    )  # fmt: skip
    _say_what(drive, manager)
    _who_works(drive, plan, manager)
    drive.refresh_from_db()
    at = datetime.combine(day, time(9, 5), SHANGHAI)
    try:
        started = recall.start(drive, drive.revision, manager, at)
    except recall.Incomplete:
        drive.delete()
        return None
    _date_back(started, at)
    return started


def _date_back(drive: Drive, started_at: datetime) -> None:
    """What was planned now was planned the evening before it started."""
    evening = started_at - timedelta(hours=15)
    Drive.objects.filter(pk=drive.pk).update(made_at=evening)
    acts = StaffAct.objects.filter(thing="drive", thing_id=str(drive.pk))
    acts.update(at=evening)
    acts.filter(verb="start").update(at=started_at)


def _say_what(drive: Drive, by: StaffMember) -> None:
    tastes = {tag.name: tag for tag in Tag.objects.filter(is_taste=True)}
    batch = Batch.objects.filter(name=HAND_OUT).first()
    for taste, (goods, price, words) in OFFERS.items():
        if not taste or taste in tastes:
            recall.set_offer(drive, tastes.get(taste), words, goods, price, None if taste else batch, by)


def _who_works(drive: Drive, plan: Plan, by: StaffMember) -> None:
    for username, shifts in plan.crew.items():
        staff = StaffMember.objects.get(username=username)
        station = ServiceStation.objects.filter(team__staff=staff, community__code__in=COMMUNITIES).get()
        recall.set_worker(drive, staff, station, shifts, plan.shift_minutes, 10, by)


# -- Two weeks at the doors ------------------------------------------------------------------------------------------


class _Field:
    """Plays the shifts day by day and gives back what was ordered."""

    def __init__(self, world: World, drives: Sequence[Drive]) -> None:
        self.world, self.drives = world, drives
        self.rng = stream(world.seed, "field")
        self.city = City(stream(world.seed, "doors"))
        self.people = {customer.phone: customer for customer in world.customers}
        self.bought = _days_bought(drives)
        self.orders: list[Order] = []

    def play(self, begins: date) -> list[Order]:
        walks = [walk for drive in self.drives for walk in _walks(drive)]
        for n in range(DAYS):
            with transaction.atomic():  # a day at a time: nobody waits for an answer
                for turn, walk in enumerate(walks):
                    self._shift(walk, begins + timedelta(days=n), n + turn)
        return self.orders

    def _shift(self, walk: Walk, day: date, turn: int) -> None:
        if not walk.drive.begins_on <= day <= walk.drive.ends_on:
            return
        for at in islice(doors.moments(day, turn, walk.channel), walk.a_shift):
            task = self._next(walk, day)
            if task is None:
                return
            self._knock(walk, task, at + timedelta(seconds=self.rng.randrange(110)))

    def _next(self, walk: Walk, day: date) -> Task | None:
        """Nobody rings at a door that has ordered since: its task closes by itself."""
        task = walk.next()
        while task is not None and any(bought <= day for bought in self.bought.get(task.customer_id, ())):
            task = walk.next()
        return task

    def _knock(self, walk: Walk, task: Task, at: datetime) -> None:
        knock = self.city.knock(at, walk.channel)
        order = self._order(task, at) if knock.outcome == "ordered" else None
        if knock.outcome == "interested" and self.rng.random() < AFTERWARDS:
            self._order(task, at + timedelta(days=self.rng.randrange(1, 4), minutes=self.rng.randrange(60)))
        self._tell(walk, task, knock, order)
        walk.tries[task.pk] = tries = walk.tries.get(task.pk, 0) + 1
        if knock.outcome in ("no_answer", "no_entry", "later") and tries < 3:
            walk.again.append(task)

    def _tell(self, walk: Walk, task: Task, knock: Knock, order: Order | None) -> None:
        at = knock.at.replace(tzinfo=SHANGHAI)
        told = Told(
            uuid=UUID(int=self.rng.getrandbits(128), version=4), task_id=task.pk, outcome=knock.outcome,
            note=knock.note, product=order.lines[0].product.name if order else "",
            amount=order.paid if order else None, device_at=at,
            later_at=at + timedelta(days=1) if knock.outcome == "later" else None,
        )  # fmt: skip
        heard = at + (LATE if self.rng.random() < 0.08 else timedelta(seconds=2))
        answer = visits.record(told, walk.staff, walk.scope, heard, Visit.Via.PHONE)
        if answer.status != 200:
            raise RuntimeError(f"the demo's visit was refused: {answer.text}")

    def _order(self, task: Task, at: datetime) -> Order | None:
        """What is ordered there; nothing that would come after the world ends, or twice on one day."""
        days = self.bought.setdefault(task.customer_id, set())
        if at.date() >= self.world.until or at.date() in days:
            return None
        days.add(at.date())
        made = _order(self.rng, self.people[task.customer.phone], at + timedelta(minutes=2))
        self.orders.append(made)
        return made


def _walks(drive: Drive) -> Iterator[Walk]:
    for worker in drive.workers.select_related("staff"):
        theirs = Task.objects.filter(drive=drive, assignee=worker.staff).select_related("customer", "drive")
        tasks, scope = list(theirs.order_by("place")), Scope(stations=frozenset({worker.station_id}))
        yield Walk(drive, drive.channels[0], worker.staff, scope, tasks, len(tasks))


def _days_bought(drives: Sequence[Drive]) -> dict[int, set[date]]:
    """Days since its start on which somebody of a drive's list bought of their own accord."""
    found: dict[int, set[date]] = {}
    for drive in drives:
        since = Bought.objects.filter(counted=True, placed_at__gt=drive.started_at)
        theirs = since.filter(customer__in=Task.objects.filter(drive=drive).values("customer"))
        for customer, day in theirs.values_list("customer_id", "day"):
            found.setdefault(customer, set()).add(day)
    return found


def _order(rng: Random, customer: Customer, placed_at: datetime) -> Order:
    lines: list[Line] = baskets.basket(rng, "", "usual")
    return Order(
        customer, placed_at, customer.home, lines, paid_at=placed_at + timedelta(minutes=1),
        address=addresses.written(customer.home),
    )  # fmt: skip


# -- What follows ----------------------------------------------------------------------------------------------------


def _import(world: World, orders: Sequence[Order], tell: Tell) -> None:
    if not orders:
        return
    ordered = list(_numbered(orders))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE.format(first=ordered[0].day, last=ordered[-1].day)
        exports.write_orders(path, ordered, world.until)
        planting.import_file(path, world.until, tell)


def _numbered(orders: Sequence[Order]) -> Iterator[Order]:
    """By time, each with a number of its own."""
    in_time = sorted(orders, key=lambda order: (order.placed_at, order.customer.phone))
    for place, order in enumerate(in_time, start=1):
        order.number = f"NJ{order.placed_at:%Y%m%d}SM{place:05d}"
        yield order


def _draw_cues(until: date, tell: Tell) -> None:
    """The sheets of the last evenings: of deliveries yesterday and today."""
    for day in (until - timedelta(days=1), until):
        drawn = cues.draw(day, timezone.make_aware(datetime.combine(day - timedelta(days=1), time(22, 0)), SHANGHAI))
        tell(f"cue sheets of {day}: {drawn:,} doors")
