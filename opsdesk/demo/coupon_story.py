"""Coupons in the made-up city: strategies with a past whose effect is known, and batches in every state today.

Everything goes through the desk's own actions, from draft to issue; then what was played now is dated back, for no
action can be taken in the past. The answers of the customers come as an export file through the importer.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone

from communities.models import StaffMember
from communities.scoping import Scope
from coupons.batches import actions as batches
from coupons.batches.models import Batch, BatchMember, BatchStep
from coupons.budgets import actions as budgets
from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.grants import issuing
from coupons.grants.models import Grant
from coupons.strategies.models import StrategyVersion
from opsdesk.demo import answers, exports, planting, strategies, wishes
from opsdesk.demo.answers import Answer, Terms
from opsdesk.demo.records import Order, World
from opsdesk.lib.runs import actions as runs
from users.contact.models import Touch
from users.customers.models import Customer

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERYWHERE = Scope(everywhere=True)
FILE = "订单导出_用券_{first}_{last}.csv"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """A batch of the past: which version of which strategy, in which week back, for whom, and how they answered.
    `{monday}` in the audience is that week's."""

    strategy: str
    version: int
    week_back: int
    audience: str
    answer: Answer


RECALL, SMALL, SECOND = "重要保持用户：点名召回", "沉默低价值用户：小券短信", "新付费用户：促二次复购"
OFTEN = "to={monday}&is=silent&purchases_min=3"
SELDOM = "to={monday}&is=silent&purchases_max=2"
NEW = "to={monday}&is=new_paying"

# Recalling by name works: 16 in 100 buy once more. The small coupon does nothing: those who use it would have come.
PAST = (
    Played(SECOND, 1, 12, NEW, Answer(extra=0.02, anyway=0.0)),
    Played(SMALL, 1, 9, SELDOM, Answer(extra=0.0, anyway=0.08)),
    Played(SECOND, 2, 8, NEW, Answer(extra=0.12, anyway=0.0)),
    Played(RECALL, 2, 6, OFTEN, Answer(extra=0.16, anyway=0.02)),
    Played(SMALL, 1, 5, SELDOM, Answer(extra=0.0, anyway=0.08)),
    Played(RECALL, 2, 3, OFTEN, Answer(extra=0.16, anyway=0.02)),
    Played(SECOND, 3, 1, NEW, Answer(extra=0.10, anyway=0.0)),
)


@dataclass(frozen=True)
class Crew:
    """Who drafts and who approves."""

    operator: StaffMember
    manager: StaffMember
    second: StaffMember


def plant(world: World, tell: Tell) -> list[Batch]:
    """After the first night, whose classes the audiences are read by; another night must follow. The batches played."""
    crew = Crew(*(StaffMember.objects.get(username=name) for name in ("operator", "manager", "manager2")))
    monday = world.until - timedelta(days=world.until.weekday())
    wishes.plant(world.seed, crew.operator)
    strategies.plant_strategies(world.until, writer=crew.operator, manager=crew.manager)
    pot = _pot_of_the_past(monday, crew.manager)
    played = [_play(one, monday, pot, crew, tell) for one in PAST if _has_room(one, world)]
    _import_answers(world, monday, played, tell)
    _today(world.until, crew)
    return [batch for _played, batch in played]


def _has_room(one: Played, world: World) -> bool:
    """A short world has no weeks for the older batches."""
    return one.week_back + 2 <= world.weeks


def _pot_of_the_past(monday: date, by: StaffMember) -> Budget:
    begins, ends = monday - timedelta(weeks=14), monday - timedelta(days=1)
    return budgets.create(Budget(name="前期活动", amount=20_000_000, begins_on=begins, ends_on=ends), by=by)


# -- The past --------------------------------------------------------------------------------------------------------


