"""Callbacks on the phone: whom to call because of an incident, what to ask, what they said. Plain forms."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.boards.callback_forms import AnswerForm
from campaigns.boards.phone import day as phone_day
from campaigns.boards.phone import reading
from campaigns.cases import callbacks, rules
from campaigns.cases.models import Callback
from communities import rates
from communities.access import DeskRequest, phone_page
from communities.rules import REVEAL_PHONE
from opsdesk.lib import days, names, phones
from users.directory import actions as directory

SHOWN = 100


@phone_page()
@require_safe
def phone_callbacks(request: DeskRequest) -> HttpResponse:
    scope = request.desk.scope
    waiting = [_line(one) for one in callbacks.to_call(scope)[:SHOWN]]
    context = {
        "waiting": waiting,
        "several": len({line["callback"].station_id for line in waiting}) > 1,
        "over": [_line(one) for one in callbacks.called(scope)[:SHOWN]],
    }
    return render(request, "campaigns/phone/callbacks.html", context | _quiet(request))


@phone_page()
@require_safe
def phone_callback(request: DeskRequest, callback_id: int) -> HttpResponse:
    return _page(request, _reached(request, callback_id))


@phone_page()
@require_POST
def phone_callback_number(request: DeskRequest, callback_id: int) -> HttpResponse:
    """The whole number in this answer: counted and logged once a call, while there is a call to make."""
    callback = _reached(request, callback_id)
    if not request.desk.may(REVEAL_PHONE):
        raise PermissionDenied(REVEAL_PHONE)
    if not _may_see(request, callback):
        return _page(request, callback, refused=_("There is nothing to call about any more."))
    if callbacks.is_revealed(callback, request.user, timezone.now()):
        return _page(request, callback, number=callback.customer.phone)
    try:
        number = directory.reveal(callback.customer, by=request.user, reason=callbacks.REASON)
    except rates.TooMany as limit:
        text = _("%(n)s numbers within an hour are the limit. Try again later, or ask your manager.")
        return _page(request, callback, refused=text % {"n": limit.args[0]})
    return _page(request, callback, number=number)


@phone_page()
@require_POST
def phone_callback_record(request: DeskRequest, callback_id: int) -> HttpResponse:
    callback, form = _reached(request, callback_id), AnswerForm(request.POST)
    if not form.is_valid():
        seen = _may_see(request, callback) and callbacks.is_revealed(callback, request.user, timezone.now())
        return _page(request, callback, form=form, number=callback.customer.phone if seen else "", status=422)
    tries = form.cleaned_data["tries"]
    if form.cleaned_data["outcome"] == "dnc":
        taken = callbacks.leave_alone(callback, tries=tries, by=request.user)
    else:
        taken = callbacks.record(callback, form.answer(), tries=tries, by=request.user)
    if not taken:
        messages.error(request, _("Somebody else has told of this call in the meantime. Theirs stands."))
        return redirect("phone-callback", callback_id)
    undo = reverse("phone-callback-undo", args=[callback_id, tries + 1])
    messages.success(request, _said(callback, form), extra_tags=undo)
    return redirect("phone-callbacks")


@phone_page()
@require_POST
def phone_callback_undo(request: DeskRequest, callback_id: int, tries: int) -> HttpResponse:
    if callbacks.undo(_reached(request, callback_id), tries=tries, by=request.user):
        messages.success(request, _("The call is taken back."))
    else:
        messages.error(request, _("Something newer was told of this call: it stands."))
    return redirect("phone-callback", callback_id)


def _reached(request: DeskRequest, callback_id: int) -> Callback:
    """Another station's callback is not there."""
    found = callbacks.in_reach(request.desk.scope).filter(pk=callback_id).first()
    if found is None:
        raise Http404
    return found


def _may_see(request: DeskRequest, callback: Callback) -> bool:
    """Whether there is a call to make, and the right to see numbers reaches it."""
    return callbacks.to_call(request.desk.scope_for(REVEAL_PHONE)).filter(pk=callback.pk).exists()


def _page(request: DeskRequest, callback: Callback, status: int = 200, **shown: Any) -> HttpResponse:
    may_call = callbacks.to_call(request.desk.scope).filter(pk=callback.pk).exists()
    context = {
        "line": _line(callback),
        "may_call": may_call,
        "may_reveal": request.desk.may(REVEAL_PHONE),
        "began": callbacks.began(callback.customer_id),
        "left": reading.reveals_left(request.user),
        "form": AnswerForm(),
        "answers": [(code, _(word)) for code, word in rules.ANSWERS.items()],
        "causes": [(code, _(rules.CAUSES[code])) for code in rules.NAMED_CAUSES],
    }
    return render(request, "campaigns/phone/callback.html", context | _quiet(request) | shown, status=status)


def _line(callback: Callback) -> dict[str, Any]:
    """A callback as it may be shown: the person masked."""
    return {
        "id": callback.pk,
        "callback": callback,
        "name": names.mask(callback.customer.name) or phones.mask(callback.customer.phone),
        "phone": phones.mask(callback.customer.phone),
        "state": _(rules.CALL_STATES[callback.state]),
        "when": f"{days.day(callback.at)} {timezone.localtime(callback.at):%H:%M}" if callback.at else "",
    }


def _said(callback: Callback, form: AnswerForm) -> str:
    word = _("do not contact") if form.cleaned_data["outcome"] == "dnc" else _(rules.CALL_STATES[form.answer().state])
    return _("%(name)s: %(word)s") % {"name": _line(callback)["name"], "word": word}


def _quiet(request: DeskRequest) -> dict[str, Any]:
    """A page without tasks still sends what waits."""
    return {"walk": {"me": request.user.pk}, "words": phone_day.words()}
