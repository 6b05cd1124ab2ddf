"""What stands around every page: the rail, the scope picker, theme and language; and how a form field looks."""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.http import Http404, HttpRequest
from django.template import loader
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from communities import access, rules
from communities.models import Community
from communities.notices import queries as notices
from opsdesk import rail
from opsdesk.lib import addresses, pieces
from opsdesk.navigation import NAVIGATION, Entry, Group
from users.pulse import queries as pulse
from users.pulse.rules import Freshness

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Link:
    """An entry as this person sees it."""

    label: str
    icon: str
    url: str
    key: str
    count: int
    current: bool


Groups = tuple[tuple[str, tuple[Link, ...]], ...]


class Frame:
    """Everything base_desk.html asks for, worked out only when it is asked."""

    # How Chinese is named on the language switch, in itself.
    chinese = "\N{CJK UNIFIED IDEOGRAPH-4E2D}"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def desk(self) -> access.Desk | None:
        """The page's own desk, else (error and account pages) the plain one of whoever is signed in."""
        opened: access.Desk | None = getattr(self.request, "desk", None)
        user = getattr(self.request, "user", None)
        if opened is None and user is not None and user.is_authenticated:
            return access.Desk.of(user, rules.DESK)
        return opened

    @cached_property
    def theme(self) -> str:
        user = getattr(self.request, "user", None)
        chosen = getattr(user, "theme", "") or self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def groups(self) -> Groups:
        if self.desk is None:
            return ()
        roles = frozenset(grant.role for grant in self.desk.grants)
        urlconf = _urlconf()
        return _groups(urlconf, roles, _current_url(urlconf, self.request.path), tuple(self.counts.items()))

    @property
    def rail(self) -> SafeString:
        return pieces.drawn("parts/_rail.html", groups=self.groups, scoped=self.community is not None)

    @property
    def keys_help(self) -> SafeString:
        keys = tuple((link.label, link.key) for _group, links in self.groups for link in links if link.key)
        return pieces.drawn("parts/_keys_help.html", keys=keys, bell=bool(self.notices_url))

    @property
    def spare_toasts(self) -> SafeString:
        return pieces.drawn("parts/_spare_toasts.html")

    @cached_property
    def communities(self) -> list[Community]:
        return self.desk.communities if self.desk else []

    @cached_property
    def community(self) -> Community | None:
        try:
            return self.desk.community if self.desk else None
        except Http404:
            return None

    @cached_property
    def place_links(self) -> SafeString:
        """The picker's communities: this page and its query with another community, its place in the list forgotten."""
        stem = escape(addresses.stem(self.request.path, self.request.GET, "community", after=None, before=None))
        here = {self.community.pk: ' aria-current="true"'} if self.community else {}
        return mark_safe(
            "\n".join(
                f'<a href="{stem}{addresses.quoted(one.code)}"{here.get(one.pk, "")}>{escape(one.name)}</a>'
                for one in self.communities
            )
        )

    @cached_property
    def freshness(self) -> Freshness | None:
        """How far the numbers reach; nothing for those who see no numbers."""
        if self.desk is None or not self.desk.may(rules.SEE_CUSTOMERS):
            return None
        return pulse.freshness(timezone.localdate())

    @cached_property
    def stamp(self) -> SafeString:
        """With the year among its values: a day is written without the year that it is."""
        return pieces.drawn("parts/_stamp.html", fresh=self.freshness, year=timezone.localdate().year)

    @cached_property
    def counts(self) -> dict[str, int]:
        """What waits for this person, by the name that an entry of the rail asks for."""
        if self.desk is None:
            return {}
        known = self.desk.counts or {}
        if {"waiting", "approvals"} <= set(known):
            return known
        return rail.counts(self.desk) | known

    @cached_property
    def search_url(self) -> str:
        return address("search") if self.desk and self.desk.may(rules.DESK) else ""

    @property
    def finds_customers(self) -> bool:
        return bool(self.desk and self.desk.may(rules.SEE_CUSTOMERS))

    @cached_property
    def notices_url(self) -> str:
        return address("notifications") if self.desk else ""

    @cached_property
    def unread(self) -> int:
        """How many notifications wait to be read; nothing is asked for a page without a bell."""
        return notices.unread_count(self.desk.staff) if self.desk and self.notices_url else 0

    @property
    def bell(self) -> SafeString:
        return pieces.drawn("communities/notices/_bell.html", unread=self.unread, notices_url=self.notices_url)


@lru_cache(maxsize=512)
def _groups(urlconf: str, roles: frozenset[str], current: str, counts: tuple[tuple[str, int], ...]) -> Groups:
    """What these roles may open, with what waits; remembered by all that it shows."""
    shown = [(group.label, _links(group, urlconf, roles, current, dict(counts))) for group in NAVIGATION]
    return tuple((label, links) for label, links in shown if links)


def _links(group: Group, urlconf: str, roles: frozenset[str], current: str, counts: dict[str, int]) -> tuple[Link, ...]:
    opened = [(entry, _address(urlconf, entry.url_name)) for entry in group.entries if _may(roles, entry)]
    return tuple(
        Link(entry.label, entry.icon, url, entry.key, counts.get(entry.count, 0), url == current)
        for entry, url in opened
        if url
    )


def _may(roles: frozenset[str], entry: Entry) -> bool:
    return any(entry.needs in rules.ROLES[role].may for role in roles)


def _current_url(urlconf: str, path: str) -> str:
    """The entry with the address that is the longest start of this page's, its own or that of a page it leads to: a
    profile lights up its list, an incident the alerts."""
    starts = _starts(urlconf)
    here = [start for start in starts if covers(start, path)]
    return starts[max(here, key=len)] if here else ""


@cache
def _starts(urlconf: str) -> dict[str, str]:
    """The address of an entry by each address that is its own or that it leads to."""
    entries = [entry for group in NAVIGATION for entry in group.entries]
    return {
        _address(urlconf, name): _address(urlconf, entry.url_name)
        for entry in entries
        for name in (entry.url_name, *entry.leads_to)
    }


def covers(url: str, path: str) -> bool:
    return bool(url) and (path == url or (url != "/" and path.startswith(url.rstrip("/") + "/")))


def address(url_name: str) -> str:
    """The page's address, or nothing while it does not exist."""
    return _address(_urlconf(), url_name)


def _urlconf() -> str:
    return get_urlconf() or settings.ROOT_URLCONF


@cache
def _address(urlconf: str, url_name: str) -> str:
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return ""


def desk_frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request), "debug": settings.DEBUG}


class FormRenderer(DjangoTemplates):
    """One field template for every form; Django's own widgets stay as they are and are dressed by opsdesk.css."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("forms/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)
