"""Which orders count, what they are worth, and how they make purchases: the definition that the SQL is held to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from communities.policies.rules import Policies

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAID, WAITING = "paid", "waiting"
LAST_WEEKS = 8  # what the line beside a number shows


@dataclass(frozen=True)
class OrderFacts:
    """One order as the roll-ups see it. Money in fen; `service_amount`: its lines in service categories."""

    placed_at: datetime
    state: str = PAID
    gross: int = 0
    discount: int = 0
    paid: int = 0
    refunded: int = 0
    service_amount: int = 0
    address_key: str = ""
    community_id: int | None = None

    @property
    def day(self) -> date:
        return business_day(self.placed_at)

    @property
    def counted(self) -> bool:
        return counts(self.state, self.paid, self.refunded)

    @property
    def net(self) -> int:
        return net_of(self.paid, self.refunded) if self.counted else 0


@dataclass(frozen=True)
class Day:
    """One customer's business day with a counted order; `clean_*` are the same without service orders."""

    day: date
    orders: int
    gross: int
    discount: int
    net: int
    starts_purchase: bool
    clean_orders: int
    clean_net: int
    starts_clean: bool


@dataclass(frozen=True)
class Cleaned:
    """One customer's RFM window after the cleaning, with what each step took out.

    orders = service_orders + proxy_orders + merged_orders + purchases, always. A proxy buyer keeps nothing.
    """

    orders: int
    service_orders: int
    proxy_orders: int
    merged_orders: int
    purchases: int
    net: int
    last_day: date | None

    @property
    def is_proxy(self) -> bool:
        return self.proxy_orders > 0


def business_day(at: datetime) -> date:
    """The day of an aware moment in Shanghai; it starts at 00:00 local."""
    return at.astimezone(SHANGHAI).date()


def delivery_day(placed_at: datetime, cutoff: time) -> date:
    """T+1: before the community's cut-off the next day, from the cut-off on the day after that."""
    local = placed_at.astimezone(SHANGHAI)
    return local.date() + timedelta(days=1 if local.time() < cutoff else 2)


def counts(state: str, paid: int, refunded: int) -> bool:
    """Paid, and neither cancelled nor fully refunded. An order of amount 0 (paid by coupon) counts."""
    return state == PAID and (refunded <= 0 or refunded < paid)


def net_of(paid: int, refunded: int) -> int:
    return max(paid - refunded, 0)


def monday_of(day: date) -> date:
    """The Monday that names the ISO week of a day."""
    return day - timedelta(days=day.weekday())


def starts(days: Sequence[date], merge_days: int) -> list[bool]:
    """Which of these rising, distinct days starts a purchase. Greedy from the first day of each purchase, not
    chained from the day before: merge_days=3 on days 0, 2, 4 gives {0, 2} and {4}."""
    marks: list[bool] = []
    first: date | None = None
    for day in days:
        if first is None or (day - first).days >= merge_days:
            first = day
        marks.append(first == day)
    return marks


@dataclass(frozen=True)
class StationFacts:
    """An open station. Without `buildings` it serves what no other station of its community lists."""

    id: int
    community_id: int
    buildings: tuple[str, ...] = ()


def station_of(
    community_id: int | None, building: str, told: int | None, stations: Sequence[StationFacts]
) -> int | None:
    """The station that serves a door: the one the latest order names, if it is one of the community's; else the first
    that lists the building; else the community's only one that lists none; else nobody knows."""
    here = [station for station in stations if station.community_id == community_id]
    listing = [station.id for station in here if building and building in station.buildings]
    serving_all = [station.id for station in here if not station.buildings]
    if told in {station.id for station in here}:
        return told
    if listing:
        return min(listing)
    return serving_all[0] if len(serving_all) == 1 else None


def is_service_order(service_amount: int, at_least: int) -> bool:
    """An order without a service line is none, even where the threshold is 0."""
    return service_amount > 0 and service_amount >= at_least


def is_proxy(address_keys: Iterable[str], max_addresses: int) -> bool:
    """One phone, many doors. Empty addresses do not count."""
    return len({key for key in address_keys if key}) > max_addresses


def community_of(orders: Iterable[OrderFacts], known: int | None) -> int | None:
    """The community of the latest order that names one (of several at one moment: the last of the sequence),
    else the one already known. A refund that waits for its order is no order."""
    naming = [order for order in orders if order.community_id is not None and order.state != WAITING]
    return max(reversed(naming), key=lambda order: order.placed_at).community_id if naming else known