def _play(one: Played, monday: date, pot: Budget, crew: Crew, tell: Tell) -> tuple[Played, Batch]:
    """Draft, freeze, hand in, approve and issue at a Monday of the past."""
    week = monday - timedelta(weeks=one.week_back)
    version = StrategyVersion.objects.get(strategy__name=one.strategy, number=one.version)
    at = datetime.combine(week, time(9, 30), SHANGHAI)
    coupon = version.coupon
    assert coupon is not None, "strategies of the past gave coupons"
    batch = batches.draft(
        name=f"{one.strategy.split('：')[-1]} {week:%m-%d}", coupon=coupon, budget=pot, scope=EVERYWHERE,
        by=crew.operator, origin=Batch.Origin.STRATEGY, audience=one.audience.format(monday=week),
        strategy_version=version, due_on=week,
    )  # fmt: skip
    approve(batch, crew, at)
    job = issuing.queue(batch.pk)
    runs.work({issuing.KIND: issuing.issue}, job.pk)
    batch.refresh_from_db()
    _date_back(batch, at + timedelta(hours=1))
    tell(f"{batch.number} {batch.name}: {batch.issued:,} issued, {batch.control:,} held out")
    return one, batch


def approve(batch: Batch, crew: Crew, at: datetime) -> Batch:
    """Frozen, handed in, and approved by as many as it needs."""
    batch = batches.freeze(batch.pk, at=at, by=crew.operator)
    batch = batches.submit(batch.pk, batch.revision, crew.operator, at)
    for approver in (crew.manager, crew.second):
        if batch.state == "submitted":
            batch = batches.approve(batch.pk, batch.revision, approver, "同意，老客户另有公开券", at)
    return batch


def _date_back(batch: Batch, issued_at: datetime) -> None:
    """Moments of the issue move to their day; how long a coupon is good for stays, to the day."""
    days = timezone.localdate() - issued_at.date()
    Grant.objects.filter(batch=batch).update(
        issued_at=issued_at, valid_from=issued_at, expires_at=F("expires_at") - days
    )
    Touch.objects.filter(thing="batch", thing_id=batch.pk).update(at=issued_at)
    BatchStep.objects.filter(batch=batch, at__gt=issued_at).update(at=issued_at)
    Batch.objects.filter(pk=batch.pk).update(issued_at=issued_at)
    _drafted(batch, issued_at - timedelta(hours=2))


def _drafted(batch: Batch, at: datetime) -> None:
    Batch.objects.filter(pk=batch.pk).update(made_at=at)
    BatchStep.objects.filter(batch=batch, verb="draft").update(at=at)


# -- The answers -----------------------------------------------------------------------------------------------------


def _import_answers(world: World, monday: date, played: list[tuple[Played, Batch]], tell: Tell) -> None:
    orders = [order for one, batch in played for order in _answers(world, one, batch)]
    first, last = min(order.day for order in orders), min(max(order.day for order in orders), world.until)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE.format(first=first, last=last)
        exports.write_orders(path, sorted(orders, key=lambda order: order.number), world.until)
        planting.import_file(path, world.until, tell)


def _answers(world: World, one: Played, batch: Batch) -> list[Order]:
    people = {customer.phone: customer for customer in world.customers}
    busy: dict[str, set[date]] = {}
    for order in world.orders:
        busy.setdefault(order.customer.phone, set()).add(order.day)
    batch.refresh_from_db()
    coupon: Coupon = batch.coupon
    as_seen = answers.Batch(
        batch.number,
        timezone.localtime(batch.issued_at).date(),
        Terms(coupon.threshold, coupon.most_off, sorted(coupon.categories.values_list("name", flat=True))),
        dict(_codes(batch)),
        _phones_of_control(batch),
    )
    found = answers.orders(world.seed, as_seen, one.answer, people, busy)
    return answers.numbered([order for order in found if order.day < world.until], as_seen)


def _codes(batch: Batch) -> Iterator[tuple[str, str]]:
    """What each holder writes into the order: every second one the coupon's code, the others the batch's number."""
    grants = Grant.objects.filter(batch=batch).order_by("customer_id").values_list("customer__phone", "code")
    for place, (phone, code) in enumerate(grants):
        yield phone, code if place % 2 else batch.number


