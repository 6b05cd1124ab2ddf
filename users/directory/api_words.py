"""The filter words of the customer list as the API describes them; users.directory.filters reads them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from users.directory import classes
from users.directory.filters import NONE

_DAY = {"type": "string", "format": "date"}
_NUMBER = {"type": "integer", "minimum": 0}
_FLAG = {"type": "string", "enum": ["0", "1"]}
_YUAN = {"type": "string"}
_TEXT = {"type": "string"}
_LIFECYCLE = ", ".join(classes.LIFECYCLE)
_RFM = ", ".join([*classes.RFM, NONE])

# What each word holds and means; several values of one word are joined by commas.
WORDS: dict[str, tuple[dict[str, Any], Any]] = {
    "q": (_TEXT, _("name, address, masked phone or last digits; several words: all of them")),
    "community": (_TEXT, _("a community's code")),
    "unassigned": (_FLAG, _("those of no community")),
    "station": (_NUMBER, _("a station's id")),
    "building": (_TEXT, _("a building's number")),
    "channel": (_TEXT, _("how they came")),
    "lifecycle": (_TEXT, _LIFECYCLE),
    "recalled": (_FLAG, _("active again after a week as silent")),
    "rfm": (_TEXT, _RFM),
    "scored": (_FLAG, _("has an RFM score")),
    "tag": (_TEXT, _("ids of tags: carries any of them")),
    "service": (_FLAG, _("had service orders")),
    "proxy": (_FLAG, _("buys for others")),
    "purchases_min": (_NUMBER, _("purchases, all time, at least")),
    "purchases_max": (_NUMBER, _("purchases, all time, at most")),
    "net_min": (_YUAN, _("net in yuan, all time, at least")),
    "net_max": (_YUAN, _("net in yuan, all time, at most")),
    "frequency_min": (_NUMBER, _("purchases in the RFM window, at least")),
    "frequency_max": (_NUMBER, _("purchases in the RFM window, at most")),
    "monetary_min": (_YUAN, _("net in yuan in the RFM window, at least")),
    "monetary_max": (_YUAN, _("net in yuan in the RFM window, at most")),
    "within": (_NUMBER, _("days from the last order to the run, at most")),
    "older": (_NUMBER, _("days from the last order to the run, more than")),
    "new_on": (_DAY, _("first purchase on this day")),
    "first_from": (_DAY, _("first purchase on this day or later")),
    "first_to": (_DAY, _("first purchase on this day or earlier")),
    "paid_on": (_DAY, _("has a counted order on this day")),
    "paid_from": (_DAY, _("has a counted order on this day or later")),
    "paid_to": (_DAY, _("has a counted order on this day or earlier")),
    "bought_from": (_DAY, _("a purchase starts on this day or later")),
    "bought_to": (_DAY, _("a purchase starts on this day or earlier")),
    "each": (_TEXT, _("with bought_from and bought_to: in every week, month or day between")),
    "missed_from": (_DAY, _("no purchase starts on this day or later")),
    "missed_to": (_DAY, _("no purchase starts on this day or earlier")),
    "gap": (_TEXT, _("with missed_from and missed_to: none in at least one week, month or day between")),
    "back": (_NUMBER, _("a purchase starts in the week so many weeks after that of the first purchase")),
    "category": (_NUMBER, _("id of the category first bought; 0: not known")),
    "served_by": (_NUMBER, _("id of the station's customer-service person; 0: nobody")),
    "from": (_DAY, _("with was: an earlier snapshot")),
    "was": (_TEXT, _("with from: the class then; none: not known then")),
    "to": (_DAY, _("with is: a snapshot; community then means where it counted them")),
    "is": (_TEXT, _("with to: the class in that snapshot")),
    "week": (_DAY, _("with flow: the Monday of a week")),
    "flow": (_TEXT, _("with week: new, retained, recalled, lost or active, of growth accounting")),
    "stage": (_TEXT, _("registered, activated, retained, revenue or referred; or with .reached, .open, .over, .done")),
    "registered": (_DAY, _("with stage: the Monday of the week of registration")),
    "registered_to": (_DAY, _("with registered: the Monday of the last such week")),
    "came": (_TEXT, _("with stage: how they came; - where nobody told it")),
    "import": (_NUMBER, _("an import's id: who was told of first by it, or has an order that it made or changed")),
    "did": (_TEXT, _("with import: new (first told by it), ordered (known before), changed (an earlier order)")),
    "signup": (_NUMBER, _("id of a file of registrations or referrals that told of them")),
    "told": (_TEXT, _("with signup: created, updated or unchanged")),
    "ids": (_TEXT, _("exactly these")),
}
PARAMETERS = [OpenApiParameter(word, shape, description=words) for word, (shape, words) in WORDS.items()]
