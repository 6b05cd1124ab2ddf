"""The search box of the top bar: pages, places, imports and customers by whatever somebody remembers of them.

A new kind of thing joins by one line in FINDERS; a page by its entry in opsdesk/navigation.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from campaigns.drives import queries as drives
from campaigns.drives.models import Drive
from communities import queries as places
from communities import rules
from communities.access import Desk, DeskRequest, desk_page
from communities.models import Community, ServiceStation
from opsdesk.frame import address
from opsdesk.lib import days, figures, htmx, limits, names, phones, plaintext, rates
from opsdesk.lib.words import N_
from opsdesk.navigation import ELSEWHERE, NAVIGATION, Entry
from users.customers import search as customer_words
from users.customers.models import Customer
from users.directory.lookup import queries as lookup
from users.imports.pages import queries as imports

SHOWN = 5
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Hit:
    """One line: where it leads, and what it is. `code`: a class whose badge stands at the end."""

    href: str
    title: str
    note: str = ""
    icon: str = ""
    code: str = ""


@dataclass(frozen=True)
class Section:
    """Hits of one kind. `more`: the page that shows all `total` of them, where these are not all."""

    label: str
    hits: list[Hit]
    total: int = 0
    more: str = ""


Finder = Callable[[Desk, str], Section]


@desk_page(rules.DESK)
def search(request: DeskRequest) -> HttpResponse:
    """By POST only: a phone that is looked for stands in no address. GET shows what can be looked for."""
    text = plaintext.tidy(request.POST.get("q", ""))[: customer_words.LONGEST]
    if text:
        try:
            rates.spend("searches", limits.SEARCHES, request.desk.staff.pk, timezone.now())
        except rates.TooOften as error:
            return _too_often(request, error)
    context = {"text": customer_words.without_phones(text), "sections": found(request.desk, text) if text else []}
    return htmx.render_page(request, "search/page.html", "search/_found.html", context)


def found(desk: Desk, text: str) -> list[Section]:
    """What this person may see of what the text leads to; kinds without a hit are left out."""
    asked = (find(desk, text) for needs, find in FINDERS if desk.may(needs))
    return [section for section in asked if section.hits]


def pages(desk: Desk, text: str) -> Section:
    """By their names in both languages: whoever reads English may remember the Chinese one."""
    entries = [entry for group in NAVIGATION for entry in group.entries] + list(ELSEWHERE)
    named = [entry for entry in entries if desk.may(entry.needs) and _is_called(entry, text)]
    hits = [Hit(address(entry.url_name), gettext(entry.label), icon=entry.icon) for entry in named]
    return Section(N_("Pages"), [hit for hit in hits if hit.href][:SHOWN])


def communities_and_stations(desk: Desk, text: str) -> Section:
    scope = desk.scope_for(rules.SEE_PLACES)
    named = Q(name__icontains=text) | Q(aliases__contains=[text]) | Q(code=text.lower())
    communities = places.communities_in(scope).filter(named)[:SHOWN]
    stations = places.stations_in(scope).filter(name__icontains=text)[:SHOWN]
    return Section(N_("Communities and stations"), [*map(_community, communities), *map(_station, stations)])


def import_files(desk: Desk, text: str) -> Section:
    """By the name of the file or the number of the batch, newest first."""
    number = text.removeprefix("#")
    named = Q(name__icontains=text)
    if number.isascii() and number.isdigit() and int(number[:20]) <= BIGGEST:
        named |= Q(pk=int(number[:20]))
    files = imports.files_for(desk.scope_for(rules.IMPORT), desk.staff).filter(named).order_by("-id")[:SHOWN]
    hits = [
        Hit(
            reverse("import", args=[file.pk]),
            phones.mask_within(file.name),
            f"#{file.pk} · {file.get_state_display()} · {days.day(file.uploaded_at)}",
            "upload",
        )
        for file in files
    ]
    return Section(N_("Imports"), hits)


def recall_drives(desk: Desk, text: str) -> Section:
    """By number or name, newest first."""
    named = Q(number__iexact=text) | Q(name__icontains=text)
    found = drives.drives(desk.scope_for(rules.SEE_FIELD)).filter(named)[:SHOWN]
    return Section(N_("Recall drives"), [_drive(one) for one in found])


def customers(desk: Desk, text: str) -> Section:
    told = lookup.found(desk.scope_for(rules.SEE_CUSTOMERS), text)
    more = f"{reverse('customers')}?{told.query}" if told.total > len(told.customers) else ""
    return Section(N_("Customers"), [_customer(one) for one in told.customers], told.total, more)


FINDERS: list[tuple[str, Finder]] = [
    (rules.DESK, pages),
    (rules.SEE_PLACES, communities_and_stations),
    (rules.IMPORT, import_files),
    (rules.SEE_FIELD, recall_drives),
    (rules.SEE_CUSTOMERS, customers),
]


def _too_often(request: DeskRequest, error: rates.TooOften) -> HttpResponse:
    """In the panel itself while one types, else as a page."""
    happened = gettext("%(n)s searches within a minute are the limit.") % {"n": error.most}
    wait = {"wait": rates.waiting(error.wait)}
    todo = gettext("Search again in %(wait)s, or use the filters of the customer list.") % wait
    if not htmx.wants_part(request):
        return rates.refusal(request, error.wait, happened, todo)
    answer = render(request, "search/_found.html", {"happened": happened, "todo": todo}, status=429)
    answer.headers["Retry-After"] = str(error.wait)
    return answer


def _is_called(entry: Entry, text: str) -> bool:
    return any(text.casefold() in name.casefold() for name in _names(entry))


def _names(entry: Entry) -> Iterable[str]:
    yield entry.label
    with translation.override("zh-hans"):
        yield gettext(entry.label)


def _drive(drive: Drive) -> Hit:
    days_run = f"{days.day(drive.begins_on)} – {days.day(drive.ends_on)}"
    note = f"{drive.number} · {drive.get_state_display()} · {days_run}"
    return Hit(reverse("drive", args=[drive.number]), drive.name, note, "route")


def _community(place: Community) -> Hit:
    households = gettext("%(n)s households") % {"n": figures.count(place.households)} if place.households else ""
    return Hit(reverse("community", args=[place.code]), place.name, households, "building-community")


def _station(station: ServiceStation) -> Hit:
    return Hit(
        reverse("community", args=[station.community.code]), station.name, station.community.name, "building-store"
    )


def _customer(one: Customer) -> Hit:
    where = one.community.name if one.community else gettext("Unassigned")
    known = [phones.mask(one.phone), where, _door(one)]
    return Hit(
        reverse("customer", args=[one.pk]),
        names.mask(one.name) or figures.NOTHING,
        " · ".join(part for part in known if part),
        "user",
        getattr(one, "lifecycle", "") or "",
    )


def _door(one: Customer) -> str:
    if not one.room:
        return one.address
    told = {"building": one.building, "unit": one.unit, "room": one.room}
    if one.unit:
        return gettext("building %(building)s unit %(unit)s room %(room)s") % told
    return gettext("building %(building)s room %(room)s") % told
