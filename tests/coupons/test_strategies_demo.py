"""The demo's first strategies say something sensible, and each can be drafted from."""

import datetime as dt

import pytest

from coupons.definitions import queries as definitions
from coupons.definitions import rules as coupons
from coupons.strategies import queries, rules
from opsdesk.demo import goods, strategies
from users.customers.models import Tag
from users.directory import filters
from users.orders.models import Category

TODAY = dt.date(2018, 5, 7)


@pytest.fixture
def planted(people):
    for category in goods.CATEGORIES:
        Category.objects.create(name=category.name, is_service=category.service)
    return strategies.plant_strategies(TODAY, writer=people.operator, manager=people.manager)


def test_every_strategy_has_its_history_in_order(planted) -> None:
    for strategy in planted:
        versions = list(strategy.versions.order_by("number"))
        assert len(versions) >= 2
        assert [one.made_at for one in versions] == sorted(one.made_at for one in versions)
        assert all(one.note for one in versions)


def test_every_audience_and_every_message_can_be_read(planted) -> None:
    tag = Tag.objects.get(name="肉品用户")
    for version in (one for strategy in planted for one in strategy.versions.all()):
        assert filters.from_text(version.audience)
        assert filters.from_text(version.audience).unread == ()
        assert "{" not in version.audience
        assert rules.unknown_places(version.message) == []
        assert (
            rules.texts(rules.filled(version.message, name="王小明", coupon="新客低门槛通用券", ends="2018-05-14")) == 1
        )
    assert f"tag={tag.pk}" in queries.in_use().get(strategy__name__startswith="肉品").audience


def test_every_coupon_makes_sense_and_what_runs_lacks_nothing(planted) -> None:
    for version in queries.in_use():
        if version.coupon:
            assert coupons.sensible(definitions.terms_of(version.coupon), TODAY) == []
    running = list(queries.running())
    assert len(running) == sum(first.runs for first in strategies.FIRST)
    assert [rules.missing(queries.content_of(one)) for one in running] == [[]] * len(running)
