"""The article's own rules as the demo's first strategies, with what they said before: coupons from goods of one kind to
all goods, from a high sum to a low one; less money for those who come anyway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from communities.models import StaffMember
from coupons.budgets import actions as budgets
from coupons.budgets.models import Budget
from coupons.definitions import actions as definitions
from coupons.definitions.models import Coupon
from coupons.strategies import actions
from coupons.strategies.models import Strategy, StrategyVersion
from users.customers.models import Tag
from users.orders.models import Category
from users.tastes import actions as tastes

SHANGHAI = ZoneInfo("Asia/Shanghai")
PERIOD = timedelta(days=120)


@dataclass(frozen=True)
class Template:
    """A coupon from a sum on (or straight off, without one), in yuan, for some goods or all."""

    code: str
    name: str
    threshold: int
    off: int
    days: int = 7
    goods: tuple[str, ...] = ()
    public: bool = False


COUPONS = (
    Template("N-01", "新客蔬菜券", 49, 8, 7, ("叶菜", "蔬菜")),
    Template("N-02", "新客通用券", 49, 10),
    Template("N-03", "新客低门槛通用券", 29, 6),
    Template("V-01", "会员通用券", 99, 15, 14),
    Template("M-01", "肉品券", 49, 12, 7, ("肉品",)),
    Template("M-02", "海鲜水果尝鲜券", 39, 8, 7, ("海鲜", "水果")),
    Template("W-01", "老友回家券", 79, 15, 10),
    Template("S-01", "想你券", 29, 5),
    Template("S-02", "立减小红包", 0, 3, 5),
    Template("X-01", "第二单券", 39, 6, 5),
    Template("X-02", "第二单立减券", 0, 4, 3),
    Template("P-01", "周末公开券", 49, 8, 14, (), True),
)

# name: yuan for the period
BUDGETS = {"新客二次复购": 30000, "老客召回": 40000, "日常促活": 20000}


@dataclass(frozen=True)
class First:
    """A strategy: what each version changed of the one before it, how many weeks ago, and why. `{肉品用户}` in an
    audience is the id of that tag."""

    name: str
    versions: tuple[tuple[int, str, Mapping[str, Any]], ...]
    runs: bool = field(default=False)


FIRST = (
    First("新付费用户：促二次复购", (
        (14, "第一版", {
            "audience": "lifecycle=new_paying", "goal": "七天内完成第二次购买", "online_action": "发放蔬菜品类券",
            "offline_action": "上门送货时提醒用券", "coupon": "N-01", "budget": "新客二次复购", "rhythm": "weekly",
            "weekday": 0, "send_time": time(18, 0), "every_days": 7,
            "script": "您好，您的菜到了。第一次下单送您一张蔬菜券，一周内都能用。",
        }),
        (9, "品类券核销太低，换成全品类", {"coupon": "N-02", "online_action": "发放全品类优惠券"}),
        (4, "门槛还是高，降到 29；改成每天发，上午发短信", {
            "coupon": "N-03", "online_action": "线上发放全品类低门槛优惠券", "rhythm": "daily", "weekday": None,
            "offline_action": "线下上门送货时提醒，并加群加微信", "send_time": time(10, 30), "message_channel": "sms",
            "message": "{name}您好，{coupon}已到账，{ends}前下单可用，明早送到家门口。",
            "script": "您好，您的菜到了。App 里有一张满 29 减 6 的券，什么都能买。我拉您进小区群，每天的特价先告诉您。",
        }),
    ), runs=True),
    First("重要价值用户：少补贴，多服务", (
        (14, "第一版", {
            "audience": "rfm=champion", "goal": "留住高价值用户", "online_action": "每周发放会员券",
            "offline_action": "", "coupon": "V-01", "budget": "日常促活", "rhythm": "weekly", "weekday": 4,
            "send_time": time(10, 0), "every_days": 7,
        }),
        (8, "他们不发券也会买，两周一次就够", {"every_days": 14}),
        (3, "不再补贴，改做服务：优先配送、专人跟进", {
            "coupon": None, "budget": None, "rhythm": "hand", "weekday": None, "send_time": None, "channel": "wechat",
            "online_action": "微信一对一，新品先尝", "offline_action": "优先配送，送货时问一声缺什么",
            "goal": "不靠补贴留住高价值用户", "every_days": 30,
            "script": "您是我们的老朋友，明天的配送给您排在第一批。有想吃的菜告诉我，我让采购留意。",
        }),
    )),
    First("肉品用户：带动其他品类", (
        (12, "第一版", {
            "audience": "lifecycle=active&tag={肉品用户}", "goal": "提高客单价", "online_action": "发放肉品券",
            "coupon": "M-01", "budget": "日常促活", "rhythm": "weekly", "weekday": 3, "send_time": time(16, 0),
            "every_days": 14,
        }),
        (5, "肉品本来就买，换成海鲜和水果，让他们多买一类", {
            "coupon": "M-02", "goal": "让买肉的用户买第二个品类", "online_action": "发放海鲜水果券，推荐当季水果",
            "offline_action": "送货时带一份试吃", "script": "今天的水果特别甜，给您带了一小份尝尝，App 里有券。",
        }),
    ), runs=True),
    First("重要保持用户：点名召回", (
        (13, "第一版", {
            "audience": "rfm=win_back", "goal": "召回以前常买又买得多的用户", "online_action": "短信发券",
            "coupon": "W-01", "budget": "老客召回", "rhythm": "weekly", "weekday": 2, "send_time": time(11, 0),
            "every_days": 30, "message_channel": "sms", "message": "{coupon}已放入您的账户，{ends}前可用。",
        }),
        (7, "短信没有名字，像广告；改成点名", {
            "message": "{name}您好，好久没见您下单。给您留了{coupon}，{ends}前可用，有不满意的地方请告诉我们。",
        }),
        (2, "先电话后上门，券只作敲门砖", {
            "offline_action": "客服小妹带名单上门，当面下单", "channel": "door",
            "script": "您好，我是小区站点的。您以前常在我们这儿买菜，最近是哪里没做好吗？今天下单有一张券。",
        }),
    ), runs=True),
    First("沉默低价值用户：小券短信", (
        (10, "第一版", {
            "audience": "lifecycle=silent&rfm=lost,fading", "goal": "低成本唤醒", "online_action": "推送发券",
            "coupon": "S-01", "budget": "老客召回", "rhythm": "weekly", "weekday": 5, "send_time": time(9, 30),
            "every_days": 30, "message_channel": "push", "message": "{coupon}到账，{ends}前可用。",
        }),
        (4, "没人看推送；券再小一点，换短信", {
            "coupon": "S-02", "message_channel": "sms", "online_action": "短信发立减小红包",
            "message": "{name}您好，{coupon}已到账，不限金额，{ends}前下单立减。回 T 退订",
        }),
    ), runs=True),
    First("一般发展用户：买第二次", (
        (11, "第一版", {
            "audience": "rfm=newcomer&purchases_min=1", "goal": "促成第二次购买", "online_action": "发放第二单券",
            "coupon": "X-01", "budget": "新客二次复购", "rhythm": "weekly", "weekday": 1, "send_time": time(10, 30),
            "every_days": 14,
        }),
        (3, "门槛去掉，有效期缩到三天", {
            "coupon": "X-02", "offline_action": "送货时提醒三天内用", "message_channel": "sms",
            "message": "{name}您好，{coupon}三天有效，{ends}截止，买什么都减。",
        }),
    )),
)  # fmt: skip


def plant_strategies(today: date, *, writer: StaffMember, manager: StaffMember) -> list[Strategy]:
    """Coupons, budgets and strategies through the desk's own actions, as if written over the weeks before `today`:
    `writer` drafts, `manager` set up the budgets. Categories must be there; taste tags are made."""
    tastes.make_taste_tags()
    coupons = {one.code: _coupon(one, writer) for one in COUPONS}
    pots = {name: _budget(name, yuan, today, manager) for name, yuan in BUDGETS.items()}
    return [_strategy(first, today, coupons, pots, writer) for first in FIRST]


def _coupon(one: Template, by: StaffMember) -> Coupon:
    kind = "threshold" if one.threshold else "amount"
    made = Coupon(
        code=one.code, name=one.name, kind=kind, threshold=one.threshold * 100, amount_off=one.off * 100,
        valid_days=one.days, per_customer=20, is_public=one.public,
    )  # fmt: skip
    return definitions.create(made, categories=list(Category.objects.filter(name__in=one.goods)), by=by)


def _budget(name: str, yuan: int, today: date, by: StaffMember) -> Budget:
    begins = today.replace(day=1)
    return budgets.create(Budget(name=name, amount=yuan * 100, begins_on=begins, ends_on=begins + PERIOD), by=by)


def _strategy(
    first: First, today: date, coupons: Mapping[str, Coupon], pots: Mapping[str, Budget], by: StaffMember
) -> Strategy:
    made: StrategyVersion | None = None
    for weeks, why, said in first.versions:
        content = _content(said, coupons, pots)
        if made is None:
            made = actions.create(first.name, content, note=why, by=by)
        else:
            made = actions.save(made.strategy, made.number, content, note=why, by=by) or made
        _date(made, datetime.combine(today - timedelta(weeks=weeks), time(15), SHANGHAI))
    assert made is not None
    if first.runs:
        actions.start(made.strategy, by=by)
    return made.strategy


def _content(said: Mapping[str, Any], coupons: Mapping[str, Coupon], pots: Mapping[str, Budget]) -> dict[str, Any]:
    """Codes and names turned into what they stand for."""
    content = {key: value for key, value in said.items() if key not in ("coupon", "budget")}
    if "coupon" in said:
        content["coupon_id"] = coupons[said["coupon"]].pk if said["coupon"] else None
    if "budget" in said:
        content["budget_id"] = pots[said["budget"]].pk if said["budget"] else None
    if "audience" in said:
        content["audience"] = with_tags(said["audience"])
    return content


def with_tags(audience: str) -> str:
    """`{肉品用户}` in the words of an audience becomes the id of that tag."""
    for tag in Tag.objects.filter(is_taste=True):
        audience = audience.replace(f"{{{tag.name}}}", str(tag.pk))
    return audience


def _date(version: StrategyVersion, at: datetime) -> None:
    """Versions of the past have their day in it: the one thing that the desk's actions do not do."""
    StrategyVersion.objects.filter(pk=version.pk).update(made_at=at)
    if version.number == 1:
        Strategy.objects.filter(pk=version.strategy_id).update(made_at=at)
