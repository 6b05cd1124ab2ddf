"""Who is meant by a filter, and what a row of the customer list shows of each."""

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.core.cache import cache
from django.db.models import Case, DateField, F, Prefetch, Q, QuerySet, Value, When
from django.http import QueryDict

from communities import queries as places
from communities.models import Community, ServiceStation, StaffMember
from communities.scoping import Scope
from users.acquisition.signups import queries as signups
from users.customers import search
from users.customers.models import Customer, Tag, Tagging
from users.directory import beginnings
from users.directory.filters import CHANGED, DEEDS, MOST_IDS, NEW, NONE, NOT_TOLD, ORDERED, TAKEN, Filters
from users.directory.models import SavedView
from users.funnel import queries as funnel
from users.funnel import rules as funnel_rules
from users.growth import queries as growth
from users.imports import queries as imports
from users.lifecycle import queries as lifecycle
from users.lifecycle.models import LifecycleSnapshot
from users.orders.models import Category
from users.purchases.models import UNASSIGNED, CustomerDay

FURTHEST = 36_500  # days: a filter may ask for more than there is

# What a row carries of its standing, under the same name; missing until a run has counted the customer.
STANDING = (
    "lifecycle", "recalled", "first_purchase", "last_order", "purchases", "net",
    "frequency", "monetary", "rfm_last_day", "r_score", "f_score", "m_score", "rfm_class", "is_service", "is_proxy",
)  # fmt: skip


def people(scope: Scope, filters: Filters) -> QuerySet[Customer]:
    """The customers in reach for whom every condition holds; one row each, in no order. See filters for the words."""
    found: QuerySet[Customer] = Customer.objects.visible_to(scope)
    return found.filter(*_conditions(filters))


def rows(found: QuerySet[Customer]) -> QuerySet[Any]:
    """The same people with all that a list shows: standing flat on the row, community, station, tags in force."""
    in_force = Tagging.objects.exclude(hand=Tagging.Hand.REMOVED).select_related("tag").order_by("tag__name")
    return (
        found.annotate(**{name: F(f"standing__{name}") for name in STANDING}, counted_as_of=_counted_as_of())
        .select_related("community", "station")
        .prefetch_related(Prefetch("taggings", queryset=in_force, to_attr="tags_in_force"))
    )


def in_order(found: QuerySet[Any], field: str, *, descending: bool) -> QuerySet[Any]:
    """The order of the paged list, for reading all of it; those without a value come last."""
    order = F(field).desc(nulls_last=True) if descending else F(field).asc(nulls_last=True)
    return found.order_by(order, "-pk" if descending else "pk")


def ticked(found: QuerySet[Customer], posted: QueryDict) -> QuerySet[Customer]:
    """Those of a list that a bulk form means: the rows ticked; all of them where `everything` is set or none is."""
    ids = ticked_ids(posted)
    return found.filter(id__in=ids) if ids else found


def ticked_ids(posted: QueryDict) -> tuple[int, ...]:
    """Empty: the form means the whole list."""
    ids = [int(text) for text in posted.getlist("id") if text.isascii() and text.isdigit() and len(text) < 19]
    return () if posted.get("everything") else tuple(dict.fromkeys(ids))


def with_digits(scope: Scope, filters: Filters, digits: str) -> tuple[int, ...]:
    """Ids of people with these digits in their phone, at most MOST_IDS; (0,), which is nobody, when there is none."""
    found = people(scope, filters).filter(search.with_digits(digits)).order_by("id")
    return tuple(found.values_list("id", flat=True)[:MOST_IDS]) or (0,)


def stations(scope: Scope) -> QuerySet[ServiceStation]:
    return places.stations_in(scope)


def tags() -> QuerySet[Tag]:
    return Tag.objects.order_by("is_taste", "name")


def channels() -> list[str]:
    """The ways customers came, as exports name them; a few minutes old, since it reads through everybody."""
    return cache.get_or_set("directory-channels", _channels, timeout=600) or []


def _channels() -> list[str]:
    everybody = Customer.objects.unscoped("names of channels only").exclude(channel="")
    return list(everybody.order_by("channel").values_list("channel", flat=True).distinct())


def names_of_beginnings(wanted: Filters) -> tuple[str, str]:
    """What the first category and the customer-service person of a filter are called; empty where none is asked for."""
    category = Category.objects.filter(id=wanted.category).values_list("name", flat=True) if wanted.category else []
    served_by = (
        StaffMember.objects.filter(id=wanted.served_by).values_list("name", flat=True) if wanted.served_by else []
    )
    return next(iter(category), ""), next(iter(served_by), "")


def views_of(staff: StaffMember) -> QuerySet[SavedView]:
    """One's own views and those shared with everybody."""
    return SavedView.objects.filter(Q(owner=staff) | Q(shared=True)).select_related("owner")


def _conditions(filters: Filters) -> list[Q]:
    return [
        *([search.condition(filters.q)] if filters.q else []),
        *([Q(id__in=filters.ids)] if filters.ids else []),
        *_place(filters),
        *_standing(filters),
        *_tags(filters),
        *_days_paid(filters),
        *beginnings.conditions(filters),
        *_moves(filters),
        *([growth.flowed(filters.flow, filters.week)] if filters.week and filters.flow else []),
        *([_staged(filters)] if filters.stage else []),
        *_imported(filters),
        *_signed_up(filters),
    ]


