"""Which words for whom, how they are filled, and which goods go with a delivery."""

import datetime as dt
from typing import Any

import pytest

from campaigns.cuesheets import rules
from campaigns.cuesheets.rules import Facts, Goods, Sale
from opsdesk.lib.words import N_

DAY = dt.date(2018, 5, 8)


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"ordered": ago(1), "first_purchase": ago(1)}, "first"),
        ({"ordered": ago(1), "first_purchase": ago(1), "coupon_ends": DAY}, "first"),
        ({"ordered": ago(1), "first_purchase": ago(2)}, "later"),
        ({"ordered": ago(1), "first_purchase": ago(7), "coupon_ends": DAY}, "later"),
        ({"ordered": ago(1), "first_purchase": ago(8), "was": "active"}, "plain"),
        ({"ordered": ago(1), "first_purchase": ago(60), "was": "silent", "coupon_ends": DAY}, "back"),
        ({"ordered": ago(1), "first_purchase": ago(60), "was": "active", "coupon_ends": ago(-3)}, "ends"),
        ({"ordered": ago(1), "first_purchase": ago(60), "was": "active", "coupon_ends": ago(-4)}, "plain"),
        ({"ordered": ago(1), "first_purchase": ago(60), "rfm_class": "champion", "coupon_ends": DAY}, "ends"),
        ({"ordered": ago(1), "first_purchase": ago(60), "rfm_class": "champion"}, "loyal"),
        ({"ordered": ago(1), "first_purchase": ago(60), "rfm_class": "regular"}, "plain"),
    ],
)
def test_what_is_said_follows_from_the_customer_and_the_coupon(facts: dict[str, Any], kind: str) -> None:
    assert rules.say(Facts(day=DAY, **facts), new_window_days=7) == kind


def test_every_kind_has_words_and_every_place_in_them_means_something() -> None:
    assert set(rules.SCRIPTS) == set(rules.KINDS)
    assert [rules.unknown_places(text) for text in rules.SCRIPTS.values()] == [[]] * len(rules.SCRIPTS)
    assert rules.unknown_places("{goods} for {Name} or {}") == ["{Name}", "{}"]


VALUES = {"{name}": "何*", "{goods}": "上海青", "{price}": "¥4.90", "{coupon}": "满 ¥29 减 ¥5", "{ends}": "5-11"}


@pytest.mark.parametrize(
    ("script", "without", "said"),
    [
        ("您好。试试{goods}，{price}。红包{coupon}。", (), ["您好。", "试试上海青，¥4.90。", "红包满 ¥29 减 ¥5。"]),
        ("您好。试试{goods}，{price}。红包{coupon}。", ("{goods}", "{price}"), ["您好。", "红包满 ¥29 减 ¥5。"]),
        ("您好。试试{goods}，{price}。红包{coupon}。", ("{coupon}",), ["您好。", "试试上海青，¥4.90。"]),
        (N_("Try {goods}. It is {price}! Bye"), (), ["Try 上海青. ", "It is ¥4.90! ", "Bye"]),
        ("只要¥4.90的{goods}", (), ["只要¥4.90的上海青"]),
        ("{goods}", ("{goods}",), []),
        ("什么{是}这个？", (), ["什么{是}这个？"]),
        ("", (), []),
    ],
)
def test_a_sentence_without_a_value_for_its_place_is_left_out(
    script: str, without: tuple[str, ...], said: list[str]
) -> None:
    values = {place: "" if place in without else text for place, text in VALUES.items()}
    assert [sentence.text for sentence in rules.spoken(script, values)] == said


def test_goods_and_their_price_are_strong_and_words_about_the_coupon_are_told_apart() -> None:
    first, second = rules.spoken("试试{goods}，{price}。红包{coupon}，{ends}到期。", VALUES)
    assert [piece.text for piece in first.pieces if piece.strong] == ["上海青", "¥4.90"]
    assert (first.of_coupon, second.of_coupon) == (False, True)


def sold(basket: int, product: int, *, days: int = 2, amount: int = 500, quantity: int = 1000) -> Sale:
    return Sale(basket, ago(days), product, amount, quantity)


