"""Who did what, to what, from what to what, when and why: read, filtered, taken away as a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import actions as log
from communities import rules as roles
from communities.access import Desk, DeskRequest, desk_page
from communities.models import StaffAct
from communities.policies.rules import POLICIES
from communities.templatetags.policies import policy_value
from communities.trail import forms, queries, rules
from opsdesk.lib import exports, paging

Names = Mapping[str, Mapping[int, str]]
_NEWEST = paging.SortKey("id", int)

# Where a thing is shown, and what opens that page.
_PAGES = {
    "staff": ("staff_member", roles.SEE_STAFF),
    "policy": ("policy", roles.SEE_POLICIES),
    "import": ("import", roles.IMPORT),
    "customer": ("customer", roles.SEE_CUSTOMERS),
    "run": ("run", roles.SEE_RUNS),
    "drive": ("drive", roles.SEE_FIELD),
    "batch": ("batch", roles.SEE_COUPONS),
    "budget": ("budget", roles.SEE_COUPONS),
    "coupon": ("coupon", roles.SEE_COUPONS),
    "strategy": ("strategy", roles.SEE_COUPONS),
}


@dataclass(frozen=True)
class Line:
    """An act with what it tells and where its thing is shown ("" where this reader may not go)."""

    act: StaffAct
    parts: list[rules.Part]
    url: str

    @property
    def name(self) -> str:
        if self.act.thing == "policy" and self.act.thing_id in POLICIES:
            return _(POLICIES[self.act.thing_id].label)
        return rules.text(self.act.detail.get("name") or self.act.detail.get("number", self.act.thing_id))

    @property
    def reason(self) -> str:
        return rules.text(self.act.reason) if self.act.reason else ""


@desk_page(roles.SEE_TRAIL)
def trail(request: DeskRequest) -> HttpResponse:
    desk, form = request.desk, forms.FilterForm(request.GET)
    found = queries.acts_in(desk.scope, form.asked(), desk.community)
    place = paging.place_of(request.GET, int)
    page = paging.page_of(found, _NEWEST, paging.Sort("id", descending=True), place, paging.size_of(request.GET))
    names = queries.names()
    context = {"form": form, "page": page, "lines": [_line(desk, act, names) for act in page.rows]}
    return render(request, "communities/trail.html", context)


@desk_page(roles.SEE_TRAIL)
@require_POST
def trail_export(request: DeskRequest) -> HttpResponse:
    """The lines of the filter as a file; taking it is a line of its own."""
    desk, form = request.desk, forms.FilterForm(request.POST)
    found = queries.acts_in(desk.scope, form.asked(), desk.community)
    mark = _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": f"{timezone.localtime():%Y-%m-%d %H:%M}"}
    head = [_("When"), _("Who"), _("Did"), _("What"), _("Number"), _("Community"), _("Why"), _("Details")]
    written = exports.write(exports.CSV, head, _rows(found.iterator(chunk_size=2000)), mark)
    log.write_log(staff=desk.staff, verb="export", thing="trail", detail={"rows": written.rows})
    return exports.answer(written, exports.CSV, f"trail-{timezone.localdate():%Y%m%d}")


def _rows(acts: Iterator[StaffAct]) -> Iterator[list[Any]]:
    names = queries.names()
    for act in acts:
        at = f"{timezone.localtime(act.at):%Y-%m-%d %H:%M:%S}"
        told = "; ".join(_in_words(part) for part in rules.told(_as_typed(act, names)))
        place = str(act.community or "")
        yield [at, str(act.staff or ""), act.verb, act.thing, act.thing_id, place, rules.text(act.reason), told]


def _in_words(part: rules.Part) -> str:
    label = f"{part.label}: " if part.label else ""
    return f"{label}{part.after}" if part.before is None else f"{label}{part.before} → {part.after}"


def _line(desk: Desk, act: StaffAct, names: Names) -> Line:
    told = [part for part in rules.told(_as_typed(act, names)) if part.label not in ("name", "number")]
    return Line(act, told, _url(desk, act))


def _as_typed(act: StaffAct, names: Names) -> dict[str, Any]:
    """The detail of a line; a policy's values as people type them, not as they are kept, and names for ids."""
    detail: dict[str, Any] = {key: _named(names.get(key), value) for key, value in act.detail.items()}
    policy = POLICIES.get(act.thing_id) if act.thing == "policy" else None
    if policy is None:
        return detail
    return detail | {key: policy_value(policy, detail[key]) for key in ("from", "to") if key in detail}


def _named(known: Mapping[int, str] | None, value: Any) -> Any:
    return known.get(value, value) if known and isinstance(value, int) else value


def _url(desk: Desk, act: StaffAct) -> str:
    name, needs = _PAGES.get(act.thing, ("", ""))
    if not act.thing_id or not name or not desk.may(needs):
        return ""
    try:
        return reverse(name, args=[act.thing_id])
    except NoReverseMatch:
        return ""