def _phones_of_control(batch: Batch) -> list[str]:
    held_out = BatchMember.objects.filter(batch=batch, fate=BatchMember.Fate.CONTROL).values("customer_id")
    return list(Customer.objects.unscoped("the demo's answers").filter(id__in=held_out).values_list("phone", flat=True))


# -- Today -----------------------------------------------------------------------------------------------------------


def _today(until: date, crew: Crew) -> None:
    """A batch in every state that a desk may find in the morning; those of running strategies come with the night."""
    at = datetime.combine(until, time(9, 12), SHANGHAI)
    make = _Maker(crew, at)
    make.draft("新店客户见面礼", "X-01", "日常促活", "lifecycle=new_paying&community=huaishui")
    make.submitted(
        "沉默肉品用户，满 49 减 12", "M-01", "老客召回", "lifecycle=silent&rfm=win_back,rescue&tag={肉品用户}"
    )
    make.submitted(
        "百家湖老客回访", "W-01", "老客召回", "lifecycle=silent&community=baijiahu&purchases_min=3", by=crew.manager
    )
    sent_back = make.submitted("全体活跃用户周末券", "P-01", "日常促活", "lifecycle=active")
    batches.request_changes(
        sent_back.pk, sent_back.revision, crew.manager, "活跃用户不发券也会买，请改成只发沉默用户", at
    )
    turned_down = make.submitted("高频用户立减", "S-02", "日常促活", "rfm=champion")
    batches.reject(turned_down.pk, turned_down.revision, crew.second, "重要价值用户按策略不再补贴", at)
    make.approved("明早的海鲜水果券", "M-02", "日常促活", "rfm=regular", send_at=at + timedelta(days=1, hours=1))
    paused = make.approved(
        "仙林湖沉默用户", "S-01", "老客召回", "lifecycle=silent&community=xianlin", send_at=at + timedelta(days=2)
    )
    batches.pause(paused.pk, crew.second, at, "等仓库确认库存")
    revoked = make.approved(
        "错选了社区的一批", "S-01", "老客召回", "lifecycle=silent&community=zilu", send_at=at + timedelta(days=2)
    )
    batches.revoke(revoked.pk, crew.manager, "社区选错了，重新做", at, lambda *_all: 0)
    make.approved("站点现场补偿券", "S-02", "日常促活", "", quantity=200)


@dataclass(frozen=True)
class _Maker:
    crew: Crew
    at: datetime

    def draft(
        self, name: str, coupon: str, budget: str, audience: str, *, by: StaffMember | None = None,
        send_at: datetime | None = None, quantity: int = 0,
    ) -> Batch:  # fmt: skip
        made = batches.draft(
            name=name, coupon=Coupon.objects.get(code=coupon), budget=Budget.objects.get(name=budget),
            scope=EVERYWHERE, by=by or self.crew.operator, audience=strategies.with_tags(audience), send_at=send_at,
            quantity=quantity, origin=Batch.Origin.OPEN if quantity else Batch.Origin.LIST,
            decide_by=datetime.combine(self.at.date(), time(18), SHANGHAI),
        )  # fmt: skip
        _drafted(made, self.at - timedelta(minutes=20))
        return made

    def submitted(self, name: str, coupon: str, budget: str, audience: str, *, by: StaffMember | None = None) -> Batch:
        made = self.draft(name, coupon, budget, audience, by=by)
        made = batches.freeze(made.pk, at=self.at, by=made.made_by)
        return batches.submit(made.pk, made.revision, made.made_by, self.at)

    def approved(
        self, name: str, coupon: str, budget: str, audience: str, *,
        send_at: datetime | None = None, quantity: int = 0,
    ) -> Batch:  # fmt: skip
        return approve(
            self.draft(name, coupon, budget, audience, send_at=send_at, quantity=quantity), self.crew, self.at
        )