def _place(filters: Filters) -> list[Q]:
    conditions = []
    counted = filters.to or filters.stage  # where a snapshot counted them
    if filters.community and not counted:
        conditions.append(Q(community__code=filters.community))
    if filters.unassigned and not counted:
        conditions.append(Q(community__isnull=True))
    if filters.station is not None:
        conditions.append(Q(station_id=filters.station))
    if filters.building:
        conditions.append(Q(building=filters.building))
    if filters.channel:
        conditions.append(Q(channel="" if filters.channel == NOT_TOLD else filters.channel))
    return conditions


def _standing(filters: Filters) -> list[Q]:
    """Conditions on the row that the night writes (indexes standing_*)."""
    asked = {
        "lifecycle__in": filters.lifecycle or None,
        "recalled": (filters.recalled and not filters.to) or None,
        "rfm_class__in": ["" if code == NONE else code for code in filters.rfm] or None,
        "frequency__isnull": False if filters.scored else None,
        "is_service": filters.service or None,
        "is_proxy": filters.proxy or None,
        "purchases__gte": filters.purchases_min,
        "purchases__lte": filters.purchases_max,
        "net__gte": filters.net_min,
        "net__lte": filters.net_max,
        "frequency__gte": filters.frequency_min,
        "frequency__lte": filters.frequency_max,
        "monetary__gte": filters.monetary_min,
        "monetary__lte": filters.monetary_max,
        "first_purchase__gte": filters.first_from,
        "first_purchase__lte": filters.first_to,
        "last_order__gte": _days_before_the_run(filters.within),
        "last_order__lt": _days_before_the_run(filters.older),
    }
    return [Q(**{f"standing__{name}": value}) for name, value in asked.items() if value is not None]


def _counted_as_of() -> Case:
    """The last run for everybody whom it counted. Not the row's own date: a standing that did not change is not
    rewritten, so that one tells when it last changed."""
    latest = Value(lifecycle.latest_as_of(), DateField(null=True))
    return Case(When(standing__isnull=False, then=latest), default=None)


def _days_before_the_run(days: int | None) -> date | None:
    """Before the first run nobody has a last order to compare, so any day will do."""
    return None if days is None else (lifecycle.latest_as_of() or date.max) - timedelta(days=min(days, FURTHEST))


def _tags(filters: Filters) -> list[Q]:
    """Index tagging_of_a_tag."""
    if not filters.tag:
        return []
    return [Q(id__in=Tagging.objects.filter(tag__in=filters.tag).exclude(hand="removed").values("customer_id"))]


def _days_paid(filters: Filters) -> list[Q]:
    """Who has a day with a counted order in a period (community_customer_day)."""
    bounds = {"day__gte": filters.paid_from, "day__lte": filters.paid_to}
    paid = {name: day for name, day in bounds.items() if day is not None}
    if not paid:
        return []
    everywhere = [UNASSIGNED, *Community.objects.values_list("id", flat=True)]
    return [Q(id__in=CustomerDay.objects.filter(**paid, community_id__in=everywhere).values("customer_id"))]


def _moves(filters: Filters) -> list[Q]:
    """Classes in the snapshots of two dates (index snapshot_class); the later one says in which community.

    Counted like lifecycle.queries.transitions: the later snapshot remembers the class of the Monday before it.
    """
    was = ["" if code == NONE else code for code in filters.was]
    if not filters.to:
        return [_in_snapshot(filters.from_, lifecycle__in=filters.was)] if filters.from_ and was else []
    asked: dict[str, Any] = _where_counted(filters)
    asked |= {"lifecycle__in": filters.is_} if filters.is_ else {}
    asked |= {"recalled": True} if filters.recalled else {}
    if filters.from_ == lifecycle.monday_before(filters.to) and was:
        return [_in_snapshot(filters.to, **asked, before__in=was)]
    return [_in_snapshot(filters.to, **asked), *([_was(filters.from_, was)] if filters.from_ and was else [])]


def _was(day: date, codes: list[str]) -> Q:
    known = _in_snapshot(day, lifecycle__in=codes)
    return known | ~_in_snapshot(day) if "" in codes else known


def _in_snapshot(day: date, **asked: Any) -> Q:
    return Q(id__in=LifecycleSnapshot.objects.filter(as_of=day, **asked).values("customer_id"))


def _staged(filters: Filters) -> Q:
    """The stages of the last run, in the community that it counted them in."""
    asked: dict[str, Any] = _where_counted(filters) | {"stages__in": funnel_rules.values_of(filters.stage)}
    if filters.registered:
        asked |= {"week__range": (filters.registered, filters.registered_to or filters.registered)}
    asked |= {"channel": "" if filters.came == NOT_TOLD else filters.came} if filters.came else {}
    return funnel.staged(**asked)


def _imported(filters: Filters) -> list[Q]:
    """What an import did to whom, whatever later imports did since."""
    if filters.import_ is None:
        return []
    told = Q(first_import_id=filters.import_)
    ordered = Q(id__in=imports.orders_told_first(filters.import_).values("customer_id"))
    meaning = {
        NEW: told,
        ORDERED: ordered & ~told,
        CHANGED: Q(id__in=imports.orders_changed(filters.import_).values("customer_id")),
    }
    return [reduce(or_, (meaning[deed] for deed in filters.did or DEEDS))]


def _signed_up(filters: Filters) -> list[Q]:
    if filters.signup is None:
        return []
    return [signups.among(signups.people_of(filters.signup, filters.told or TAKEN))]


def _where_counted(filters: Filters) -> dict[str, Any]:
    if filters.unassigned:
        return {"community_id": UNASSIGNED}
    if filters.community:
        return {"community_id__in": Community.objects.filter(code=filters.community).values("id")}
    return {}
