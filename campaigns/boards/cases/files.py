"""The list of cases, the split of one and the answers of its callbacks as files, masked."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.cases import forms, shown, views
from campaigns.cases import queries, rules, split
from campaigns.cases.models import Callback, Case
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import EXPORT, SEE_BOARDS
from communities.scoping import Scope
from opsdesk.lib import exports, names, phones


@desk_page(EXPORT)
def cases_csv(request: DeskRequest) -> HttpResponseBase:
    """One row a case, under way or closed, of the kind, cause and words looked at, newest first."""
    desk, said = request.desk, forms.LibraryForm(request.GET).said()
    wanted: dict[str, Any] = {name: said[name] for name in ("kind", "cause") if said[name]}
    if desk.community:
        wanted["community"] = desk.community.pk
    found = queries.visible_to(desk.scope_for(SEE_BOARDS)).filter(**wanted)
    rows = [_case(one) for one in queries.telling(queries.with_alerts(found), said["q"])]
    return exports.answer(exports.write(exports.CSV, _CASE, rows, _mark(desk)), exports.CSV, "cases")


_CASE = [
    "number", "kind", "community", "week", "state", "rate", "usual", "what", "cause", "story", "opened_at", "in_charge",
    "watched_from", "closed_at", "closed_by",
]  # fmt: skip


def _case(case: Case) -> list[Any]:
    line = shown.line(case)
    return [
        case.number, case.kind, case.community.name, case.week, case.state, line.rate, line.usual, line.what,
        case.cause, case.story, case.opened_at, str(case.taken_by or ""), case.watched_from, case.closed_at,
        str(case.closed_by or ""),
    ]  # fmt: skip


@desk_page(EXPORT)
def case_split_csv(request: DeskRequest, number: str) -> HttpResponseBase:
    """One row a part of a dimension; effects are shares, not points."""
    case = views.reached(request.desk, number)
    head = [
        "dimension",
        "part",
        "customers",
        "returned",
        "base_customers",
        "base_returned",
        "rate_effect",
        "mix_effect",
    ]
    written = exports.write(exports.CSV, head, _parts(case, request.desk.scope), _mark(request.desk))
    return exports.answer(written, exports.CSV, f"{case.number}-split")


def _parts(case: Case, scope: Scope) -> list[list[Any]]:
    return [
        [_(split.DIMENSIONS[by]), shown.name_of(by, one["name"]), one["n"], one["back"], one["base_n"],
         one["base_back"], one["rate"], one["mix"]]
        for by, parts in shown.parts(case, scope).items() for one in parts
    ]  # fmt: skip


@desk_page(EXPORT)
def case_callbacks_csv(request: DeskRequest, number: str) -> HttpResponseBase:
    """One row a customer to call back."""
    case = views.reached(request.desk, number)
    head = ["name", "phone", "station", "state", "came_back", "cause", "words", "tries", "by", "at"]
    rows = [_call(one) for one in queries.callbacks(case)]
    written = exports.write(exports.CSV, head, rows, _mark(request.desk))
    return exports.answer(written, exports.CSV, f"{case.number}-callbacks")


def _call(one: Callback) -> list[Any]:
    customer = one.customer
    at = f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}" if one.at else ""
    return [
        names.mask(customer.name), phones.mask(customer.phone), str(one.station or ""),
        _(rules.CALL_STATES[one.state]), _(rules.ANSWERS.get(one.came_back, "–")), _(rules.CAUSES.get(one.cause, "–")),
        phones.mask_within(one.words), one.tries, str(one.by or ""), at,
    ]  # fmt: skip


def _mark(desk: Desk) -> str:
    return f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
