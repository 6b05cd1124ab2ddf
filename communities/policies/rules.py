"""Every threshold of the business with its default, its bounds and its words. None is sacred; all are versioned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from communities.policies import reading
from opsdesk.lib import money
from opsdesk.lib.words import N_


class BadValue(ValueError):
    """`message` is an English msgid with %(name)s places; `params` fills them."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params)
        self.message, self.params = message, params


@dataclass(frozen=True)
class Policy:
    """One threshold: how its text is read, what it may be, what it touches."""

    key: str
    group: str
    label: str
    unit: str
    default: Any
    read: Callable[[str], Any]
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    per_community: bool = True

    def parse(self, text: str) -> Any:
        """The value that `text` means. Raises BadValue with what is allowed and an example."""
        try:
            value = self.read(text.strip())
        except (ValueError, ArithmeticError) as error:
            raise BadValue(N_("“%(text)s” cannot be read; for example %(example)s."), **self._hint(text)) from error
        self.check(value)
        return value

    def written(self, value: Any) -> str:
        """The text that `parse` would read as this value."""
        if value is None:
            return "none"
        if self.read is reading.fen:
            return money.yuan(value)
        if self.read is reading.yuan_cuts:
            return " ".join(map(money.yuan, value))
        if self.read is reading.share:
            return f"{value * 100:g}%"
        return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    def check(self, value: Any) -> None:
        if self.choices and value not in self.choices:
            raise BadValue(N_("“%(text)s” is not one of: %(choices)s."), **self._hint(value))
        if self.low is not None and isinstance(value, int | float) and not self.low <= value <= self._top:
            raise BadValue(N_("%(text)s is outside %(low)s to %(high)s."), **self._hint(value))

    @property
    def is_flag(self) -> bool:
        return self.read is reading.flag

    @property
    def is_money(self) -> bool:
        """Kept in fen, typed in yuan."""
        return self.read in (reading.fen, reading.yuan_cuts)

    @property
    def moves_customers(self) -> bool:
        """Whether lifecycle or RFM classes depend on it."""
        return self.group in (_CLEANING, _LIFECYCLE, _RFM)

    @property
    def _top(self) -> float:
        return float("inf") if self.high is None else self.high

    def _hint(self, value: Any) -> dict[str, Any]:
        """What a message may say, written as people type it."""
        example = "10 20 30 40" if self.default is None else self.written(self.default)
        low, high = (None if bound is None else self.written(bound) for bound in (self.low, self.high))
        text = value if isinstance(value, str) else self.written(value)
        return {"text": text, "example": example, "low": low, "high": high, "choices": ", ".join(self.choices)}


_TIME, _CLEANING, _LIFECYCLE, _RFM = N_("Time"), N_("Cleaning for RFM"), N_("Lifecycle"), N_("RFM")
_TAGS, _FUNNEL, _VISITS, _ALERTS = N_("Taste tags"), N_("Funnel"), N_("Visits"), N_("Alerts")
_CUES, _DOORS, _MINUTES, _SECONDS = N_("Cue sheets"), N_("doors"), N_("minutes"), N_("seconds")
_CONTACT, _COUPONS, _COSTS = N_("Contact"), N_("Coupons"), N_("Costs")
_TIMES, _CLOCK = N_("times"), N_("o’clock")
_DAYS, _WEEKS, _PEOPLE, _PURCHASES = N_("days"), N_("weeks"), N_("people"), N_("purchases")
_YUAN, _SHARE, _POINTS, _ADDRESSES = N_("yuan"), N_("share"), N_("points"), N_("addresses")

