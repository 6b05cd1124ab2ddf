"""Entries of the metric dictionary: funnel, acquisition, classes, coupons, field work; and what nobody imports yet."""

from campaigns.boards.visits.words import DEFINITIONS as VISITS
from coupons.boards.effects import WHAT as EFFECT
from coupons.effects.scores import SCORES
from opsdesk.insight.metric_kinds import PERIODS, WEEKS, Metric
from opsdesk.lib.words import N_
from users.boards.rfm import WHAT as RFM
from users.funnel import rules as funnel
from users.pulse.rules import DEFINITIONS as PULSE

_SCORES = {score.key: score for score in SCORES}
_STAGES = "users.funnel.queries.cells"
_REGISTRATIONS = N_("registrations (CSV or API)")
_REGISTERED = N_("registered in the week, window over")
_SUBSIDIES = "coupons.effects.queries.subsidies"
_DOORS = "campaigns.boards.visits.queries.days"
_ARMS = "campaigns.boards.visits.queries.arms"
_DAYS = N_("the days chosen")

FUNNEL = (
    Metric("registered", "funnel", N_("Registered"), N_("Customers who registered with the shop in the week."),
           N_("distinct customers"), N_("week of registration"), "", N_("week, community, channel"), "count", _STAGES,
           "funnel", "", _REGISTRATIONS),
    Metric("activation", "funnel", N_("Activation rate"),
           N_("Of those who registered, the share with a first purchase within the activation days."),
           N_("activated ÷ registered"), N_("activation days from the registration"), _REGISTERED,
           N_("week, community, channel"), "percent", _STAGES, "funnel", "M18", _REGISTRATIONS),
    *(Metric(key, "funnel", label, what, N_("reached it ÷ reached all before it"), window,
             N_("reached all before it, window over"),
             N_("week, community, channel"), "percent", _STAGES, "funnel", "", _REGISTRATIONS)
      for key, label, what, window in (
          ("funnel_activated", N_("Funnel: activated"), N_("First purchase within the activation days."),
           N_("activation days from the registration")),
          ("funnel_retained", N_("Funnel: retained"), N_("Second purchase within the days set after the first."),
           N_("days from the first purchase")),
          ("funnel_revenue", N_("Funnel: revenue"), N_("Pays more than half of the community, or once a large amount."),
           N_("the RFM window")),
          ("funnel_referred", N_("Funnel: referred"), funnel.DEFINITIONS[funnel.REFERRED], N_("ever")),
      )),
)  # fmt: skip

ACQUISITION = (
    Metric("acquisition_budget", "acquisition", N_("Acquisition budget"),
           N_("What a week's acquisition was to cost, as typed beside the cohorts."), "", N_("a week"), "",
           N_("week, community"), "yuan0", "users.retention.queries.budgets", "cohorts", "M19"),
    Metric("spend", "acquisition", N_("Acquisition spend"),
           N_("What acquisition did cost, by the weekly sheet of channels and communities."), N_("sum of the sheet"),
           N_("a week"), "", N_("week, channel, community"), "yuan0", "users.acquisition.spend_queries.told",
           "channels", "", N_("the weekly spend sheet")),
    Metric("cost_per_new", "acquisition", N_("Cost per new payer"), N_("Acquisition spend ÷ new payers of the weeks."),
           N_("spend ÷ new payers"), N_("the same weeks"), N_("new payers"), N_("week, channel, community"), "yuan",
           "users.acquisition.spend_queries.told", "channels", "", N_("the weekly spend sheet")),
)  # fmt: skip

CLASSES = (
    Metric("lifecycle", "classes", N_("Lifecycle class"),
           N_("Prospect, new payer, active or silent: exactly one a customer, as of a date."), "", N_("as of a date"),
           "", N_("customer, day"), "words", "users.lifecycle.queries.totals", "segments"),
    Metric("rfm", "classes", N_("RFM class"),
           RFM, "",
           N_("RFM window before the date"), "", N_("customer, day"), "words", "users.rfm.queries.board", "rfm"),
)  # fmt: skip

