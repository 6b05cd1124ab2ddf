from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from communities import access, rules
from communities.models import StaffMember


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; an administrator opens accounts. Messages say what to do next."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "User name and password do not match. Check capitals, or ask your administrator for a new password."
        ),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "account_inactive": _("This account is closed. Ask your administrator to open it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever does nothing but stand at doors begins with their day, everybody else with Today."""
        desk = access.Desk.of(cast(StaffMember, request.user), rules.DESK)
        at_doors = desk.may(rules.PHONE) and not desk.may(rules.SEE_FIELD)
        return reverse("my-day" if at_doors else settings.LOGIN_REDIRECT_URL)

    def set_password(self, user: Any, password: str) -> None:
        """Somebody chose their own: the one-time password has done its work."""
        user.set_password(password)
        user.password_is_temporary = False
        user.save(update_fields=["password", "password_is_temporary"])
