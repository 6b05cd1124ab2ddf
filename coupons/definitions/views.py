"""Templates made, changed, copied, taken out of use. Their list and their page stand in coupons/boards."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import redirects
from communities.access import DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS
from coupons.definitions import actions, queries, rules
from coupons.definitions.forms import CouponForm
from coupons.definitions.models import Coupon


@desk_page(DRAFT_COUPONS)
def coupon_new(request: DeskRequest) -> HttpResponse:
    """`?kind=` says what is asked for; `?from=` starts with what another template says."""
    copied = _copied(request.GET.get("from", ""))
    asked = request.GET.get("kind", "")
    kind = asked if asked in rules.KINDS else copied.kind if copied else "threshold"
    started = {"instance": actions.copy_of(copied), "categories": copied.categories.all()} if copied else {}
    form = CouponForm(request.POST or None, kind=kind, today=timezone.localdate(), **started)
    if request.method == "POST" and form.is_valid() and _saved(form, request):
        return _said(request, form, _("%(name)s is ready for its first batch."))
    title = _("A copy of %(name)s") % {"name": copied} if copied else _("New coupon")
    return _form_page(request, form, title, _("Make the coupon"), reverse("coupons"), kinds=not copied)


@desk_page(DRAFT_COUPONS)
def coupon_edit(request: DeskRequest, coupon_id: int) -> HttpResponse:
    coupon = get_object_or_404(Coupon, pk=coupon_id)
    if queries.is_promised(coupon):
        return _copy_instead(request, coupon)
    form = CouponForm(request.POST or None, kind=coupon.kind, today=timezone.localdate(), instance=coupon)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(form.instance, categories=form.chosen_categories, by=request.user)
        except actions.Promised:
            return _copy_instead(request, coupon)
        return _said(request, form, _("%(name)s is saved."))
    return _form_page(request, form, str(coupon), _("Save the coupon"), reverse("coupon", args=[coupon.pk]))


@desk_page(DRAFT_COUPONS)
@require_POST
def coupon_retire(request: DeskRequest, coupon_id: int) -> HttpResponse:
    return _set_retired(request, coupon_id, retired=True)


@desk_page(DRAFT_COUPONS)
@require_POST
def coupon_reinstate(request: DeskRequest, coupon_id: int) -> HttpResponse:
    return _set_retired(request, coupon_id, retired=False)


def _copied(asked: str) -> Coupon | None:
    known = asked.isascii() and asked.isdigit() and len(asked) < 19
    return queries.templates().filter(pk=int(asked)).first() if known else None


def _saved(form: CouponForm, request: DeskRequest) -> bool:
    """False, and the code's field says so, when somebody took the code a moment ago."""
    try:
        actions.create(form.instance, categories=form.chosen_categories, by=request.user)
    except IntegrityError:
        form.add_error("code", _("Another coupon has this code already."))
        return False
    return True


def _copy_instead(request: DeskRequest, coupon: Coupon) -> HttpResponse:
    said = _("A batch names %(name)s, so it stays as it was promised. This is a copy to change.")
    messages.info(request, said % {"name": coupon})
    return redirect(f"{reverse('coupon-new')}?from={coupon.pk}")


def _said(request: DeskRequest, form: CouponForm, text: str) -> HttpResponse:
    """To the template's page, which also says whatever is worth a second look."""
    messages.success(request, text % {"name": form.instance.name})
    return redirect("coupon", form.instance.pk)


def _form_page(
    request: DeskRequest, form: CouponForm, title: str, submit: str, back: str, *, kinds: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title, "submit": submit, "cancel_url": back}
    if kinds:
        context["kinds"] = [
            {"label": _(label), "href": f"?kind={kind}", "current": kind == form.instance.kind}
            for kind, label in rules.KINDS.items()
        ]
    return render(request, "coupons/definitions/form.html", context)


def _set_retired(request: DeskRequest, coupon_id: int, *, retired: bool) -> HttpResponse:
    """The deed, and a toast that takes it back."""
    coupon = get_object_or_404(Coupon, pk=coupon_id)
    actions.set_retired(coupon.pk, retired=retired, by=request.user, at=timezone.now())
    said = (
        _("%(name)s is out of use. Coupons that customers hold stay what they are.")
        if retired
        else _("%(name)s is in use again.")
    )
    undo = reverse("coupon-reinstate" if retired else "coupon-retire", args=[coupon.pk])
    messages.success(request, said % {"name": coupon.name}, extra_tags=undo)
    return redirect(redirects.back(request, reverse("coupon", args=[coupon.pk])))