_TABLE = [
    Policy("left_censor_weeks", _TIME, N_("Weeks at the start of the data whose customers may have bought before"),
           _WEEKS, 4, int, 0, 52, per_community=False),
    Policy("merge_days", _CLEANING, N_("Orders within this many days of a purchase's first order are one purchase"),
           _DAYS, 1, int, 1, 31),
    Policy("service_order_min_amount", _CLEANING, N_("Service lines of an order from this sum on take it out of RFM"),
           _YUAN, 10000, reading.fen, 0, 10**9),
    Policy("max_addresses", _CLEANING, N_("A phone with more addresses than this buys for others"),
           _ADDRESSES, 2, int, 1, 100),
    Policy("new_window_days", _LIFECYCLE, N_("A first purchase stays new this long"), _DAYS, 7, int, 1, 90),
    Policy("silent_after_days", _LIFECYCLE, N_("An active customer turns silent after this long without an order"),
           _DAYS, 14, int, 1, 365),
    Policy("rfm_window_days", _RFM, N_("RFM looks back"), _DAYS, 365, int, 7, 3660),
    Policy("rfm_scope", _RFM, N_("Customers are scored within"), "", "community", str,
           choices=("community", "company"), per_community=False),
    Policy("rfm_scoring", _RFM, N_("Scores come from"), "", "quantile", str, choices=("quantile", "fixed")),
    Policy("rfm_cuts_r", _RFM, N_("Fixed cut points of R"), _DAYS, None, reading.cuts),
    Policy("rfm_cuts_f", _RFM, N_("Fixed cut points of F"), _PURCHASES, None, reading.cuts),
    Policy("rfm_cuts_m", _RFM, N_("Fixed cut points of M"), _YUAN, None, reading.yuan_cuts),
    Policy("rfm_cut", _RFM, N_("A score is high when it is above"), "", "mean_score", str,
           choices=("mean_score", "fixed_score")),
    Policy("rfm_fixed_score", _RFM, N_("With a fixed score, high means above"), N_("score"), 3, int, 1, 4),
    Policy("rfm_min_customers", _RFM, N_("A community with fewer scored customers borrows the company's cut points"),
           _PEOPLE, 50, int, 1, 10**6),
    Policy("rfm_frozen", _RFM, N_("Keep the cut points of the last run"), "", False, reading.flag),
    Policy("tag_min_share", _TAGS, N_("Share of spending that makes a taste"), _SHARE, 0.40, reading.share, 0.01, 1),
    Policy("tag_min_purchases", _TAGS, N_("Purchases a taste needs at least"), _PURCHASES, 2, int, 1, 100),
    Policy("activation_days", _FUNNEL, N_("Activated: first purchase within"), _DAYS, 7, int, 1, 365),
    Policy("second_purchase_days", _FUNNEL, N_("Retained: second purchase within"), _DAYS, 30, int, 1, 365),
    Policy("revenue_min_purchase", _FUNNEL, N_("Revenue: or one purchase of at least"), _YUAN, 10000, reading.fen,
           1, 10**9),
    Policy("attribution_days", _VISITS, N_("Orders belong to a visit for"), _DAYS, 7, int, 1, 90),
    Policy("visit_tries", _VISITS, N_("Nobody home this often, and the task is done"), _TIMES, 3, int, 1, 20),
    Policy("doors_an_hour", _VISITS, N_("Doors that one person visits in an hour"), _DOORS, 12, int, 1, 120),
    Policy("call_minutes", _VISITS, N_("A phone call takes"), _MINUTES, 3, int, 1, 60),
    Policy("chat_minutes", _VISITS, N_("A WeChat chat takes"), _MINUTES, 2, int, 1, 60),
    Policy("group_minutes", _VISITS, N_("Naming somebody in the group takes"), _MINUTES, 1, int, 1, 60),
    Policy("visit_fast_seconds", _VISITS, N_("Two outcomes of one person closer than this look too fast"), _SECONDS, 20,
           int, 1, 600),
    Policy("cue_price_most", _CUES, N_("Low-priced goods cost at most"), _YUAN, 1500, reading.fen, 0, 10**6),
    Policy("cue_weeks", _CUES, N_("Goods were sold in the community within the last"), _WEEKS, 4, int, 1, 26),
    Policy("alert_baseline_weeks", _ALERTS, N_("A cohort is compared with this many before it"), _WEEKS, 8, int, 2, 52),
    Policy("alert_min_cohort", _ALERTS, N_("Smallest cohort that may ring"), _PEOPLE, 20, int, 1, 10**6),
    Policy("alert_min_points", _ALERTS, N_("Smallest difference that may ring"), _POINTS, 10, float, 0.1, 100),
    Policy("alert_p", _ALERTS, N_("Largest probability that it is chance"), "", 0.01, float, 0.000001, 0.5),
    Policy("callback_sample", _ALERTS, N_("Affected customers called back, drawn at random"), _PEOPLE, 20, int, 1, 500),
    Policy("contact_most", _CONTACT, N_("A customer is reached at most this often, by all channels together"),
           _TIMES, 4, int, 1, 100, per_community=False),
    Policy("contact_days", _CONTACT, N_("Contacts are counted within"), _DAYS, 30, int, 1, 365, per_community=False),
    Policy("coupon_most", _CONTACT, N_("A customer gets at most this many coupons"), _TIMES, 1, int, 1, 100,
           per_community=False),
    Policy("coupon_days", _CONTACT, N_("Coupons are counted within"), _DAYS, 7, int, 1, 365, per_community=False),
    Policy("message_most", _CONTACT, N_("A customer gets at most this many messages of one kind"), _TIMES, 2, int, 1,
           100, per_community=False),
    Policy("message_days", _CONTACT, N_("Messages are counted within"), _DAYS, 7, int, 1, 365, per_community=False),
    Policy("visit_most", _CONTACT, N_("A customer is visited or called at most this often"), _TIMES, 1, int, 1, 100,
           per_community=False),
    Policy("visit_days", _CONTACT, N_("Visits and calls are counted within"), _DAYS, 14, int, 1, 365,
           per_community=False),
    Policy("quiet_from", _CONTACT, N_("Nobody is written to or called from"), _CLOCK, "21:00", reading.clock,
           per_community=False),
    Policy("quiet_to", _CONTACT, N_("They are written to and called again from"), _CLOCK, "09:00", reading.clock,
           per_community=False),
    Policy("sms_opt_in", _CONTACT, N_("Text messages only to those who agreed to them"), "", False, reading.flag,
           per_community=False),
    Policy("holdout_share", _COUPONS, N_("Share of a batch that is held out"), _SHARE, 0.10, reading.share, 0.01, 0.5,
           per_community=False),
    Policy("second_approver_from", _COUPONS, N_("A maker's batches of a day need a second approver from"), _YUAN,
           500000, reading.fen, 0, 10**12, per_community=False),
    Policy("stale_audience", _COUPONS, N_("An audience is stale when more than this share of it has changed"), _SHARE,
           0.05, reading.share, 0.001, 1, per_community=False),
    Policy("fairness_gap", _COUPONS, N_("A loyal customer may pay at most this much more"), _YUAN, 500, reading.fen,
           0, 10**6, per_community=False),
    Policy("reminder_days", _COUPONS, N_("Reminders go out this many days before a coupon ends"), _DAYS, [3, 1],
           reading.days_before, per_community=False),
    Policy("effect_min_people", _COUPONS, N_("An effect is told from this many held-out customers on"), _PEOPLE, 30,
           int, 5, 10**6, per_community=False),
    Policy("margin_share", _COSTS, N_("Margin: share of net that is left after the cost of goods"), _SHARE, 0.25,
           reading.share, 0.01, 1, per_community=False),
    Policy("sms_cost", _COSTS, N_("One text message costs"), _YUAN, 5, reading.fen, 0, 10**4, per_community=False),
    Policy("staff_hour_cost", _COSTS, N_("One hour of station staff costs"), _YUAN, 3000, reading.fen, 0, 10**6),
]  # fmt: skip

