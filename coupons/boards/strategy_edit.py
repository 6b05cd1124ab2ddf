"""Write a strategy: its audience in the fields of the customer list, and beside it what it would do."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS
from coupons.boards import strategy_doubts as doubting
from coupons.boards import strategy_figures as figures
from coupons.boards.strategies import may_change
from coupons.definitions import queries as definitions
from coupons.definitions import rules as coupons
from coupons.definitions.models import Coupon
from coupons.strategies import actions, audience, queries, words
from coupons.strategies.forms import StrategyForm
from coupons.strategies.models import Strategy, StrategyVersion
from users.directory import filters, listing, sentence
from users.directory import queries as directory
from users.directory.filters import Filters
from users.directory.forms import FilterForm

LONGEST_AUDIENCE = 500


@desk_page(DRAFT_COUPONS)
def strategy_new(request: DeskRequest) -> HttpResponse:
    """GET may bring an audience in the words of the customer list's address."""
    _must_change(request)
    if request.method == "POST":
        return _save(request, None, None)
    return _page(request, None, None, _form(request, None), filters.from_query(request.GET))


@desk_page(DRAFT_COUPONS)
def strategy_edit(request: DeskRequest, strategy_id: int) -> HttpResponse:
    _must_change(request)
    strategy = get_object_or_404(Strategy, pk=strategy_id)
    now = queries.versions_of(strategy)[0]
    if request.method == "POST":
        return _save(request, strategy, now)
    return _page(request, strategy, now, _form(request, now), filters.from_text(now.audience))


@desk_page(DRAFT_COUPONS)
@require_POST
def strategy_preview(request: DeskRequest) -> HttpResponse:
    """What the form says as it stands: the people, the sentence, the message, the doubts."""
    _must_change(request)
    strategy = Strategy.objects.filter(pk=_id(request.POST.get("strategy", ""))).first()
    now = queries.versions_of(strategy)[0] if strategy else None
    said = filters.from_query(request.POST)
    context = _preview(request, strategy, _form(request, now, request.POST), said)
    return render(request, "coupons/boards/_strategy_preview.html", context)


def _save(request: DeskRequest, strategy: Strategy | None, now: StrategyVersion | None) -> HttpResponse:
    """The next version, or the page again: with what is wrong, or with what it would do (`check`)."""
    form, said = _form(request, now, request.POST), filters.from_query(request.POST)
    if len(said.to_query()) > LONGEST_AUDIENCE:
        form.add_error(None, _("The audience names too much; take some conditions away."))
    if "check" not in request.POST and not said.unread and form.is_valid():
        answer = _written(request, strategy, form, said)
        if answer is not None:
            return answer
    status = 200 if "check" in request.POST else 422
    return _page(request, strategy, now, form, said, status)


def _written(request: DeskRequest, strategy: Strategy | None, form: StrategyForm, said: Filters) -> HttpResponse | None:
    data, content = form.cleaned_data, form.content() | {"audience": said.to_query()}
    told = {"name": data["name"], "note": data["note"], "by": request.user}
    try:
        if strategy is None:
            made: StrategyVersion | None = actions.create(told.pop("name"), content, **told)
        else:
            made = actions.save(strategy, data["seen"], content, **told)
    except actions.NameTaken:
        form.add_error("name", _("There is a strategy of this name already."))
        return None
    except actions.JustSaved as just:
        form.add_error(None, _just_saved(just.args[0]))
        return None
    messages.success(request, _said(made))
    return redirect("strategy", made.strategy_id if made else strategy.pk)  # type: ignore[union-attr]


def _said(made: StrategyVersion | None) -> str:
    if made is None:
        return _("It says what it said before: no new version.")
    return _("Version %(number)s of “%(name)s” saved") % {"number": made.number, "name": made.strategy.name}


def _just_saved(newest: StrategyVersion) -> str:
    told = {"who": newest.made_by or "–", "number": newest.number}
    return (
        _(
            "Somebody else has just saved this strategy: %(who)s, version %(number)s. Nothing of yours was saved; "
            "compare, then save again to make yours the next version."
        )
        % told
    )


def _form(request: DeskRequest, now: StrategyVersion | None, data: Any = None) -> StrategyForm:
    """Bound: what was typed; else the version as it stands, or the usual for a new strategy."""
    day = timezone.localdate()
    first = {"seen": now.number, "name": now.strategy.name, "note": ""} if now else {"seen": 0, "every_days": 14}
    return StrategyForm(
        data, coupons=queries.coupons(now), budgets=queries.budgets(day, now),
        instance=None if data is not None else now, initial=first,
    )  # fmt: skip


def _page(
    request: DeskRequest,
    strategy: Strategy | None,
    now: StrategyVersion | None,
    form: StrategyForm,
    said: Filters,
    status: int = 200,
) -> HttpResponse:
    fields = FilterForm(
        said,
        stations=[(station.pk, station.name) for station in directory.stations(request.desk.scope)],
        tags=[(tag.pk, tag.name) for tag in directory.tags()],
        channels=directory.channels(),
    )
    context = {
        "strategy": strategy,
        "now": now,
        "newest": queries.versions_of(strategy)[0].number if strategy else 0,
        "form": form,
        "fields": fields,
        "carried": [pair for pair in fields.carried if pair[0] != "community"],
        "community": said.community,
    }
    context |= _preview(request, strategy, form, said)
    return render(request, "coupons/boards/strategy_edit.html", context, status=status)


def _preview(request: DeskRequest, strategy: Strategy | None, form: StrategyForm, said: Filters) -> dict[str, Any]:
    version, scope = _unsaved(form, said), request.desk.scope
    told, coupon = version.audience, version.coupon
    names = listing.names(said, request.desk)
    return {
        "unread": said.unread,
        "aloud": words.sentence(version, sentence.text(said, names) if said else ""),
        "audience": figures.people(scope, version, told),
        "people": audience.sample(scope, told) if figures.may_list(request.desk) else [],
        "people_query": told or "all=1",
        "message": _message(version, coupon),
        "doubts": doubting.doubts(
            scope, told, coupon, version.message, version.message_channel, strategy.pk if strategy else None
        ),
    }


def _message(version: StrategyVersion, coupon: Coupon | None) -> dict[str, Any] | None:
    """As somebody with a usual name would read it, were the coupon issued now."""
    if not version.message:
        return None
    ends = coupons.ends_at(definitions.terms_of(coupon), timezone.now()) if coupon else timezone.now()
    last = (timezone.localtime(ends) - timedelta(microseconds=1)).date().isoformat()
    return doubting.preview(version.message, coupon, last, _("Wang Xiaoming"))


def _unsaved(form: StrategyForm, said: Filters) -> StrategyVersion:
    """What the form says so far: fields that cannot be read are as in an empty one."""
    form.is_valid()
    content = form.content() if form.is_bound else queries.content_of(form.instance)
    version = StrategyVersion(**{key: value for key, value in content.items() if key != "audience"})
    version.audience = said.to_query()
    version.coupon = definitions.templates().filter(pk=version.coupon_id or 0).first()
    return version


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _must_change(request: DeskRequest) -> None:
    if not may_change(request.desk):
        raise PermissionDenied(DRAFT_COUPONS)
