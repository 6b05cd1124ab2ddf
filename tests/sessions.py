"""Somebody signed in: a session as the sign-in page leaves it, in a third of the statements of a sign-in."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from communities.models import StaffMember


def key_of_session(staff: StaffMember) -> str:
    """The value of their cookie."""
    session = SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key