POLICIES: dict[str, Policy] = {policy.key: policy for policy in _TABLE}


@dataclass(frozen=True)
class Policies:
    """All thresholds in force somewhere, with the version (the newest change) they come from. Money in fen."""

    left_censor_weeks: int = 4
    merge_days: int = 1
    service_order_min_amount: int = 10000
    max_addresses: int = 2
    new_window_days: int = 7
    silent_after_days: int = 14
    rfm_window_days: int = 365
    rfm_scope: str = "community"
    rfm_scoring: str = "quantile"
    rfm_cuts_r: tuple[int, ...] | None = None
    rfm_cuts_f: tuple[int, ...] | None = None
    rfm_cuts_m: tuple[int, ...] | None = None
    rfm_cut: str = "mean_score"
    rfm_fixed_score: int = 3
    rfm_min_customers: int = 50
    rfm_frozen: bool = False
    tag_min_share: float = 0.40
    tag_min_purchases: int = 2
    activation_days: int = 7
    second_purchase_days: int = 30
    revenue_min_purchase: int = 10000
    attribution_days: int = 7
    visit_tries: int = 3
    doors_an_hour: int = 12
    call_minutes: int = 3
    chat_minutes: int = 2
    group_minutes: int = 1
    visit_fast_seconds: int = 20
    cue_price_most: int = 1500
    cue_weeks: int = 4
    alert_baseline_weeks: int = 8
    alert_min_cohort: int = 20
    alert_min_points: float = 10
    alert_p: float = 0.01
    callback_sample: int = 20
    contact_most: int = 4
    contact_days: int = 30
    coupon_most: int = 1
    coupon_days: int = 7
    message_most: int = 2
    message_days: int = 7
    visit_most: int = 1
    visit_days: int = 14
    quiet_from: str = "21:00"
    quiet_to: str = "09:00"
    sms_opt_in: bool = False
    holdout_share: float = 0.10
    second_approver_from: int = 500000
    stale_audience: float = 0.05
    fairness_gap: int = 500
    reminder_days: tuple[int, ...] = (3, 1)
    effect_min_people: int = 30
    margin_share: float = 0.25
    sms_cost: int = 5
    staff_hour_cost: int = 3000
    version: int = 0


def in_force(company: Mapping[str, Any], own: Mapping[str, Any] | None = None, version: int = 0) -> Policies:
    """Defaults, overruled by the company's values, overruled by a community's own (None: not set)."""
    chosen = {policy.key: policy.default for policy in POLICIES.values()}
    for layer in (company, own or {}):
        chosen |= {key: value for key, value in layer.items() if value is not None and key in POLICIES}
    known = {field.name for field in fields(Policies)}
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in chosen.items() if key in known}
    return Policies(**values, version=version)
