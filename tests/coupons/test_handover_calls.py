"""The shop is called once a parcel: whatever becomes of the call, it is not made again by itself."""

import datetime as dt
import os
import signal
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from communities.models import StaffAct
from coupons.grants.models import Grant
from coupons.handover import actions, calling, queries
from coupons.handover.models import Parcel
from opsdesk import tasks
from opsdesk.lib import webhook
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from opsdesk.lib.webhook import Target
from tests.coupons.granting import approved, customers, issued
from tests.coupons.killing import expire_lease
from tests.coupons.shop import SECRET, Shop, open_shop

HANDLERS = {calling.KIND: calling.call}


@pytest.fixture
def shop(settings) -> Iterator[Shop]:
    with open_shop() as found:
        settings.SHOP = found.target
        yield found


def a_parcel(many: int = 2) -> Parcel:
    batch = approved(gets=customers(many))
    issued(batch)
    parcel = actions.pack(batch.pk, by=None, way="call")
    assert parcel is not None
    return parcel


def work() -> Job:
    job = calling.queue()
    runs.work(HANDLERS, job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def test_a_call_tells_every_coupon_signed_and_the_parcel_is_handed_over(db, shop):
    parcel = a_parcel()
    work()
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tries, shop.forged) == ("done", 1, 0)
    (told,) = shop.heard
    assert (told["id"], told["batch"], told["number"]) == (parcel.pk, parcel.batch.number, 1)
    assert [one["code"] for one in told["coupons"]] == list(Grant.objects.order_by("id").values_list("code", flat=True))
    assert set(told["coupons"][0]) == {"code", "customer", "phone", "coupon", "valid_from", "expires_at"}
    assert StaffAct.objects.get(verb="hand_over").detail["digest"] == parcel.digest


def test_a_call_signed_with_another_secret_is_a_forgery_to_the_shop(db, shop, settings):
    settings.SHOP = Target(shop.target.url, SECRET + "!")
    a_parcel()
    work()
    assert (shop.heard, shop.forged) == ([], 1)


@pytest.mark.parametrize(
    ("answer", "says", "state", "kept"),
    [
        (204, b"", "done", "HTTP 204"),
        (400, b"no such coupon\0, ask 13812341234", "failed", "HTTP 400 no such coupon , ask 138****1234"),
        (302, b"", "failed", "HTTP 302"),
        (500, b"oops", "unknown", "HTTP 500"),
    ],
)
def test_the_answer_decides_and_no_second_call_is_made(answer, says, state, kept, db, shop):
    shop.answer, shop.says, shop.headers = answer, says, {"Location": shop.target.url}
    parcel = a_parcel()
    work()
    work()
    parcel.refresh_from_db()
    assert (parcel.state, parcel.answer, len(shop.heard)) == (state, kept, 1)


def test_a_shop_that_took_it_and_says_nothing_in_time_leaves_it_unknown(db, settings):
    with open_shop(seconds=0.3) as shop:
        settings.SHOP, shop.answer = shop.target, None
        parcel = a_parcel()
        work()
        work()
    parcel.refresh_from_db()
    assert (parcel.state, len(shop.heard)) == ("unknown", 1)


def test_a_shop_that_is_not_there_is_asked_again_after_a_while_because_nothing_was_handed_over(db, shop, settings):
    settings.SHOP = Target("http://127.0.0.1:1/", SECRET)
    parcel = a_parcel()
    work()
    parcel.refresh_from_db()
    assert (parcel.state, parcel.answer) == ("waiting", "not reached: ConnectionRefusedError")
    assert not queries.has_work(timezone.now())
    assert queries.has_work(timezone.now() + dt.timedelta(minutes=6))


def test_an_unknown_one_is_called_again_or_marked_by_a_person_only(people, shop):
    shop.answer = 500
    parcel = a_parcel()
    work()
    assert actions.decide(parcel, "send_again", reason="not in their list", by=people.manager)
    shop.answer = 200
    work()
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tries, len(shop.heard), shop.heard[0] == shop.heard[1]) == ("done", 2, 2, True)
    assert not actions.decide(parcel, "send_again", reason="once more", by=people.manager)
    Parcel.objects.update(state="unknown")
    assert actions.decide(parcel, "mark_handed", reason="is in their list", by=people.manager)
    work()
    assert len(shop.heard) == 2
    acts = StaffAct.objects.filter(staff=people.manager, thing="parcel").order_by("id")
    assert list(acts.values_list("verb", flat=True)) == ["send_again", "mark_handed"]


def test_without_an_address_parcels_wait_and_may_become_files(people, settings):
    settings.SHOP = None
    parcel = a_parcel()
    assert not queries.has_work(timezone.now())
    assert actions.decide(parcel, "as_file", reason="the shop moved", by=people.manager)
    assert actions.download(parcel.pk, by=people.manager, reason="the shop moved", at=timezone.now())
    assert queries.ways(timezone.now()) == ["file"]


def test_the_schedule_makes_the_call_and_writes_no_run_down_when_nothing_waits(db, shop):
    tasks.call_shop()
    assert not Job.objects.filter(kind=calling.KIND).exists()
    parcel = a_parcel()
    tasks.call_shop()
    parcel.refresh_from_db()
    assert parcel.state == "done"


def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(db, shop, settings, monkeypatch):
    inside = [(2, 1, 6, "", ("10.0.0.5", 443))]
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *_asked, **_how: inside)
    settings.SHOP = Target("https://shop.example.com/", SECRET)
    parcel = a_parcel()
    work()
    parcel.refresh_from_db()
    assert (parcel.state, parcel.answer) == ("failed", "shop.example.com is not a public address")


@pytest.mark.django_db(transaction=True)
def test_the_shop_hears_of_a_parcel_only_after_it_is_marked_as_being_sent(shop):
    parcel, seen = a_parcel(), []

    def look() -> None:
        seen.append(Parcel.objects.get(pk=parcel.pk).state)
        connection.close()

    shop.on_call = look
    work()
    assert seen == ["sending"]


@pytest.mark.django_db(transaction=True)
def test_killed_between_the_call_and_its_answer_it_becomes_unknown_and_is_never_called_again(shop):
    parcel, job = a_parcel(), calling.queue()
    connection.close()
    child = os.fork()
    if child == 0:
        calling.end = lambda *_told: os.kill(os.getpid(), signal.SIGKILL)
        runs.work(HANDLERS, job.pk)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    parcel.refresh_from_db()
    assert (parcel.state, len(shop.heard)) == ("sending", 1)

    expire_lease(job)
    runs.work(HANDLERS, job.pk)
    parcel.refresh_from_db()
    assert parcel.state == "sending"  # its worker may live
    calling.give_up_silent(timezone.now() + dt.timedelta(minutes=6))
    work()
    parcel.refresh_from_db()
    assert (parcel.state, len(shop.heard)) == ("unknown", 1)
