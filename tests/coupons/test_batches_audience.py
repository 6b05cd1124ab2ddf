"""The audience of a batch, as its form sends it: fields, words beside them, conditions carried along."""

import dataclasses

import pytest
from django.http import QueryDict

from communities import rules
from communities.access import Desk
from coupons.boards import batch_audience
from users.directory import filters
from users.directory.forms import CARRIED, FilterForm


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("audience=lifecycle%3Dsilent", "lifecycle=silent"),  # no fields on the page
        ("audience=lifecycle%3Dactive&audience_was=lifecycle%3Dactive&lifecycle=silent", "lifecycle=silent"),
        ("audience=lifecycle%3Dactive&audience_was=lifecycle%3Dactive", ""),  # every tick taken away: everybody
        ("audience=rfm%3Dlost&audience_was=lifecycle%3Dactive&lifecycle=active", "rfm=lost"),  # typed words win
        ("audience=ids%3D9&audience_was=ids%3D9&ids=9&lifecycle=silent&rfm=lost&rfm=none",
         "lifecycle=silent&rfm=lost,none&ids=9"),
        ("audience=&audience_was=&net_min=abc", "net_min=abc"),  # what cannot be read is said, not dropped
        ("audience=ids%3D99999999999&audience_was=ids%3D99999999999", "ids=99999999999"),
    ],
)  # fmt: skip
def test_fields_say_whom_a_batch_means_unless_words_were_typed(sent: str, words: str) -> None:
    assert batch_audience.meant(QueryDict(sent)) == words


def test_every_condition_of_the_customer_list_is_a_field_or_carried_along() -> None:
    names = {one.name.rstrip("_") for one in dataclasses.fields(filters.Filters)} - {"unread"}
    assert names == {*CARRIED, *FilterForm.base_fields}


@pytest.mark.django_db
def test_a_value_that_no_field_offers_is_carried_along(people) -> None:
    told = batch_audience.context("channel=-&q=13&station=999&purchases_max=2", Desk.of(people.operator, rules.DESK))
    assert set(told["carried"]) == {("channel", "-"), ("q", "13"), ("station", "999"), ("purchases_max", "2")}
