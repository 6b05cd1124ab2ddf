import pytest
from django.urls import reverse

from communities.models import StaffAct
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer, make_order
from tests.standings import buyer
from users.customers.models import Customer, Tag, Tagging
from users.directory.models import Marking
from users.directory.tags import actions


def hands(tag: Tag) -> dict[str, str]:
    return dict(Tagging.objects.filter(tag=tag).values_list("customer__name", "hand"))


@pytest.fixture
def tag(db: None) -> Tag:
    return Tag.objects.create(name="肉品用户", is_taste=True)


@pytest.fixture
def five(people: Cast, tag: Tag) -> list[Customer]:
    """bare: no tag; auto, set, removed: the tag stands so; other: not chosen."""
    made = [make_customer(name=name, community=people.cuiping) for name in ("bare", "auto", "set", "removed", "other")]
    for customer in made[1:4]:
        share = 0.5 if customer.name == "auto" else None
        Tagging.objects.create(customer=customer, tag=tag, hand=customer.name, share=share)
    return made


def chosen(five: list[Customer]):
    return Customer.objects.unscoped("test").filter(id__in=[one.pk for one in five[:4]])


BEFORE = {"auto": "auto", "set": "set", "removed": "removed"}


def test_a_tag_put_on_many_is_set_by_hand_on_each_and_keeps_its_share(
    five: list[Customer], tag: Tag, people: Cast
) -> None:
    marking = actions.mark(chosen(five), tag, put=True, by=people.manager)
    assert hands(tag) == {"bare": "set", "auto": "set", "set": "set", "removed": "set"}
    assert marking.customers == 3  # one carried it by hand already
    assert Tagging.objects.get(customer=five[1]).share == 0.5
    act = StaffAct.objects.get()
    assert (act.verb, act.thing, act.detail["tag"], act.detail["customers"]) == ("tag", "customers", "肉品用户", 3)


def test_a_tag_taken_off_stays_off_and_those_without_it_are_left_alone(
    five: list[Customer], tag: Tag, people: Cast
) -> None:
    marking = actions.mark(chosen(five), tag, put=False, by=people.manager)
    assert hands(tag) == {"auto": "removed", "set": "removed", "removed": "removed"}
    assert marking.customers == 2


@pytest.mark.parametrize("put", [True, False])
def test_undoing_restores_every_tag_as_it_was_and_only_once(
    five: list[Customer], tag: Tag, people: Cast, put: bool
) -> None:
    marking = actions.mark(chosen(five), tag, put=put, by=people.manager)
    actions.undo(marking, by=people.manager)
    assert hands(tag) == BEFORE
    Tagging.objects.filter(customer=five[1]).update(hand="set")
    actions.undo(marking, by=people.manager)
    assert hands(tag)["auto"] == "set"


def test_undoing_leaves_what_somebody_else_changed_since(five: list[Customer], tag: Tag, people: Cast) -> None:
    marking = actions.mark(chosen(five), tag, put=True, by=people.manager)
    actions.mark(Customer.objects.unscoped("test").filter(pk=five[0].pk), tag, put=False, by=people.operator)
    actions.undo(marking, by=people.manager)
    assert hands(tag) == BEFORE | {"bare": "removed"}


# -- Pages -------------------------------------------------------------------------------------------------------------


def test_everybody_the_filter_leaves_can_be_tagged_at_once_and_taken_back(as_, people: Cast) -> None:
    for community in (people.cuiping, people.cuiping, people.jinling):
        buyer(community=community)
    client, address = as_("manager"), reverse("customers_tag") + "?community=cuiping"
    answer = client.post(address, {"new": "周年庆", "everything": "1", "id": "1"}, follow=True)
    marking = Marking.objects.get()
    assert marking.customers == 2
    assert "已给 2 人打上「周年庆」" in answer.content.decode()
    assert reverse("customers_tag_undo", args=[marking.pk]) in answer.content.decode()
    assert as_("operator").post(reverse("customers_tag_undo", args=[marking.pk])).status_code == 404
    client.post(reverse("customers_tag_undo", args=[marking.pk]))
    assert not Tagging.objects.exists()


def test_a_station_lead_tags_her_own_customers_only(as_, people: Cast) -> None:
    own = buyer(community=people.cuiping, station=people.cuiping_station)
    buyer(community=people.jinling, station=people.jinling_station)
    as_("lead").post(reverse("customers_tag"), {"new": "团长", "everything": "1"})
    assert list(Tagging.objects.values_list("customer_id", flat=True)) == [own.pk]


