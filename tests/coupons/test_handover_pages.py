"""The page of a batch's parcels: packed by a way that is set up, downloaded for a reason, decided by a person."""

import pytest
from django.urls import reverse

from communities.models import Assignment, StaffAct
from coupons.batches.models import Batch
from coupons.grants.models import Grant
from coupons.handover.models import Parcel
from opsdesk.lib.webhook import Target
from tests.coupons.granting import approved, customers, issued
from users.customers.models import Customer

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def no_shop(settings) -> None:
    settings.SHOP = None


@pytest.fixture
def batch(people) -> Batch:
    found = approved(gets=customers(2), scope={"everywhere": True, "communities": [], "stations": []})
    issued(found)
    return found


def page(client, batch: Batch) -> str:
    return client.get(reverse("batch_parcels", args=[batch.pk]), headers=ENGLISH).content.decode()


def post(client, name: str, key: int, **data):
    return client.post(reverse(name, args=[key]), data, headers=ENGLISH)


def test_what_is_in_no_parcel_is_packed_and_downloaded_for_a_reason(people, as_, batch):
    client = as_("data_admin")
    assert "2 coupons are in no parcel" in page(client, batch)
    post(client, "batch_pack", batch.pk, way="file")
    post(client, "batch_pack", batch.pk, way="file")
    parcel = Parcel.objects.get()
    assert (parcel.grants, parcel.way, parcel.by) == (2, "file", people.data_admin)
    assert "2 coupons are in no parcel" not in page(client, batch)
    assert post(client, "parcel_file", parcel.pk, reason=" ").status_code == 302
    assert Parcel.objects.get().state == "waiting"
    answer = post(client, "parcel_file", parcel.pk, reason="to the shop")
    assert answer.content.count(b"\r\n") == 3
    assert f"{batch.number}-1.csv" in answer.headers["Content-Disposition"]
    assert StaffAct.objects.get(verb="hand_over").reason == "to the shop"
    assert "Download again" in page(client, batch)


def test_a_parcel_that_is_not_what_it_was_says_so_and_what_to_do(as_, batch):
    client = as_("data_admin")
    post(client, "batch_pack", batch.pk, way="file")
    parcel = Parcel.objects.get()
    post(client, "parcel_file", parcel.pk, reason="to the shop")
    Customer.objects.unscoped("a test").filter(pk=Grant.objects.first().customer_id).update(phone="13500001111")
    refused = post(client, "parcel_file", parcel.pk, reason="lost it")
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "Parcel 1 is not what it was" in text
    assert "a phone or a name in it has changed" in text
    assert 'name="reason" value="lost it"' in text
    taken = post(client, "parcel_file", parcel.pk, reason="lost it", as_it_is="1")
    assert b"13500001111" in taken.content


def test_the_batchs_page_leads_whoever_may_hand_over_to_its_parcels(as_, batch):
    href = reverse("batch_parcels", args=[batch.pk])
    shown = {
        who: as_(who).get(reverse("batch", args=[batch.pk])).content.decode() for who in ("data_admin", "operator")
    }
    assert {who: href in text for who, text in shown.items()} == {"data_admin": True, "operator": False}


def test_a_way_that_is_not_set_up_packs_nothing(as_, batch):
    for way in ("call", "fetch", "pigeon", ""):
        post(as_("manager"), "batch_pack", batch.pk, way=way)
    assert not Parcel.objects.exists()


def test_the_call_is_offered_first_where_it_is_set_up(as_, batch, settings):
    settings.SHOP = Target("http://127.0.0.1:1/", "secret")
    shown = page(as_("manager"), batch)
    assert shown.index('value="call"') < shown.index('value="file"')


@pytest.mark.parametrize(("verb", "way", "state"), [
    ("send_again", "call", "waiting"), ("mark_handed", "call", "done"), ("as_file", "file", "waiting"),
])  # fmt: skip
def test_an_unknown_parcel_is_decided_by_somebody_who_says_how_they_know(verb, way, state, as_, batch):
    parcel = Parcel.objects.create(batch=batch, number=1, way="call", state="unknown", first=1, last=2, grants=2)
    client = as_("manager")
    assert "Mark as handed over" in page(client, batch)
    post(client, "parcel_decide", parcel.pk, verb=verb)
    post(client, "parcel_decide", parcel.pk, verb="nonsense", reason="because")
    assert Parcel.objects.get().state == "unknown"
    post(client, "parcel_decide", parcel.pk, verb=verb, reason="asked them")
    parcel.refresh_from_db()
    assert (parcel.way, parcel.state) == (way, state)
    assert StaffAct.objects.get(thing="parcel").reason == "asked them"


def test_a_parcel_handed_over_or_being_sent_has_nothing_to_decide(as_, batch):
    for number, state in enumerate(("done", "sending"), 1):
        Parcel.objects.create(batch=batch, number=number, way="call", state=state, first=1, last=2, grants=2)
    shown = page(as_("manager"), batch)
    assert ("/decide/" in shown, "/file/" in shown) == (False, False)


def test_whoever_may_not_hand_over_or_does_not_reach_the_batch_finds_no_parcel(people, as_, batch):
    parcel = Parcel.objects.create(batch=batch, number=1, way="file", first=1, last=2, grants=2)
    assert as_("operator").get(reverse("batch_parcels", args=[batch.pk])).status_code == 403
    assert post(as_("operator"), "parcel_file", parcel.pk, reason="x").status_code == 403
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    for name, key in (("batch_pack", batch.pk), ("parcel_file", parcel.pk), ("parcel_decide", parcel.pk)):
        assert post(as_("newcomer"), name, key, reason="x", way="file", verb="as_file").status_code == 404
    assert Parcel.objects.get().tries == 0
