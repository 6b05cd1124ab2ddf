"""What staff say at a door, as a card: on the phone's day, on the sheet's page, on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext

from campaigns.cuesheets import queries, rules
from campaigns.cuesheets.models import Cue
from campaigns.cuesheets.queries import Words
from campaigns.cuesheets.rules import Sentence
from communities.models import StaffMember
from communities.scoping import Scope
from coupons.definitions.words import terms, yuan
from coupons.reminders.rules import last_day
from opsdesk.lib import days, names

ICONS = {"told": "message-2", "wechat": "brand-wechat", "group": "users-group", "delivered": "package"}


@dataclass(frozen=True)
class Button:
    """One tick as it stands; pressing it sets it or takes it away. `uuid`: of the event that pressing makes."""

    what: str
    label: str
    icon: str
    ticked: bool
    uuid: UUID


@dataclass(frozen=True)
class Recommendation:
    name: str
    price: str


@dataclass(frozen=True)
class Card:
    """One door, ready to be shown: the name masked, the script filled. `script`: its sentences but those about the
    coupon; `coupon`: these ("" where nothing is said of one), `soon` when it ends within three days. `class_code`: the
    class that explains what is said."""

    cue: Cue
    kind: str
    door: str
    name: str
    class_code: str
    script: list[Sentence]
    coupon: str
    soon: bool
    goods: list[Recommendation]
    buttons: list[Button]

    @property
    def id(self) -> int:
        return self.cue.pk

    @property
    def delivered(self) -> bool:
        return "delivered" in self.cue.ticks

    @property
    def waiting(self) -> bool:
        return not self.delivered

    @property
    def kind_word(self) -> str:
        return gettext(rules.KINDS[self.kind])

    @property
    def more_goods(self) -> list[Recommendation]:
        """Those that the script does not name."""
        named = any(piece.strong for sentence in self.script for piece in sentence.pieces)
        return self.goods[1:] if named else self.goods


def cards(scope: Scope, staff: StaffMember, day: date) -> list[Card]:
    """What this person has to say with the deliveries of a day: one card a door of the stations in reach, those not
    yet delivered first, then in the order of the walk. `staff`: whose day it is; a sheet is its station's, so whoever
    works there sees the same. Four queries."""
    found = of_cues(queries.cues(scope, day).filter(gone=False))
    return sorted(found, key=lambda card: card.delivered)


def of_cues(cues: Iterable[Cue], at: datetime | None = None) -> list[Card]:
    """In the order given."""
    found = list(cues)
    words = queries.words({cue.community_id for cue in found})
    return [_card(cue, words[cue.community_id]) for cue in found]


def _card(cue: Cue, words: dict[str, Words]) -> Card:
    hushed = bool(getattr(cue, "hushed", False))
    kind = rules.QUIET if hushed else cue.say
    goods = [] if hushed else [Recommendation(name, yuan(price)) for _id, name, price in cue.recommends]
    name, coupon, ends = names.mask(cue.customer.name), "", None
    if cue.grant and cue.grant.state == "open" and not hushed:
        coupon, ends = terms(cue.grant.coupon), last_day(cue.grant.expires_at)
    values = {
        "{name}": name, "{coupon}": coupon, "{ends}": days.day(ends) if ends else "",
        "{goods}": goods[0].name if goods else "", "{price}": goods[0].price if goods else "",
    }  # fmt: skip
    said = rules.spoken(words[kind].text, values)
    return Card(
        cue=cue,
        kind=kind,
        door=door_of(cue),
        name=name,
        class_code=cue.rfm_class if kind == rules.LOYAL else cue.lifecycle,
        script=[sentence for sentence in said if not sentence.of_coupon],
        coupon="".join(sentence.text for sentence in said if sentence.of_coupon),
        soon=ends is not None and ends - cue.sheet.day <= rules.SOON,
        goods=goods,
        buttons=_buttons(cue),
    )


def door_of(cue: Cue) -> str:
    """8-1-203; what is not known is left out."""
    return "-".join(part for part in (cue.building, cue.unit, cue.room) if part)


def _buttons(cue: Cue) -> list[Button]:
    return [
        Button(what, gettext(label), ICONS[what], what in cue.ticks, uuid4()) for what, label in rules.TICKS.items()
    ]
