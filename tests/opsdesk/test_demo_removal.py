"""The demo taken away: the desk is empty again, and somebody is left who can sign in."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from communities.models import Assignment, Community, StaffMember
from opsdesk.demo import planting

pytestmark = pytest.mark.slow

UNTIL = dt.date(2026, 3, 2)


@pytest.mark.django_db(transaction=True)
def test_one_click_takes_it_away_and_leaves_whoever_asked(client) -> None:
    call_command("seed_demo", customers=300, weeks=10, until=UNTIL, stdout=StringIO())
    manager = StaffMember.objects.get(username="manager")
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.post(reverse("demo_remove")).status_code == 302

    assert planting.is_empty()
    assert not planting.is_planted()
    assert not Community.objects.exists()
    assert [*StaffMember.objects.all()] == [manager]
    assert Assignment.objects.filter(staff=manager).exists()
    assert client.get(reverse("home")).status_code == 200


@pytest.mark.django_db
def test_without_a_demo_there_is_nothing_to_remove(people, as_) -> None:
    with pytest.raises(CommandError, match="no demo"):
        call_command("remove_demo", "--yes", stdout=StringIO())
    as_("manager").post(reverse("demo_remove"))
    assert Community.objects.count() == 2
