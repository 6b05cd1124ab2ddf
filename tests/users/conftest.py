"""Two customers for the pages of customers: one of Cuiping's station, and one whom it must never see."""

import pytest

from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_order
from tests.standings import bought, buyer, was
from users.customers.models import Customer, Tag, Tagging


@pytest.fixture
def own(people: Cast) -> Customer:
    """A customer of Cuiping's station, with an order, a tag and a class move."""
    customer = buyer(
        community=people.cuiping, station=people.cuiping_station, phone="13812344021", name="王小明",
        building="6", unit="2", room="502", address="翠屏花园6幢2单元502",
    )  # fmt: skip
    make_order(customer=customer, at="2018-04-17 18:30", net=8520)
    bought(customer, TODAY.replace(month=4, day=17))
    was(customer, "silent", TODAY, before="active")
    Tagging.objects.create(customer=customer, tag=Tag.objects.create(name="肉品用户", is_taste=True), share=0.62)
    return customer


@pytest.fixture
def foreign(people: Cast) -> Customer:
    """One of Jinling's station, whose every word must stay there."""
    return buyer(
        community=people.jinling, station=people.jinling_station, phone="15998765432", name="欧阳秘密",
        building="99", unit="9", room="9909", address="金陵名苑密街99幢", channel="密道",
    )  # fmt: skip
