"""The page of whoever is signed in: language, theme, password, roles, own keys to the API."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import actions as log
from communities.access import DeskRequest, signed_in
from communities.models import ApiToken
from communities.rules import USE_API
from communities.staffing import forms
from communities.staffing import queries as people


@signed_in
def me(request: DeskRequest) -> HttpResponse:
    return _page(request)


@signed_in
@require_POST
def preferences(request: DeskRequest) -> HttpResponse:
    form = forms.PreferencesForm(request.POST, instance=request.user)
    if form.is_valid():
        log.remember_preference(request.user, **form.cleaned_data)
    return redirect("me")


@signed_in
@require_POST
def token_issue(request: DeskRequest) -> HttpResponse:
    """The answer to a good form is the one page that ever shows the key."""
    form = forms.TokenForm(request.POST, grants=request.desk.grants)
    if not request.desk.may(USE_API) or not form.is_valid():
        return _page(request, token_form=form)
    typed = form.cleaned_data
    token, clear_text = log.issue_token(
        owner=request.user, name=typed["name"], scopes=typed["scopes"], days=typed["days"]
    )
    return render(request, "communities/new_token.html", {"token": token, "clear_text": clear_text})


@signed_in
@require_POST
def token_revoke(request: DeskRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, owner=request.user)
    log.revoke_token(token, by=request.user)
    messages.success(request, _("%(name)s opens nothing any more.") % {"name": token.name})
    return redirect("me")


def _page(request: DeskRequest, token_form: forms.TokenForm | None = None) -> HttpResponse:
    context = {
        "assignments": people.assignments_of(request.user),
        "preferences": forms.PreferencesForm(instance=request.user),
        "may_use_api": request.desk.may(USE_API),
        "tokens": people.living_tokens(request.user),
        "token_form": token_form or forms.TokenForm(grants=request.desk.grants),
    }
    return render(request, "communities/me.html", context)
