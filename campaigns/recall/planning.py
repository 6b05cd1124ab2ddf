"""The plan of a drive as of a moment: what a preview shows and what a start writes, read the same way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from campaigns.chances import queries as chances
from campaigns.chances.rules import Rates
from campaigns.drives.models import Drive, Offer
from campaigns.recall import people, rules
from campaigns.recall.rules import Costs, Crew, Fate, Fates, Person
from campaigns.visits import rules as visits
from communities.policies import queries as policies
from communities.policies.rules import Policies


@dataclass(frozen=True)
class Plan:
    """Everybody of the audience with their fate; `offers`: the offer of each taste, under None that for all others."""

    people: Mapping[int, Person]
    fates: Fates
    crews: Mapping[int, Crew]
    offers: Mapping[int | None, Offer]

    def offer_of(self, customer: int) -> Offer | None:
        return self.offers.get(self.people[customer].taste) or self.offers.get(None)

    def worth_of(self, customer: int) -> int:
        return self.people[customer].worth.get(self.fates[customer].channel, 0)


def plan(drive: Drive, at: datetime) -> Plan:
    """In a transaction; writes nothing that outlives it."""
    offers = {offer.taste_id: offer for offer in Offer.objects.filter(drive=drive).select_related("batch__coupon")}
    crews = people.crews(drive)
    found = _priced([_speechless(one, offers) for one in people.read(drive, at)], crews, at)
    fates = planned(drive, found, crews)
    return Plan({one.customer: one for one in found}, fates, crews, offers)


def planned(drive: Drive, found: list[Person], crews: Mapping[int, Crew]) -> dict[int, Fate]:
    return rules.plan(
        found, drive.channels, crews, best=drive.best_channel, share=drive.holdout_share, key=drive.number
    )


def _speechless(person: Person, offers: Mapping[int | None, Offer]) -> Person:
    """Without words there is no text to send."""
    if "sms" not in person.gate or person.taste in offers or None in offers:
        return person
    return replace(person, gate={**person.gate, "sms": person.gate["sms"] or "channel"})


def _priced(found: list[Person], crews: Mapping[int, Crew], at: datetime) -> list[Person]:
    """Each with what a try by every channel is worth, by the rates measured so far and the costs of their community."""
    rates = chances.by_channel(timezone.localtime(at).date())
    values = policies.for_every_community()
    return [replace(one, worth=_worth(one, rates, crews, values.get(one.community, values[None]))) for one in found]


def _worth(
    one: Person, rates: Mapping[tuple[str, str], Rates], crews: Mapping[int, Crew], values: Policies
) -> dict[str, int]:
    minutes = {channel: visits.minutes_of(channel, values) for channel in one.gate}
    if one.station in crews and "door" in minutes:
        minutes["door"] = crews[one.station].costs["door"]
    return rules.worth(one, rates, minutes, Costs(values.margin_share, values.staff_hour_cost, values.sms_cost))
