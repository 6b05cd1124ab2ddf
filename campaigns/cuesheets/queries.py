"""Sheets and cues in reach, the words in force, and what a draw reads."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from campaigns.cuesheets import drawing_sql, rules
from campaigns.cuesheets.models import Cue, CueScript, CueSheet
from communities.policies.rules import Policies
from communities.scoping import Scope
from coupons.definitions.models import Coupon
from coupons.reminders.rules import STOPPED
from opsdesk.lib import sql
from users.contact.models import ContactPause, ContactWish
from users.customers.models import Customer
from users.purchases.rules import SHANGHAI

# -- Sheets --------------------------------------------------------------------------------------------------------


def sheets(scope: Scope, day: date) -> QuerySet[CueSheet]:
    """The sheets of a day of delivery in reach, by community and station (cue_sheet_once_a_day)."""
    found = CueSheet.objects.filter(scope.condition(), day=day).select_related("community", "station")
    return found.order_by("community__name", "station__name")


def counted(found: QuerySet[CueSheet], scope: Scope) -> list[Any]:
    """Sheets with how many doors they have, of these new payers, ticked each way; and how many are gone. Doors whose
    customer is out of reach are not counted (cue_once_a_sheet)."""
    seen = scope.condition("cues__customer__community_id", "cues__customer__station_id")
    doors = seen & Q(cues__gone=False)
    ticked = {what: Count("cues", filter=doors & Q(cues__ticks__contains=[what])) for what in rules.TICKS}
    return list(
        found.annotate(
            doors=Count("cues", filter=doors),
            new_payers=Count("cues", filter=doors & Q(cues__is_new=True)),
            gone=Count("cues", filter=seen & Q(cues__gone=True)),
            **ticked,
        )
    )


def days(scope: Scope, most: int = 14) -> list[date]:
    """The last days of delivery with sheets in reach, newest first."""
    found = CueSheet.objects.filter(scope.condition()).order_by("-day").values_list("day", flat=True).distinct()
    return list(found[:most])


def cues(scope: Scope, day: date, at: datetime | None = None) -> QuerySet[Cue]:
    """The doors of a day in reach, sheet by sheet in the order of the walk, with all that a page shows. The customer
    must be in reach still: whoever has moved to another station is on its sheet. `hushed`: to be told nothing, by the
    wishes and pauses of this moment (users_contactwish_pkey)."""
    people = Customer.objects.visible_to(scope)
    found = Cue.objects.filter(scope.condition(), sheet__day=day, customer_id__in=people.values("id"))
    return (
        found.annotate(hushed=_hushed(at or timezone.now()))
        .select_related("sheet__community", "sheet__station", "grant")
        .prefetch_related(
            Prefetch("customer", queryset=people),
            Prefetch("grant__coupon", queryset=Coupon.objects.select_related("product").prefetch_related("categories")),
        )
        .order_by("sheet__community__name", "sheet__station__name", "sheet_id", "place", "id")
    )


def _hushed(at: datetime) -> Q:
    wish = ContactWish.objects.filter(customer_id=OuterRef("customer_id"))
    pause = ContactPause.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), begins_at__lte=at)
    return Q(Exists(wish.filter(Q(do_not_contact=True) | Q(refused__contains=["door"])))) | Q(
        Exists(pause.filter(community_id=OuterRef("community_id")))
    )


def reachable(scope: Scope, cue_id: int) -> QuerySet[Cue]:
    """The one cue that this person may tick, or none: another station's does not exist."""
    people = Customer.objects.visible_to(scope)
    return Cue.objects.filter(scope.condition(), pk=cue_id, customer_id__in=people.values("id"))


# -- Words ---------------------------------------------------------------------------------------------------------


def scripts(community_id: int | None, kind: str = "") -> QuerySet[CueScript]:
    """What was written for a community (None: for all), newest first."""
    place = Q(community=None) if community_id is None else Q(community_id=community_id)
    found = CueScript.objects.filter(place).select_related("made_by").order_by("-id")
    return found.filter(kind=kind) if kind else found


class Words(NamedTuple):
    """What is said. `own`: written for the community itself; neither: they came with the desk."""

    text: str
    script: CueScript | None = None
    own: bool = False


def words(communities: Collection[int]) -> dict[int, dict[str, Words]]:
    """By community and kind, the words in force: the community's newest, else the company's, else those that come with
    the desk. An empty text means: those of the next above."""
    newest = CueScript.objects.order_by("community_id", "kind", "-id").distinct("community_id", "kind")
    found = newest.filter(Q(community=None) | Q(community_id__in=communities)).select_related("made_by")
    written = {(script.community_id, script.kind): script for script in found if script.text}
    return {place: {kind: _words(written, place, kind) for kind in rules.SCRIPTS} for place in {0, *communities}}


def _words(written: Mapping[tuple[int | None, str], CueScript], place: int, kind: str) -> Words:
    own, ours = written.get((place, kind)), written.get((None, kind))
    if own or ours:
        script = own or ours
        return Words(script.text if script else "", script, own is not None)
    return Words(gettext(rules.SCRIPTS[kind]))


# -- What a draw reads ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """One customer with something to deliver: a row of drawing_sql.DELIVERIES. `goods`: [name, thousandths] each."""

    customer_id: int
    community_id: int
    station_id: int | None
    building: str
    unit: str
    room: str
    orders: int
    goods: list[list[Any]]
    ordered: date
    first_purchase: date
    last_before: date | None
    rfm_class: str
    grant_id: int | None
    coupon_expires: datetime | None


_GOODS = [field.name for field in fields(Delivery)].index("goods")


def deliveries(day: date, communities: Collection[int], stations: Collection[int] | None = None) -> list[Delivery]:
    """Whoever of these communities, or of these stations of theirs, gets something on the day."""
    begins = datetime.combine(day, time(), SHANGHAI)
    rows = sql.rows(
        drawing_sql.DELIVERIES, day=day, begins=begins, ends=begins + timedelta(days=1), stopped=list(STOPPED),
        communities=list(communities), stations=None if stations is None else list(stations),
    )  # fmt: skip
    return [_delivery(list(row)) for row in rows]


def _delivery(row: list[Any]) -> Delivery:
    row[_GOODS] = json.loads(row[_GOODS])
    return Delivery(*row)


Recommended = tuple[int, str, int]  # product, name, price in fen


def recommended(
    day: date, policies: Mapping[int, Policies], stations: Collection[int] | None = None
) -> dict[int, list[Recommended]]:
    """By customer who gets something on the day, the goods to recommend; `policies` by community id."""
    places, weeks = list(policies), [values.cue_weeks for values in policies.values()]
    since = day - timedelta(weeks=max(weeks, default=0))
    with transaction.atomic():
        sql.expect_everybody()
        sql.run(drawing_sql.SOLD, day=day, since=since, communities=places, weeks=weeks)
        rows = sql.rows(
            drawing_sql.RECOMMENDED, day=day, communities=places,
            most=[values.cue_price_most for values in policies.values()],
            stations=None if stations is None else list(stations),
        )  # fmt: skip
    found: dict[int, list[Recommended]] = defaultdict(list)
    for customer_id, *goods in rows:
        found[customer_id].append((goods[0], goods[1], goods[2]))
    return found