def test_without_a_tag_named_the_page_asks_which(as_, people: Cast) -> None:
    buyer()
    answer = as_("manager").post(reverse("customers_tag"), {})
    assert answer.context["total"] == 1
    assert "给 1 人打标签" in answer.content.decode()
    assert not Marking.objects.exists()


def test_after_tagging_one_goes_back_to_where_one_was_but_never_away(as_, people: Cast) -> None:
    customer = buyer()
    profile = reverse("customer", args=[customer.pk])
    sent = {"id": customer.pk, "new": "团长", "next": profile}
    assert as_("manager").post(reverse("customers_tag"), sent)["Location"] == profile
    sent |= {"next": "https://evil.example/"}
    assert as_("manager").post(reverse("customers_tag"), sent)["Location"] == "/customers/?all=1"


def test_tags_are_made_renamed_and_deleted_when_nobody_carries_them(as_, people: Cast) -> None:
    client = as_("manager")
    client.post(reverse("tag_new"), {"name": " 团长 "})
    tag = Tag.objects.get(name="团长")
    assert client.post(reverse("tag_new"), {"name": "团长"}).status_code == 422
    client.post(reverse("tag_edit", args=[tag.pk]), {"name": "楼长"})
    assert Tag.objects.get().name == "楼长"
    Tagging.objects.create(customer=buyer(), tag=tag, hand="set")
    client.post(reverse("tag_delete", args=[tag.pk]))
    assert Tag.objects.exists()
    Tagging.objects.update(hand="removed")
    client.post(reverse("tag_delete", args=[tag.pk]))
    assert not Tag.objects.exists()


def test_tastes_and_other_peoples_tags_are_not_renamed(as_, people: Cast, tag: Tag) -> None:
    assert as_("manager").get(reverse("tag_edit", args=[tag.pk])).status_code == 404
    by_hand = Tag.objects.create(name="团长")
    assert as_("lead").post(reverse("tag_edit", args=[by_hand.pk]), {"name": "x"}).status_code == 403
    assert as_("lead").post(reverse("tag_delete", args=[by_hand.pk])).status_code == 403


def test_proxy_buyers_stand_with_their_doors_in_the_window_service_orders_left_out(as_, people: Cast) -> None:
    proxy = buyer(community=people.cuiping, station=people.cuiping_station, standing={"is_proxy": True})
    for at, key, service in [
        ("2018-05-01", "c|1|1|101", False), ("2018-05-02", "c|1|1|102", False), ("2018-05-03", "c|1|1|102", False),
        ("2018-05-04", "", False), ("2018-05-05", "c|9|9|909", True), ("2016-05-05", "c|8|8|808", False),
        (str(TODAY), "c|7|7|707", False),
    ]:  # fmt: skip
        make_order(customer=proxy, at=at, net=20000, address_key=key, is_service=service)
    [found] = as_("manager").get(reverse("tags")).context["proxies"]
    assert (found.customer.pk, found.addresses, found.orders) == (proxy.pk, 2, 4)
    assert len(as_("staff").get(reverse("tags")).context["proxies"]) == 1
    assert as_("other_staff").get(reverse("tags")).context["proxies"] == []


def test_a_tag_counts_those_who_carry_it_and_links_to_as_many(as_, five: list[Customer], tag: Tag) -> None:
    client = as_("manager")
    [(shown, n)] = client.get(reverse("tags")).context["tags"]
    assert (shown, n) == (tag, 2)
    assert client.get(reverse("customers"), {"tag": tag.pk}).context["table"].total == n
    assert client.get(reverse("tags"), {"community": "jinling"}).context["tags"] == [(tag, 0)]


def test_lists_count_as_many_as_their_links_lead_to(as_, people: Cast) -> None:
    buyer(standing={"is_service": True})
    buyer(standing={"is_service": True, "is_proxy": True}, community=people.jinling)
    client = as_("manager")
    context = client.get(reverse("tags")).context
    assert (context["service"], context["proxy"]) == (2, 1)
    assert client.get(reverse("customers") + "?service=1").context["table"].total == 2
    assert client.get(reverse("customers") + "?proxy=1&community=jinling").context["table"].total == 1