def known_since(registered_at: datetime | None, orders: Iterable[OrderFacts]) -> date | None:
    """The first day we knew of somebody: registered, or ordered, were it only to cancel."""
    days = [order.day for order in orders if order.state != WAITING]
    return min(days + ([business_day(registered_at)] if registered_at else []), default=None)


def uncensored_from(first_day: date, weeks: int) -> date:
    """Customers first seen before this Monday may have bought before the data start: the first `weeks` ISO weeks."""
    return monday_of(first_day) + timedelta(weeks=weeks)


def customer_days(orders: Iterable[OrderFacts], policies: Policies) -> list[Day]:
    """One customer's days with counted orders, oldest first, under the merge and the service rule in force."""
    by_day: dict[date, list[OrderFacts]] = {}
    for order in orders:
        if order.counted:
            by_day.setdefault(order.day, []).append(order)
    days = sorted(by_day)
    clean = {day: [o for o in by_day[day] if not _is_service(o, policies)] for day in days}
    clean_days = [day for day in days if clean[day]]
    first = dict(zip(days, starts(days, policies.merge_days), strict=True))
    first_clean = dict(zip(clean_days, starts(clean_days, policies.merge_days), strict=True))
    return [
        Day(
            day,
            orders=len(by_day[day]),
            gross=sum(o.gross for o in by_day[day]),
            discount=sum(o.discount for o in by_day[day]),
            net=sum(o.net for o in by_day[day]),
            starts_purchase=first[day],
            clean_orders=len(clean[day]),
            clean_net=sum(o.net for o in clean[day]),
            starts_clean=first_clean.get(day, False),
        )
        for day in days
    ]


def cleaned(orders: Sequence[OrderFacts], as_of: date, policies: Policies) -> Cleaned:
    """The three cleaning steps in their order, over [as_of − rfm_window_days, as_of). A purchase belongs to the
    window when it starts in it: days before the first start belong to an earlier purchase and count as merged."""
    begin = as_of - timedelta(days=policies.rfm_window_days)
    inside = [day for day in customer_days(orders, policies) if begin <= day.day < as_of]
    total, left = sum(day.orders for day in inside), sum(day.clean_orders for day in inside)
    doors = [o.address_key for o in orders if _is_clean(o, policies) and begin <= o.day < as_of]
    if is_proxy(doors, policies.max_addresses):
        return Cleaned(total, total - left, left, 0, 0, 0, None)
    starting = [day.day for day in inside if day.starts_clean]
    mine = [day for day in inside if day.clean_orders and starting and day.day >= starting[0]]
    return Cleaned(
        orders=total,
        service_orders=total - left,
        proxy_orders=0,
        merged_orders=left - len(starting),
        purchases=len(starting),
        net=sum(day.clean_net for day in mine),
        last_day=mine[-1].day if mine else None,
    )


def _is_service(order: OrderFacts, policies: Policies) -> bool:
    return is_service_order(order.service_amount, policies.service_order_min_amount)


def _is_clean(order: OrderFacts, policies: Policies) -> bool:
    return order.counted and not _is_service(order, policies)


def days_due(
    as_of: date,
    weeks: Collection[date],
    computed: Mapping[date, int],
    stale: Collection[date],
    policies: Policies,
) -> list[tuple[date, int]]:
    """Which as-of dates to compute, oldest first, each with its rule version.

    Every Monday that was not computed, or from the earliest stale one on; and as_of itself. What was computed before
    keeps the version it was computed with; the newest date takes the one in force, that of `policies`.
    weeks: Mondays of the weeks with orders; computed: the version by date.
    """
    first_stale = min(stale, default=None)
    due = {
        monday: computed.get(monday, policies.version)
        for monday in mondays_wanted(as_of, weeks, policies)
        if monday not in computed or (first_stale is not None and monday >= first_stale)
    }
    is_old = any(day > as_of for day in computed)
    due[as_of] = computed.get(as_of, policies.version) if is_old else policies.version
    return sorted(due.items())


def mondays_wanted(as_of: date, weeks: Collection[date], policies: Policies) -> set[date]:
    """Mondays after the first data week up to as_of. Where orders pause, weeks in which nobody can move any more are
    left out (years may lie between the data and today); the last ones before as_of are there in any case."""
    longest = max(policies.new_window_days, policies.silent_after_days)
    reach = max(LAST_WEEKS, longest // 7 + 2)
    near = {week + timedelta(weeks=n) for week in weeks for n in range(1, reach + 1)}
    last = {monday_of(as_of) - timedelta(weeks=n) for n in range(LAST_WEEKS + 1)} if weeks else set()
    return {monday for monday in near | last if min(weeks) < monday <= as_of}
