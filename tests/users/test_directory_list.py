"""The customer list: pages, filters, columns, views."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_order
from tests.standings import bought, buyer
from users.customers.models import Customer, Tag, Tagging
from users.directory.models import SavedView


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_list_asks_as_often_for_a_hundred_rows_as_for_ten(as_, people: Cast) -> None:
    manager, address = as_("manager"), reverse("customers") + "?size=200"
    tag = Tag.objects.create(name="团长")
    for _n in range(10):
        Tagging.objects.create(customer=buyer(community=people.cuiping, station=people.cuiping_station), tag=tag)
    manager.get(address)
    few = queries_of(manager, address)
    for _n in range(90):
        Tagging.objects.create(customer=buyer(community=people.jinling), tag=tag)
    assert queries_of(manager, address) == few <= 22


def test_the_profile_asks_as_often_for_a_long_history_as_for_a_short_one(as_, own: Customer) -> None:
    manager, address = as_("manager"), reverse("customer", args=[own.pk])
    manager.get(address)
    few = queries_of(manager, address)
    for day in range(1, 28):
        make_order(customer=own, at=f"2018-03-{day:02d}")
        bought(own, TODAY.replace(month=3, day=day))
    assert queries_of(manager, address) == few <= 33


def test_pages_follow_one_another_without_gap_or_repeat(as_, people: Cast) -> None:
    for number in range(45):
        buyer(name=f"n{number:02d}", standing={"last_order": None if number % 9 == 0 else TODAY, "net": number % 7})
    client, seen, address = as_("manager"), [], reverse("customers") + "?size=20&sort=-net"
    while address:
        context = client.get(address).context
        seen += [row.pk for row in context["table"].rows]
        after = context["table"].page.after
        address = f"{reverse('customers')}?size=20&sort=-net&after={after}" if after else ""
    assert len(seen) == len(set(seen)) == 45


def test_htmx_gets_the_part_that_the_page_itself_includes(as_, own: Customer) -> None:
    whole = as_("manager").get(reverse("customers"))
    part = as_("manager").get(reverse("customers"), headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert "王**" in part.content.decode()


@pytest.mark.parametrize(
    ("typed", "goes_to"),
    [
        ("13812344021", "/customers/{own}/"),
        ("138 1234 4021", "/customers/{own}/"),
        ("44021", "/customers/?ids={own}"),
        ("99999", "/customers/?ids=0"),
        ("13900000000", "/customers/?q=139****0000"),
        ("王", "/customers/?q=%E7%8E%8B"),
        ("", "/customers/?all=1"),
    ],
)
def test_what_is_typed_becomes_an_address_without_a_phone(as_, own: Customer, typed: str, goes_to: str) -> None:
    answer = as_("manager").post(reverse("customers_find"), {"q": typed})
    assert answer["Location"].replace("%2A", "*") == goes_to.format(own=own.pk)


def test_the_filter_form_comes_back_as_the_same_filter(as_, own: Customer) -> None:
    tag = Tagging.objects.create(customer=own, tag=Tag.objects.create(name="群主")).tag
    typed = {
        "lifecycle": ["silent"],
        "net_max": "10",
        "first_from": "2018-01-01",
        "older": "",
        "tag": f"{tag.pk}",
        "recalled": "",
    }
    answer = as_("manager").post(reverse("customers_find"), typed)
    assert answer["Location"] == f"/customers/?lifecycle=silent&tag={tag.pk}&net_max=10&first_from=2018-01-01"
    page = as_("manager").get(answer["Location"])
    assert page.context["table"].total == 1
    assert page.context["filter_form"]["net_max"].value() == "10"


def test_columns_and_size_are_remembered_until_reset(as_, own: Customer) -> None:
    client = as_("manager")
    client.post(reverse("customers_columns"), {"column": ["net", "phone", "nonsense"], "size": "20"})
    listing = client.get(reverse("customers")).context["listing"]
    assert ([column.key for column in listing.shown], listing.size) == (["name", "phone", "net"], 20)
    client.post(reverse("customers_columns"), {"reset": "1"})
    assert client.get(reverse("customers")).context["listing"].size == 50


def test_a_saved_view_opens_at_its_short_address_and_as_ones_first(as_, own: Customer) -> None:
    client = as_("manager")
    client.post(reverse("customers_view_save"), {"name": "沉默", "query": "lifecycle=silent", "usual": "on"})
    view = SavedView.objects.get()
    assert client.get(reverse("customers"))["Location"] == reverse("customers_view", args=[view.pk])
    assert client.get(reverse("customers_view", args=[view.pk]))["Location"].startswith("/customers/?lifecycle=silent")
    assert client.get(reverse("customers") + "?all=1").status_code == 200
    assert as_("manager2").get(reverse("customers_view", args=[view.pk]))["Location"] == "/customers/?all=1"


def test_a_shared_view_is_everybodys_to_open_and_its_owners_to_delete(as_, own: Customer) -> None:
    as_("manager").post(reverse("customers_view_save"), {"name": "共享", "query": "proxy=1", "shared": "on"})
    view = SavedView.objects.get()
    assert "proxy=1" in as_("staff").get(reverse("customers_view", args=[view.pk]))["Location"]
    assert as_("staff").post(reverse("customers_view_delete", args=[view.pk])).status_code == 404
    owner = as_("manager")
    owner.post(reverse("customers_view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()
    owner.post(reverse("customers_view_restore"))
    assert SavedView.objects.get().query == "proxy=1"
    assert owner.post(reverse("customers_view_restore")).status_code == 404
