"""A task as a phone shows it, in words of the reader's language: the same card draws the page and goes with it, so
that a page which stands open goes on without the network."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.boards.phone import grid as phone_grid
from campaigns.boards.phone import reading as phone_reading
from campaigns.boards.phone import rules as phone_rules
from campaigns.drives import rules
from campaigns.drives.models import Offer, Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.recall.rules import filled, price_text
from campaigns.visits.models import Visit
from coupons.definitions.words import terms
from coupons.grants.models import Grant
from coupons.reminders.rules import last_day
from opsdesk.lib import days, figures, money, names, phones
from users.directory import classes

EVENTS_SHOWN = 5


@dataclass(frozen=True)
class Told:
    """One live event of a task: what was told, when, by whom."""

    uuid: str
    outcome: str
    word: str
    when: str
    who: str
    note: str
    fresh: str = ""


@dataclass(frozen=True)
class Card:
    """`state`: a key of rules.CELLS. `say`: pieces of the script, marked ones bold. `gives`: words of a coupon
    that may be given here, "" where there is none or she has it. `amount`: yuan, as the hook costs."""

    id: int
    door: str
    place: str
    channel: str
    name: str
    phone: str
    state: str
    open: bool
    lifecycle: str
    rfm: str
    tags: list[str]
    facts: str
    script: str
    say: list[tuple[str, bool]]
    coupon: str
    gives: str
    product: str
    amount: str
    later: str
    events: list[Told] = field(default_factory=list)

    @property
    def is_to_do(self) -> bool:
        return self.state in phone_rules.TO_DO

    @property
    def at_door(self) -> bool:
        return self.channel == "door"

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def cards(tasks: Iterable[Task], facts: phone_reading.Facts, at: datetime) -> list[Card]:
    return [card(task, facts, at) for task in tasks]


def card(task: Task, facts: phone_reading.Facts, at: datetime) -> Card:
    offer = facts.offer_of(task)
    hers, gives = _coupons(task, offer, facts)
    return Card(
        id=task.pk,
        door=phone_grid.key_of(place_of(task)),
        place=place_words(place_of(task)),
        channel=task.channel,
        name=names.mask(task.customer.name) or figures.NOTHING,
        phone=phones.mask(task.customer.phone),
        state=phone_rules.state_of(task.state, task.outcome, task.last_at, task.later_at, at),
        open=task.state == "open",
        lifecycle=task.lifecycle,
        rfm=task.rfm_class,
        tags=facts.tastes.get(task.customer_id, []),
        facts=_facts(task, facts, at),
        script=f"S-{offer.pk}" if offer else "",
        say=_say(task, offer, hers, gives),
        coupon=_coupon_words(hers),
        gives=gives,
        product=offer.product if offer else "",
        amount=money.yuan(offer.price) if offer and offer.price is not None else "",
        later=_moment(task.later_at) if task.later_at and task.state == "open" else "",
        events=[told(event) for event in facts.events.get(task.pk, [])[:EVENTS_SHOWN]],
    )


def place_of(task: Task) -> phone_grid.Place:
    """Where its door is; nowhere for a task of another channel."""
    if task.channel != "door":
        return phone_grid.Place(task.community_id, "", "", "")
    return phone_grid.Place(task.community_id, task.building, task.unit, task.room)


def place_words(place: phone_grid.Place) -> str:
    """Block 6, unit 2, 502; "" where nothing of it is known."""
    if not place.building:
        return place.room
    form = _("Block %(building)s, unit %(unit)s, %(room)s") if place.unit else _("Block %(building)s, %(room)s")
    return form % place._asdict()


def told(event: Visit) -> Told:
    word = _(OUTCOMES[event.outcome].label)
    return Told(str(event.uuid), event.outcome, word, _moment(event.at), str(event.staff), event.note, str(uuid4()))


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    today = local.date() == timezone.localdate()
    return f"{local:%H:%M}" if today else f"{days.day(local)} {local:%H:%M}"


def _facts(task: Task, facts: phone_reading.Facts, at: datetime) -> str:
    standing = facts.standings.get(task.customer_id)
    away = phone_reading.days_away(standing, timezone.localtime(at).date())
    if standing is None or away is None:
        return ""
    n = standing.purchases
    words = ngettext("%(days)s days away, %(n)s purchase, %(sum)s", "%(days)s days away, %(n)s purchases, %(sum)s", n)
    return words % {"days": figures.count(away), "n": figures.count(n), "sum": figures.yuan(standing.net, 0)}


def _coupons(task: Task, offer: Offer | None, facts: phone_reading.Facts) -> tuple[Grant | None, str]:
    """The coupon that is on her account: the offer's own, else the one that ends first; and the words of the one that
    may be given: none where she has it."""
    had = facts.coupons.get(task.customer_id, [])
    batch = facts.batches.get(offer.batch_id) if offer and offer.batch_id else None
    meant = next((grant for grant in had if batch and grant.batch_id == batch.pk), None)
    gives = terms(batch.coupon) if batch and not meant else ""
    return meant or (None if gives else next(iter(had), None)), gives


def _coupon_words(grant: Grant | None) -> str:
    if grant is None:
        return ""
    return _("%(coupon)s, in her account, ends %(day)s") % {
        "coupon": terms(grant.coupon), "day": days.day(last_day(grant.expires_at))
    }  # fmt: skip


def _say(task: Task, offer: Offer | None, hers: Grant | None, gives: str) -> list[tuple[str, bool]]:
    """The script as it is read aloud; its price stands out."""
    if offer is None:
        return []
    price, coupon = price_text(offer.price), terms(hers.coupon) if hers else gives
    name = names.mask(task.customer.name).rstrip("*").strip()
    text = filled(offer.script, name=name, goods=offer.product, price=price, coupon=coupon)
    return phone_rules.marked(text, price)


def buttons(channel: str) -> list[tuple[str, str, str]]:
    """(code, word, icon) of the outcomes that this channel can have, in their order."""
    words = phone_rules.BUTTONS if channel == "door" else phone_rules.TALKS
    return [(code, _(word), OUTCOMES[code].icon) for code, word in words.items()]


def class_words(cards_: Iterable[Card]) -> dict[str, str]:
    """Names of the classes these cards carry, by code."""
    codes = {code for one in cards_ for code in (one.lifecycle, one.rfm) if code}
    return {code: _(classes.WORDS[code]) for code in sorted(codes) if code in classes.WORDS}


def channel_word(channel: str) -> str:
    return _(rules.channel_label(channel))
