"""Fixtures: the cast on its stage, a signed-in client for each, and the day on which every test plays."""

import datetime as dt

import pytest
from django.test import Client

from tests import cast

TODAY = dt.date(2018, 5, 7)  # a Monday


@pytest.fixture
def today() -> dt.date:
    return TODAY


@pytest.fixture
def people(db: None) -> cast.Cast:
    return cast.assemble()


@pytest.fixture
def as_(people: cast.Cast, client: Client):
    """`as_("manager").get(...)`: a client signed in as one of the cast."""

    def signed_in(username: str) -> Client:
        other = Client()
        other.force_login(getattr(people, username), backend="allauth.account.auth_backends.AuthenticationBackend")
        return other

    return signed_in