def often(product: int, *, baskets: int, first: int = 0, **fields: int) -> list[Sale]:
    return [sold(first + nth, product, **fields) for nth in range(baskets)]


GREENS, EGGS, TOFU, BEEF, CLEANING = 1, 2, 3, 4, 5
USUAL: dict[str, Any] = {"weeks": 4, "price_most": 1500, "services": [CLEANING]}


@pytest.mark.parametrize(
    ("sales", "given", "products"),
    [
        pytest.param([], [], [], id="nothing was sold"),
        pytest.param(often(EGGS, baskets=9) + often(TOFU, baskets=5), [], [EGGS, TOFU], id="the more often bought"),
        pytest.param(often(EGGS, baskets=9) + often(TOFU, baskets=5), [EGGS], [TOFU], id="not what is delivered"),
        pytest.param(often(EGGS, baskets=2), [], [], id="not what few baskets hold"),
        pytest.param(often(BEEF, baskets=9, amount=1501), [], [], id="not what is dear"),
        pytest.param(often(BEEF, baskets=9, amount=1500), [], [BEEF], id="the highest low price"),
        pytest.param(often(BEEF, baskets=9, amount=4500, quantity=3000), [], [BEEF], id="the price of one"),
        pytest.param(often(CLEANING, baskets=9), [], [], id="no service"),
        pytest.param(often(EGGS, baskets=9, days=29), [], [], id="not what was sold too long ago"),
        pytest.param(often(EGGS, baskets=9, days=28), [], [EGGS], id="the first day of the window"),
        pytest.param(often(EGGS, baskets=9, days=0), [], [], id="not today's own deliveries"),
        pytest.param(
            often(EGGS, baskets=9, days=8) + often(TOFU, baskets=3, first=20, days=7), [], [TOFU, EGGS],
            id="what was sold last week first",
        ),
        pytest.param(
            often(EGGS, baskets=30) + often(GREENS, baskets=20, first=30) + often(TOFU, baskets=20, first=30),
            [GREENS], [TOFU, EGGS], id="what goes with the delivery before what is bought more often",
        ),
        pytest.param(
            often(EGGS, baskets=30) + often(GREENS, baskets=1, first=30) + often(TOFU, baskets=3, first=30),
            [GREENS], [EGGS, TOFU], id="one basket alone does not make a pair",
        ),
        pytest.param(
            [sale for product in range(10, 15) for sale in often(product, baskets=3)], [], [10, 11, 12],
            id="three at most, ties by number",
        ),
    ],
)  # fmt: skip
def test_goods_recommended(sales: list[Sale], given: list[int], products: list[int]) -> None:
    assert [one.product for one in rules.recommend(sales, given, DAY, **USUAL)] == products


@pytest.mark.parametrize(
    ("sales", "price"),
    [
        ([sold(1, EGGS, amount=1280), sold(2, EGGS, amount=1280), sold(3, EGGS, amount=1111)], 1280),
        ([sold(1, EGGS, amount=1111), sold(2, EGGS, amount=1280), sold(3, EGGS, amount=1024)], 1280),
        ([sold(1, EGGS, amount=2560, quantity=2000), sold(2, EGGS, amount=1280), sold(3, EGGS, amount=1300)], 1280),
        ([sold(1, EGGS, amount=640, quantity=500), sold(1, EGGS, amount=640, quantity=500),
          sold(2, EGGS, amount=990, days=9), sold(3, EGGS, amount=990, days=9)], 1280),
    ],
)  # fmt: skip
def test_the_price_is_what_most_baskets_paid_in_the_last_week_of_its_sale(sales: list[Sale], price: int) -> None:
    assert rules.recommend(sales, [], DAY, **USUAL) == [Goods(EGGS, price)]


def test_a_pair_never_seen_is_as_likely_as_its_shares_say_and_evidence_moves_it() -> None:
    assert rules.likely(0, 0, 10, 100) == 0.1
    assert rules.likely(10, 100, 10, 100) == pytest.approx(0.1)
    assert 0.1 < rules.likely(2, 4, 10, 100) < rules.likely(20, 40, 10, 100) < 0.5
