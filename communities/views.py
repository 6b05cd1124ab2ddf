from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import check_for_language
from django.views import i18n
from django.views.decorators.http import require_POST

from communities import actions, redirects
from communities.models import StaffMember


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own switch (a cookie), and for somebody signed in also a memory."""
    language = request.POST.get("language", "")
    if isinstance(request.user, StaffMember) and check_for_language(language):
        actions.remember_preference(request.user, language=language)
    return i18n.set_language(request)


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme not in StaffMember.Theme.values:
        theme = StaffMember.Theme.AUTO
    if isinstance(request.user, StaffMember):
        actions.remember_preference(request.user, theme=theme)
    answer = redirect(redirects.back(request))
    answer.set_cookie("theme", theme, max_age=365 * 24 * 3600, samesite="Lax")
    return answer
