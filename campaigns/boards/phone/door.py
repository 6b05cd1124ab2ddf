"""One door: who lives there, what to say, what came of it. Every deed also works as a plain form."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.boards.phone import cards as phone_cards
from campaigns.boards.phone import day as phone_day
from campaigns.boards.phone import forms as phone_forms
from campaigns.boards.phone import grid as phone_grid
from campaigns.boards.phone import my_day
from campaigns.boards.phone import reading as phone_reading
from campaigns.drives import queries as drives
from campaigns.drives.models import Task
from campaigns.visits import actions as visits
from campaigns.visits.actions import Answer, Teller
from campaigns.visits.models import Visit
from communities import rates
from communities.access import DeskRequest, phone_page
from communities.rules import REVEAL_PHONE
from opsdesk.lib import names
from users.directory import actions as directory


@phone_page()
@require_safe
def door(request: DeskRequest, task_id: int) -> HttpResponse:
    return _page(request, _task(request, task_id))


@phone_page()
@require_POST
def door_outcome(request: DeskRequest, task_id: int) -> HttpResponse:
    task, form = _task(request, task_id), phone_forms.OutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This was not saved: %(why)s") % {"why": _first_error(form)})
        return redirect("door", task_id)
    answer = _take(request, form.event(task_id, timezone.localtime()))
    return _back(request, task, answer, _words(task, answer))


@phone_page()
@require_POST
def door_undo(request: DeskRequest, task_id: int, event: uuid.UUID) -> HttpResponse:
    task = _task(request, task_id)
    answer = _take(request, phone_forms.undo(task_id, event))
    said = _("%(place)s: taken back") % {"place": _place(task)}
    return _back(request, task, answer, said, may_undo=False)


@phone_page()
@require_POST
def door_correct(request: DeskRequest, task_id: int, event: uuid.UUID) -> HttpResponse:
    task, form = _task(request, task_id), phone_forms.CorrectionForm(request.POST)
    if not form.is_valid():
        raise Http404
    answer = _take(request, form.event(task_id, event))
    return _back(request, task, answer, _words(task, answer))


@phone_page()
@require_POST
def door_many(request: DeskRequest) -> HttpResponse:
    """Nobody home at every door ticked. One that is not in reach is answered like one that is not there."""
    form = phone_forms.ManyForm(request.POST)
    found = phone_forms.ticked(request.POST.getlist("task"))
    if not form.is_valid() or not found:
        messages.warning(request, _("No door was ticked: nothing was saved."))
        return redirect(my_day.address(request.POST.get("b", ""), request.POST.get("u", "")))
    answers = [visits.take_one(event, _teller(request)) for event in form.events(found)]
    taken = sum(answer.status == 200 for answer in answers)
    said = ngettext("Nobody home: %(n)s door", "Nobody home: %(n)s doors", taken) % {"n": taken}
    (messages.success if taken == len(answers) else messages.warning)(request, said)
    return redirect(my_day.address(request.POST.get("b", ""), request.POST.get("u", "")))


@phone_page()
@require_POST
def door_call(request: DeskRequest, task_id: int) -> HttpResponseBase:
    """The whole number in this answer and nowhere else: counted, logged, while there is something to do."""
    task = _task(request, task_id)
    if not request.desk.scope_for(REVEAL_PHONE).stations and not request.desk.scope_for(REVEAL_PHONE).everywhere:
        raise PermissionDenied(REVEAL_PHONE)
    if not drives.open_tasks(request.desk.scope_for(REVEAL_PHONE), timezone.now()).filter(pk=task_id).exists():
        return _called(request, task, refused=_("There is nothing to call about any more."))
    try:
        return _called(request, task, number=directory.reveal(task.customer, by=request.user, reason="visit"))
    except rates.TooMany as limit:
        text = _("%(n)s numbers within an hour are the limit. Try again later, or ask your manager.")
        return _called(request, task, refused=text % {"n": limit.args[0]})


def _called(request: DeskRequest, task: Task, number: str = "", refused: str = "") -> HttpResponseBase:
    if request.accepts("text/html"):
        return _page(request, task, number=number, refused=refused)
    left = phone_reading.reveals_left(request.user)
    return JsonResponse({"number": number, "refused": refused, "left": left})


def _task(request: DeskRequest, task_id: int) -> Task:
    """A task in reach; another station's is not there."""
    task = drives.tasks(request.desk.scope).filter(pk=task_id).first()
    if task is None:
        raise Http404
    return task


def _page(request: DeskRequest, task: Task, **shown: Any) -> HttpResponse:
    """The door with everybody of its home, its turn in the walk and the doors beside it."""
    now = timezone.now()
    home = sorted([task, *drives.household(task).filter(request.desk.scope.condition())], key=lambda one: one.pk)
    facts = phone_reading.facts(home, now)
    cards = {one.pk: phone_cards.card(one, facts, now) for one in home}
    day = phone_day.of(request.desk, now)
    turn, before, after = phone_day.beside(day.doors, cards[task.pk].door)
    context = {
        "card": cards[task.pk],
        "home": list(cards.values()),
        "turn": turn,
        "before": before,
        "after": after,
        "now": timezone.localtime(now),
        **shown,
    }
    left = phone_reading.reveals_left(request.user)
    return render(request, "campaigns/phone/door.html", context | my_day.field(request, day, left))


def _take(request: DeskRequest, event: dict[str, Any]) -> Answer:
    return visits.take_one(event, _teller(request))


def _teller(request: DeskRequest) -> Teller:
    return Teller(request.user, request.desk.scope, timezone.now(), Visit.Via.FORM)


def _back(request: DeskRequest, task: Task, answer: Answer, said: str, *, may_undo: bool = True) -> HttpResponse:
    """To the grid where the door stands when it was taken; else to the door, with the reason."""
    if answer.status != 200:
        messages.error(request, answer.text)
        return redirect("door", task.pk)
    undo = reverse("door-undo", args=[task.pk, answer.uuid]) if may_undo else ""
    messages.success(request, said, extra_tags=undo)
    place = phone_cards.place_of(task)
    after = phone_grid.key_of(place) if place.room else ""
    return redirect(my_day.address(f"{place.community_id}-{place.building}", place.unit, after))


def _words(task: Task, answer: Answer) -> str:
    words = {code: word for code, word, _icon in phone_cards.buttons(task.channel)}
    said = _("%(place)s: %(word)s") % {"place": _place(task), "word": words.get(answer.outcome, answer.text)}
    return f"{said} · {answer.coupon}" if answer.coupon else said


def _place(task: Task) -> str:
    return task.room or names.mask(task.customer.name)


def _first_error(form: phone_forms.OutcomeForm) -> str:
    return str(next(iter(form.errors.values()))[0])
