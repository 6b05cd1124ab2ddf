"""Staff: the list, one person, what they may do and where."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import actions as log
from communities import queries, redirects
from communities.access import DeskRequest, desk_page
from communities.models import ApiToken, Assignment, StaffMember
from communities.rules import CHANGE_STAFF, SEE_STAFF, SEE_TRAIL
from communities.staffing import actions, forms, rules
from communities.staffing import queries as people


@desk_page(SEE_STAFF)
def staff_list(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    find = forms.FindForm(request.GET)
    asked = find.cleaned_data if find.is_valid() else {}
    everybody = people.people_in(desk.scope)
    found = people.found(everybody, asked.get("q", ""), asked.get("role", ""), asked.get("closed", False))
    context = {
        "find": find,
        "people": people.in_order(people.working_at(found, desk.community)),
        "closed_count": everybody.filter(is_active=False).count(),
        "may_change": desk.may(CHANGE_STAFF),
    }
    return render(request, "communities/staff_list.html", context)


@desk_page(CHANGE_STAFF)
def staff_invite(request: DeskRequest) -> HttpResponse:
    """The answer to a good form is the one page that ever shows the password."""
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        member, password = actions.invite(username=typed["username"], name=typed["name"], by=request.user)
        return render(request, "communities/one_time_password.html", {"member": member, "password": password})
    context = {
        "form": form,
        "title": _("Invite somebody"),
        "intro": _("They get a one-time password, which you hand over; they choose their own when they first sign in."),
        "submit": _("Open the account"),
        "cancel_url": reverse("staff"),
    }
    return render(request, "communities/form.html", context)


@desk_page(SEE_STAFF)
def staff_member(request: DeskRequest, staff_id: int) -> HttpResponse:
    return _page(request, _member(request, staff_id))


@desk_page(CHANGE_STAFF)
@require_POST
def staff_rename(request: DeskRequest, staff_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    form = forms.NameForm(request.POST, instance=member)
    if not form.is_valid():
        return _page(request, member, name_form=form)
    actions.rename(member, name=form.cleaned_data["name"], by=request.user)
    return redirect("staff_member", staff_id)


@desk_page(CHANGE_STAFF)
@require_POST
def staff_assign(request: DeskRequest, staff_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    form = forms.RoleForm(request.POST, member=member, scope=request.desk.scope)
    if not form.is_valid():
        return _page(request, member, role_form=form)
    said = _("%(name)s has a new role.")
    return _done(request, member, lambda: actions.assign(form.assignment, by=request.user), said)


@desk_page(CHANGE_STAFF)
@require_POST
def staff_unassign(request: DeskRequest, staff_id: int, assignment_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    held = get_object_or_404(Assignment, pk=assignment_id, staff=member)
    said = _("%(name)s does not hold that role any more.")
    return _done(request, member, lambda: actions.unassign(held, by=request.user), said)


@desk_page(CHANGE_STAFF)
@require_POST
def staff_close(request: DeskRequest, staff_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    said = _("The account of %(name)s is closed: no sign-in, sessions ended, API tokens revoked.")
    undo = reverse("staff_reopen", args=[staff_id])
    return _done(request, member, lambda: actions.close(member, by=request.user), said, undo)


@desk_page(CHANGE_STAFF)
@require_POST
def staff_reopen(request: DeskRequest, staff_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    said = _("The account of %(name)s is open again, with the roles and the password it had.")
    return _done(request, member, lambda: actions.reopen(member, by=request.user), said)


@desk_page(CHANGE_STAFF)
@require_POST
def staff_password(request: DeskRequest, staff_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    try:
        password = actions.reset_password(member, by=request.user)
    except rules.NotAllowed as no:
        messages.error(request, _(no.message) % no.params)
        return redirect("staff_member", staff_id)
    return render(request, "communities/one_time_password.html", {"member": member, "password": password})


@desk_page(CHANGE_STAFF)
@require_POST
def staff_revoke_token(request: DeskRequest, staff_id: int, token_id: int) -> HttpResponse:
    member = _member(request, staff_id)
    token = get_object_or_404(ApiToken, pk=token_id, owner=member)
    said = _("The token of %(name)s opens nothing any more.")
    return _done(request, member, lambda: log.revoke_token(token, by=request.user), said)


def _member(request: DeskRequest, staff_id: int) -> StaffMember:
    return get_object_or_404(people.people_in(request.desk.scope), pk=staff_id)


def _page(
    request: DeskRequest,
    member: StaffMember,
    *,
    name_form: forms.NameForm | None = None,
    role_form: forms.RoleForm | None = None,
) -> HttpResponse:
    desk = request.desk
    own = queries.grants_of(request.user)
    may_manage = request.user.is_superuser or rules.may_manage(own, queries.grants_of(member))
    context = {
        "member": member,
        "assignments": people.assignments_of(member),
        "tokens": people.living_tokens(member),
        "may_change": desk.may(CHANGE_STAFF) and member != request.user and may_manage,
        "is_self": member == request.user,
        "name_form": name_form or forms.NameForm(instance=member),
        "role_form": role_form or forms.RoleForm(member=member, scope=desk.scope_for(CHANGE_STAFF)),
        "may_read_trail": desk.may(SEE_TRAIL),
        "acts": queries.acts_on("staff", member.pk)[:8] if desk.may(SEE_TRAIL) else [],
    }
    return render(request, "communities/staff_member.html", context)


def _done(
    request: DeskRequest, member: StaffMember, deed: Callable[[], object], said: str, undo: str = ""
) -> HttpResponse:
    """Do it and say so, or say why not; either way back to the person's page."""
    try:
        deed()
    except rules.NotAllowed as no:
        messages.error(request, _(no.message) % no.params)
    else:
        messages.success(request, said % {"name": member.name}, extra_tags=undo)
    return redirect(redirects.back(request, reverse("staff_member", args=[member.pk])))