COUPONS = (
    Metric("discount_rate", "coupons", N_("Discount rate"), PULSE["discount_rate"],
           N_("discount ÷ gross"), N_("the period"), N_("gross amount"), PERIODS, "percent", "users.pulse.queries.sums",
           "dashboard", "M20"),
    Metric("subsidy", "coupons", N_("Coupon cost"), N_("Taken off orders by coupons of batches, by the week of use."),
           N_("sum of discounts by coupons of batches"), N_("a week"), "", N_("week, community, class"), "yuan0",
           _SUBSIDIES, "subsidies", "M21"),
    Metric("subsidy_rate", "coupons", _SCORES["subsidy"].label, _SCORES["subsidy"].what, N_("coupon cost ÷ GMV"),
           N_("weeks that begin in the period"), N_("GMV of these weeks"), N_("week, community, class"), "percent",
           _SUBSIDIES, "subsidies", "M21"),
    Metric("effect", "coupons", N_("Effect of coupons"),
           EFFECT, N_("treated − held out"),
           N_("7, 14 or 30 days after the issue"), N_("customers of each side"), N_("batch, strategy"), "percent",
           "coupons.effects.queries.effect_of_batch", "batches"),
)  # fmt: skip

FIELD = (
    *(Metric(key, "field", label, *VISITS[word], _DAYS, whole, N_("day, community"), kind, query, "visits", article)
      for key, word, label, whole, kind, query, article in (
          ("open_rate", "open_rate", N_("Open rate"), N_("visited doors"), "percent", _DOORS, "M14"),
          ("order_rate", "order_rate", N_("Order rate of opened doors"), N_("opened doors"), "percent", _DOORS, "M15"),
          ("order_rate_visited", "order_rate_of_visited", N_("Order rate of visited doors"), N_("visited doors"),
           "percent", _DOORS, "M15"),
          ("visit_roi", "roi", N_("Visit ROI"), N_("cost"), "number", _DOORS, "M16"),
          ("visit_wake", "wake", N_("Wake rate of visits"), N_("customers whose days are over"), "percent", _ARMS,
           "M11"),
          ("recall_retention", "week", N_("Retention after a recall"), N_("recalled customers"), "percent", _ARMS,
           "M17"),
      )),
    Metric("variables", "field", N_("Own weekly figures"),
           N_("Figures that you name and keep week by week beside the cohorts: weather, answer rate, capacity."), "",
           N_("a week"), "", N_("week, community"), "number", "users.retention.models.VariableValue", "cohorts", "M35"),
)  # fmt: skip

_VISITS_OF_APP = N_("visits of the shop's app by day (people and views)")
_GROUPS = N_("a register of chat groups with their weekly figures")
_EVENTS = N_("events with their sign-ups and check-ins")
_STREET = N_("a log of street promotion: hours, passers-by, goods sold and lost")

ELSEWHERE = (
    Metric("app_visits", "elsewhere", N_("App visits"), N_("People who opened the shop's app in the period."),
           N_("distinct visitors"), N_("the period"), "", PERIODS, article="M1", needs=_VISITS_OF_APP),
    Metric("conversion", "elsewhere", N_("Conversion"), N_("Of those who opened the app, the share who paid."),
           N_("paying users ÷ visitors"), N_("the period"), N_("visitors"), PERIODS, "percent", article="M2",
           needs=_VISITS_OF_APP),
    Metric("group_activity", "elsewhere", N_("Group activity"), N_("Members of a chat group who wrote in the week."),
           N_("wrote ÷ members"), N_("a week"), N_("members"), WEEKS, "percent", article="M26", needs=_GROUPS),
    Metric("group_conversion", "elsewhere", N_("Group conversion"), N_("Members of a chat group who paid in the week."),
           N_("paid ÷ members"), N_("a week"), N_("members"), WEEKS, "percent", article="M27", needs=_GROUPS),
    Metric("event_new", "elsewhere", N_("New users of an event"), N_("Who registered at an event or because of it."),
           N_("distinct customers"), N_("the event"), "", N_("event"), article="M30", needs=_EVENTS),
    Metric("event_orders", "elsewhere", N_("Orders an event brought"),
           N_("Orders of the community on the day, beyond its same weekdays."), N_("orders − usual orders"),
           N_("the day of the event"), "", N_("event"), article="M31", needs=_EVENTS),
    Metric("on_time", "elsewhere", N_("Deadlines kept"), N_("Of what was due, the share done in time."),
           N_("in time ÷ due"), N_("the campaign"), N_("what was due"), N_("campaign"), "percent", article="M32",
           needs=N_("campaigns with their deadlines")),
    Metric("loss", "elsewhere", N_("Loss of goods"), N_("Goods spoiled or left over ÷ goods brought."),
           N_("lost ÷ brought"), N_("the day"), N_("goods brought"), N_("day, place"), "percent", article="M33",
           needs=_STREET),
    Metric("footfall", "elsewhere", N_("Footfall"), N_("People who passed in a slot of time."), N_("people counted"),
           N_("the slot"), "", N_("slot, place"), article="M34", needs=_STREET),
)  # fmt: skip
