"""Entries of the metric dictionary: money, paying users, retention, growth."""

from opsdesk.insight.metric_kinds import PERIODS, WEEKS, Metric
from opsdesk.lib.words import N_
from users.growth import rules as growth
from users.pulse.rules import DEFINITIONS as PULSE
from users.retention.rules import DEFINITIONS as COHORTS

_PERIOD = N_("the period")
_SEVEN = N_("seven days from a Monday")
_ONCE = N_("paying users, each once a period")
_SUMS = "users.pulse.queries.sums"
_RATES = "users.pulse.queries.rates"
_CELLS = "users.retention.queries.week_cells"
_FLOWS = "users.growth.queries.flows"

MONEY = (
    Metric("gmv", "money", N_("GMV"), PULSE["gmv"], N_("sum of gross amounts"), _PERIOD, "", PERIODS, "yuan0", _SUMS,
           "dashboard", "M6"),
    Metric("net", "money", N_("Net"), PULSE["net"], N_("gross − discounts − refunds"), _PERIOD, "", PERIODS, "yuan0",
           _SUMS, "dashboard"),
    Metric("arppu", "money", N_("ARPPU"), PULSE["arppu"], N_("net ÷ paying users"), _PERIOD, _ONCE, PERIODS, "yuan",
           _SUMS, "dashboard", "M10"),
    Metric("aov", "money", N_("Average purchase"), PULSE["aov"], N_("net ÷ purchases"), _PERIOD, N_("purchases"),
           PERIODS, "yuan", _SUMS, "dashboard", "M24"),
    Metric("change", "money", N_("Change to the period before"),
           N_("A number against the same number of the period before; a rate changes in points."),
           N_("now ÷ before − 1"), N_("two finished periods of one length"), N_("the period before"), PERIODS,
           "percent", "opsdesk.insight.dashboard_words.change_of", "dashboard", "M25"),
)  # fmt: skip

PAYERS = (
    Metric("payers", "payers", N_("Paying users"), PULSE["payers"], N_("distinct customers"), _PERIOD, "", PERIODS,
           "count", _SUMS, "dashboard", "M7"),
    Metric("daily_payers", "payers", N_("Daily paying users"), PULSE["daily_payers"],
           N_("paying users of each day ÷ days"), _PERIOD, N_("days"), PERIODS, "number", _SUMS, "dashboard", "M8"),
    Metric("new_payers", "payers", N_("New payers"), PULSE["new_payers"], N_("distinct customers"), _PERIOD, "",
           PERIODS, "count", _SUMS, "dashboard", "M9"),
    Metric("frequency", "payers", N_("Purchases per paying user"), PULSE["frequency"],
           N_("purchases ÷ paying users"), _PERIOD, _ONCE, PERIODS, "number", _SUMS, "dashboard", "M23"),
    Metric("penetration", "payers", N_("Penetration"), N_("Customers who ever paid ÷ households."),
           N_("ever paid ÷ households"), N_("from the first order to the end of the period"),
           N_("households of communities where they are told"), PERIODS, "percent", "users.pulse.crowd_queries.crowds",
           "dashboard", "M22"),
    Metric("registered_penetration", "payers", N_("Registered penetration"),
           N_("Customers known, registered or buying, ÷ households."), N_("customers ÷ households"),
           N_("as of the last snapshot of the period"), N_("households of communities where they are told"), PERIODS,
           "percent", "users.pulse.crowd_queries.crowds", "dashboard", "M22"),
)  # fmt: skip

RETENTION = (
    Metric("repurchase", "retention", N_("Repurchase of new payers"), PULSE["repurchase"],
           N_("bought again ÷ new payers"), _SEVEN, N_("new payers of the Monday"), WEEKS, "percent", _RATES,
           "dashboard", "M4"),
    Metric("daily_repurchase", "retention", N_("Daily repurchase"), PULSE["daily_repurchase"],
           N_("bought that day ÷ new payers of the 7 days before"), N_("a day; over several, days are added up"),
           N_("first purchase in the 7 days before"), PERIODS, "percent", _SUMS, "dashboard", "M5"),
    Metric("wake", "retention", N_("Wake rate"), PULSE["wake"], N_("bought ÷ silent"), _SEVEN,
           N_("silent customers of the Monday"), WEEKS, "percent", _RATES, "dashboard", "M11"),
    Metric("retention", "retention", N_("Retention"), COHORTS["retention", "in"], N_("came back ÷ cohort"),
           N_("one period after the first purchase"), N_("the cohort"), N_("cohort by day, week, month"), "percent",
           _CELLS, "cohorts", "M3"),
    Metric("churn", "retention", N_("Churn"), COHORTS["churn", "in"], N_("1 − retention"),
           N_("one period after the first purchase"), N_("the cohort"), N_("cohort by day, week, month"), "percent",
           _CELLS, "cohorts", "M13"),
    Metric("recall", "retention", N_("Recall rate"), COHORTS["recall", "in"], N_("came back ÷ stayed away before"),
           N_("one period"), N_("bought before, not in the period before"), N_("cohort by day, week, month"),
           "percent", _CELLS, "cohorts", "M12"),
    Metric("channel_retention", "retention", N_("Retention by channel"), COHORTS["retention", "in"],
           N_("came back ÷ cohort"), N_("the week after the first purchase"), N_("the cohort of a channel"),
           N_("cohort by week and channel"), "percent", "users.retention.queries.cells", "channels", "M28"),
    Metric("category_retention", "retention", N_("Retention by first category"), COHORTS["retention", "in"],
           N_("came back ÷ cohort"), N_("the week after the first purchase"),
           N_("the cohort whose first purchase was mostly of a category"), N_("cohort by week and category"),
           "percent", "users.retention.queries.cells", "channels", "M29"),
)  # fmt: skip

GROWTH = (
    *(Metric(key, "growth", label, growth.DEFINITIONS[flow], "", N_("a week"), "", WEEKS, "count", _FLOWS, "growth")
      for key, label, flow in (
          ("active", N_("Active in a week"), growth.ACTIVE), ("retained", N_("Retained"), growth.RETAINED),
          ("lost", N_("Lapsed"), growth.LOST),
      )),
    Metric("quick_ratio", "growth", N_("Quick ratio"), N_("What comes in for each customer who is lost."),
           N_("(new + recalled) ÷ lost"), N_("a week"), N_("bought in the week before, not in it"), WEEKS, "number",
           _FLOWS, "growth"),
)  # fmt: skip
