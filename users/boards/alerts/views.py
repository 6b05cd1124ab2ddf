"""The list of alerts and one of them with its evidence."""

from datetime import timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import EXPORT, RUN_CASES, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import exports, htmx, paging
from users.boards.alerts import shown
from users.boards.alerts.forms import WEEKS, VerdictForm
from users.lifecycle import queries as lifecycle
from users.retention import alert_queries, alert_rules
from users.retention.models import RetentionAlert

BY_ID = paging.SortKey("id", int)
_HEAD = (
    "id", "community", "cohort", "k", "direction", "state", "customers", "returned", "base_customers", "base_returned",
    "base_weeks", "p", "q", "raised_at", "recovered_on", "closed_at", "verdict",
)  # fmt: skip


@desk_page(SEE_BOARDS)
def alerts(request: DeskRequest) -> HttpResponse:
    """Newest first, by state and direction."""
    desk, today = request.desk, timezone.localdate()
    found, state, direction = _asked(request, desk)
    counts = alert_queries.counts(found, today)
    wanted = _wanted(found, state, direction)
    place = paging.place_of(request.GET, BY_ID.read)
    page = paging.page_of(wanted, BY_ID, paging.Sort("id", True), place, paging.size_of(request.GET))
    as_of = lifecycle.latest_as_of()
    context = {
        "rows": shown.of(page.rows, today),
        "page": page,
        "state": state,
        "states": [(code, _(word), counts[code]) for code, word in shown.STATES.items()],
        "direction": direction,
        "directions": [("", _("Falls and rises")), *((code, _(word)) for code, word in shown.DIRECTIONS.items())],
        "total": sum(counts[code] for code in shown.STATES),
        "as_of": as_of,
        "limits": policies.for_community(desk.community.id if desk.community else None),
        "may_export": desk.may(EXPORT),
    }
    return htmx.render_page(request, "users/alerts/list.html", "users/alerts/_list.html", context)


def _asked(request: HttpRequest, desk: Desk) -> tuple[QuerySet[RetentionAlert], str, str]:
    """Those in reach; the state (open unless another is asked for) and the direction as they can be read."""
    found = alert_queries.visible(desk.scope_for(SEE_BOARDS), desk.community.id if desk.community else None)
    state, direction = request.GET.get("state", ""), request.GET.get("direction", "")
    state = state if state in shown.STATES else "open"
    return found.order_by(), state, direction if direction in shown.DIRECTIONS else ""


def _wanted(found: QuerySet[RetentionAlert], state: str, direction: str) -> QuerySet[RetentionAlert]:
    found = found.filter(alert_queries.in_state(state, timezone.localdate()))
    return found.filter(direction=direction) if direction else found


@desk_page(EXPORT)
def alerts_csv(request: HttpRequest) -> HttpResponseBase:
    """The list as a file: one row an alert of the state and direction looked at; every one with `?state=all`."""
    desk, today = cast(DeskRequest, request).desk, timezone.localdate()
    found, state, direction = _asked(request, desk)
    wanted = found if request.GET.get("state") == "all" else _wanted(found, state, direction)
    rows = [
        [one.pk, one.community.name, one.cohort, one.k, one.direction, alert_queries.state_of(one, today),
         one.customers, one.returned, one.base_customers, one.base_returned, one.base_weeks, one.p, one.q,
         one.raised_at, one.recovered_on, one.closed_at, one.verdict]
        for one in wanted.order_by("-id")
    ]  # fmt: skip
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    return exports.answer(exports.write(exports.CSV, _HEAD, rows, mark), exports.CSV, "alerts")


def reached(desk: Desk, alert_id: int) -> RetentionAlert:
    """An alert of a community out of reach does not exist."""
    alert = alert_queries.visible(desk.scope_for(SEE_BOARDS)).filter(pk=alert_id).first()
    if alert is None:
        raise Http404
    return alert


def may_run(desk: Desk, alert: RetentionAlert) -> bool:
    return desk.may(RUN_CASES) and desk.scope_for(RUN_CASES).sees_community(alert.community_id)


@desk_page(SEE_BOARDS)
def alert(request: DeskRequest, alert_id: int) -> HttpResponse:
    return page(request, reached(request.desk, alert_id), VerdictForm())


def page(request: DeskRequest, alert: RetentionAlert, form: VerdictForm, status: int = 200) -> HttpResponse:
    """One alert: the cohort beside its base, how surely they differ, the weeks around it, what is done with it."""
    desk, today = request.desk, timezone.localdate()
    one, rows = shown.of_one(alert, today)
    whole_to = alert_queries.whole_to(today + timedelta(days=1)) or today
    linked, within = desk.may(SEE_CUSTOMERS), alert_rules.expected(one.base, one.came.customers)
    context: dict[str, Any] = {
        "one": one,
        "alert": alert,
        "title": shown.title(alert),
        "words": shown.in_words(one),
        "weeks": shown.weeks(one, rows, whole_to, linked=linked),
        "tiles": shown.tiles(one, within, shown.people(alert, alert.cohort) if linked else {}),
        "within": within,
        "range": shown.drawn(one, within),
        "limits": policies.for_community(alert.community_id, alert.policy_version or None),
        "may_run": may_run(desk, alert),
        "snoozes": WEEKS,
        "form": form,
    }
    return render(request, "users/alerts/alert.html", context, status=status)
