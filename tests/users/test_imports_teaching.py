import pytest

from communities.models import StaffAct
from communities.scoping import Scope
from tests import cast, factories
from users.customers.addresses import BadTemplate
from users.customers.models import Customer
from users.imports import teaching
from users.orders.models import Order

LANE = "{building}弄{unit}号{room}"
EVERYWHERE = Scope(everywhere=True)


def door_of(customer: Customer) -> tuple[str, str, str]:
    fresh = Customer.objects.unscoped("a test looks").get(pk=customer.pk)
    return fresh.building, fresh.unit, fresh.room


@pytest.mark.parametrize(
    ("shape", "template"),
    [
        ("翠屏花园#弄#号#", "{building}弄{unit}号{room}"),
        ("#期#", "{building}期{room}"),
        ("西门对面", ""),
        ("#-#-#-#", ""),
    ],
)
def test_a_template_is_suggested_where_the_numbers_can_be_two_or_three_places(shape: str, template: str) -> None:
    assert teaching.suggested(shape) == template


def test_addresses_nobody_understood_are_grouped_by_how_they_are_written(people: cast.Cast) -> None:
    for number in (501, 502, 603):
        factories.make_customer(community=people.cuiping, address=f"88弄12号{number}")
    factories.make_customer(community=people.cuiping, address="西门传达室")
    factories.make_customer(community=people.cuiping, address="1栋2单元301", building="1", unit="2", room="301")
    found = teaching.shapes(EVERYWHERE, [people.cuiping, people.jinling])
    assert [(each.community, each.shape, each.customers) for each in found] == [
        (people.cuiping, "#弄#号#", 3),
        (people.cuiping, "西门传达室", 1),
    ]
    assert found[0].examples == ["88弄12号501", "88弄12号502", "88弄12号603"]


def test_a_scope_sees_the_addresses_of_its_own_communities_only(people: cast.Cast) -> None:
    factories.make_customer(community=people.cuiping, address="88弄12号501")
    factories.make_customer(community=people.jinling, address="99弄12号501")
    jinling_only = Scope(communities=frozenset({people.jinling.pk}))
    found = teaching.shapes(jinling_only, [people.cuiping, people.jinling])
    assert [each.community for each in found] == [people.jinling]


def test_a_trial_says_what_a_template_reads_and_what_it_leaves(people: cast.Cast) -> None:
    factories.make_customer(community=people.cuiping, address="88弄12号501")
    factories.make_customer(community=people.cuiping, address="西门传达室")
    trial = teaching.trial(people.cuiping, LANE)
    assert (trial.addresses, trial.read, trial.left) == (2, 1, ["西门传达室"])
    [(address, place)] = trial.examples
    assert (address, place.building, place.unit, place.room) == ("88弄12号501", "88", "12", "501")


def test_a_template_that_cannot_tell_places_apart_is_refused(people: cast.Cast) -> None:
    with pytest.raises(BadTemplate):
        teaching.teach(people.cuiping, "{building}{room}", people.data_admin)
    people.cuiping.refresh_from_db()
    assert people.cuiping.address_templates == []


def test_teaching_gives_doors_and_counts_orders_to_one_door_as_one_address(people: cast.Cast) -> None:
    customer = factories.make_customer(community=people.cuiping, address="88弄12号501")
    elsewhere = factories.make_customer(community=people.jinling, address="88弄12号501")
    order = factories.make_order(
        customer=customer, at="2018-05-01", address="翠屏花园 88弄12号501", address_key="翠屏花园88弄12号501"
    )
    assert teaching.teach(people.cuiping, LANE, people.data_admin) == 1
    assert door_of(customer) == ("88", "12", "501")
    assert door_of(elsewhere) == ("", "", "")
    assert Order.objects.get(pk=order.pk).address_key == "翠屏花园:88-12-501"
    act = StaffAct.objects.get(verb="teach")
    assert (act.staff, act.detail) == (people.data_admin, {"template": LANE, "customers": 1, "orders": 1})


def test_teaching_the_same_again_changes_nothing(people: cast.Cast) -> None:
    factories.make_customer(community=people.cuiping, address="88弄12号501")
    teaching.teach(people.cuiping, LANE, people.data_admin)
    assert teaching.teach(people.cuiping, LANE, people.data_admin) == 0
    people.cuiping.refresh_from_db()
    assert people.cuiping.address_templates == [LANE]


def test_forgetting_takes_back_the_doors_that_only_the_template_read(people: cast.Cast) -> None:
    taught = factories.make_customer(community=people.cuiping, address="88弄12号501")
    plain = factories.make_customer(
        community=people.cuiping, address="1栋2单元301室", building="1", unit="2", room="301"
    )
    teaching.teach(people.cuiping, LANE, people.data_admin)
    assert teaching.forget(people.cuiping, LANE, people.data_admin) == 1
    assert door_of(taught) == ("", "", "")
    assert door_of(plain) == ("1", "2", "301")
    assert teaching.forget(people.cuiping, LANE, people.data_admin) == 0
