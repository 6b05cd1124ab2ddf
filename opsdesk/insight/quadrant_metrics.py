"""Which metrics a unit of the plane has, how each is called and written."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from opsdesk.insight import dictionary, values
from opsdesk.lib import figures
from opsdesk.lib.words import N_

COMMUNITY, STATION, PRODUCT, CHANNEL, CUSTOMER = UNITS = ("community", "station", "product", "channel", "customer")


@dataclass(frozen=True)
class Axis:
    """A metric as an axis: its key in the dictionary where it has one; `kind` says how a value is written."""

    key: str
    label: str
    kind: str
    what: str = ""

    def told(self, value: float | None) -> str:
        if value is None:
            return figures.NOTHING
        if self.kind in ("yuan", "yuan0"):
            return figures.yuan(round(value), 0 if self.kind == "yuan0" else 2)
        if self.kind == "percent":
            return figures.percent(value)
        return figures.grouped(value, 2 if self.kind == "number" else 0)


_OF_PRODUCTS = (
    Axis("buyers", N_("Buyers"), "count", N_("Distinct customers who bought it in the weeks.")),
    Axis("product_purchases", N_("Purchases of it"), "count", N_("Customer-days on which it was bought.")),
    Axis("sales", N_("Sales"), "yuan0", N_("Sum of its lines as exported, refund lines left out.")),
    Axis("repeat_buyers", N_("Repeat buyers"), "percent", N_("Of its buyers, who bought it on two days or more.")),
)  # fmt: skip
_OF_CHANNELS = (
    Axis("new_payers", N_("New payers"), "count", N_("Who came by it and first bought in the weeks.")),
    Axis("spend", N_("Spend"), "yuan0", N_("As told on the spend sheet for the weeks.")),
    Axis("cost_per_new", N_("Cost per new payer"), "yuan", N_("Spend ÷ new payers of the weeks.")),
    Axis("channel_retention", N_("Week-1 retention"), "percent",
         N_("Of new payers whose next week lies in the weeks, the share with a purchase in it.")),
)  # fmt: skip
_OF_CUSTOMERS = (
    Axis("recency", N_("Days since the last order"), "count", N_("From the last order to the as-of date.")),
    Axis("purchases", N_("Purchases, all time"), "count", N_("All purchases before the as-of date.")),
    Axis("net_ever", N_("Net, all time"), "yuan0", N_("Net amount of all orders before the as-of date.")),
    Axis("rfm_frequency", N_("Purchases in the RFM window"), "count",
         N_("F of RFM; those outside the window are not drawn.")),
    Axis("rfm_monetary", N_("Net in the RFM window"), "yuan0", N_("M of RFM; those outside the window are not drawn.")),
)  # fmt: skip
USUAL = {  # across, up, size
    COMMUNITY: ("penetration", "frequency", "net"),
    STATION: ("new_payers", "daily_repurchase", "net"),
    PRODUCT: ("buyers", "repeat_buyers", "sales"),
    CHANNEL: ("new_payers", "channel_retention", "spend"),
    CUSTOMER: ("recency", "purchases", "net_ever"),
}


def axes(unit: str) -> dict[str, Axis]:
    """By key."""
    own = {PRODUCT: _OF_PRODUCTS, CHANNEL: _OF_CHANNELS, CUSTOMER: _OF_CUSTOMERS}
    if unit in own:
        return {axis.key: axis for axis in own[unit]}
    known = [dictionary.BY_KEY[key] for key in values.keys_for(unit) if key in dictionary.BY_KEY]
    return {one.key: Axis(one.key, one.label, one.kind, one.what) for one in known if one.kind != "words"}


def definition(axis: Axis, **more: object) -> dict[str, object]:
    """What the (i) beside an axis says; the dictionary's own entry where there is one."""
    if axis.key in dictionary.BY_KEY:
        return dictionary.definition(axis.key, **more) | ({"what": _(axis.what)} if axis.what else {})
    return {"what": _(axis.what), **more}
