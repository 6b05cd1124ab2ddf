"""Lessons on the phone: what station staff were told, and the button that says they have read it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.boards.phone import day as phone_day
from campaigns.cases import lesson_queries as queries
from campaigns.cases import lessons as actions
from campaigns.cases.models import Receipt
from communities.access import DeskRequest, phone_page

SHOWN = 50


@phone_page()
@require_safe
def phone_lessons(request: DeskRequest) -> HttpResponse:
    found = list(queries.of_staff(request.user)[:SHOWN])
    context = {"receipts": found, "today": timezone.localdate()}
    return render(request, "campaigns/phone/lessons.html", context | _quiet(request))


@phone_page()
@require_safe
def phone_lesson(request: DeskRequest, lesson_id: int) -> HttpResponse:
    context = {"receipt": _mine(request, lesson_id), "today": timezone.localdate()}
    return render(request, "campaigns/phone/lesson.html", context | _quiet(request))


@phone_page()
@require_POST
def phone_lesson_read(request: DeskRequest, lesson_id: int) -> HttpResponse:
    """Back to the list, where the next one waits; the toast takes it back."""
    receipt = _mine(request, lesson_id)
    if actions.read(receipt.lesson, request.user):
        undo = reverse("phone-lesson-unread", args=[lesson_id])
        messages.success(request, _("Read: %(title)s") % {"title": receipt.lesson.title}, extra_tags=undo)
    return redirect("phone-lessons")


@phone_page()
@require_POST
def phone_lesson_unread(request: DeskRequest, lesson_id: int) -> HttpResponse:
    actions.unread_again(_mine(request, lesson_id).lesson, request.user)
    return redirect("phone-lesson", lesson_id)


def _mine(request: DeskRequest, lesson_id: int) -> Receipt:
    """A lesson that this person was not told is not there."""
    found = queries.of_staff(request.user).filter(lesson_id=lesson_id).first()
    if found is None:
        raise Http404
    return found


def _quiet(request: DeskRequest) -> dict[str, Any]:
    """A page without tasks still sends what waits."""
    return {"walk": {"me": request.user.pk}, "words": phone_day.words()}
