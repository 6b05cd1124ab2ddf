import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import translation

from communities.policies.rules import Policies
from users.directory.profile import events, words
from users.directory.profile.events import Scored
from users.rfm import rules as rfm

D = dt.date


def order(day: str, *, net: int = 100, counted: bool = True, coupon: str = "", **money: int) -> SimpleNamespace:
    zero = {"discount": 0, "refunded": 0}
    return SimpleNamespace(day=D.fromisoformat(day), net=net, counted=counted, coupon_code=coupon, **(zero | money))


def test_orders_of_a_day_are_one_line_with_their_sums() -> None:
    two = [order("2018-05-02", net=500, discount=30, coupon="V3"), order("2018-05-02", net=200, refunded=10)]
    [line] = events.from_orders(two, {D(2018, 5, 2)})
    assert (line.template, line.facts["net"], line.facts["discount"], line.facts["refunded"]) == ("order", 700, 30, 10)
    assert (line.facts["coupons"], line.facts["joins"]) == (["V3"], None)


def test_an_order_that_does_not_count_is_a_line_of_its_own() -> None:
    lines = events.from_orders([order("2018-05-02"), order("2018-05-02", counted=False, net=0)], {D(2018, 5, 2)})
    assert [line.template for line in lines] == ["order", "order_void"]


def test_a_day_that_starts_no_purchase_names_the_one_it_joins() -> None:
    starts = {D(2018, 4, 1), D(2018, 5, 1)}
    [line] = events.from_orders([order("2018-05-02")], starts)
    assert line.facts["joins"] == D(2018, 5, 1)


def test_class_moves_come_with_their_reason_and_the_first_one_only_when_it_says_something() -> None:
    days = [D(2018, 5, 2), D(2018, 5, 20)]
    found = events.from_moves(days, D(2018, 4, 1), D(2018, 7, 1), Policies())
    assert [(str(one.day), one.facts["before"], one.facts["after"]) for one in found] == [
        ("2018-05-03", "prospect", "new_paying"),
        ("2018-05-10", "new_paying", "silent"),
        ("2018-05-21", "silent", "active"),
        ("2018-06-04", "active", "silent"),
    ]
    with translation.override("en"):
        assert "15 days > 14" in words.joined(found[-1].facts["reasons"])


CUTS = rfm.Cuts("own", (6, 13, 27, 63), (3, 7, 13, 20), (16800, 39600, 74200, 131800), rfm.Scores(302, 287, 300), 100)


def scored(day: str, r: int, f: int, m: int) -> Scored:
    values = rfm.Values(r, f, m)
    given = rfm.scores(values, CUTS)
    return Scored(
        D.fromisoformat(day), rfm.class_of(given, CUTS, Policies()), values, given, rfm.why(values, CUTS, Policies())
    )


def test_an_rfm_move_names_the_dimensions_that_turned() -> None:
    mondays = [
        scored("2018-05-07", 13, 27, 221050),
        scored("2018-05-14", 14, 27, 221050),
        scored("2018-05-21", 21, 27, 221050),
    ]
    [move] = events.from_scores(mondays)
    assert (str(move.day), move.facts["before"], move.facts["after"]) == ("2018-05-14", "champion", "win_back")
    with translation.override("en"):
        assert words.turned(move.facts["turns"]) == "R 13 → 14 (days), score 4 → 3, not above 3.02"
    with translation.override("zh-hans"):
        assert words.turned(move.facts["turns"]) == "R 由 13 天变 14 天，4 分到 3 分，不高于 3.02"


def test_two_dimensions_that_turn_at_once_are_both_told() -> None:
    [move] = events.from_scores([scored("2018-05-07", 5, 30, 200000), scored("2018-05-14", 80, 2, 200000)])
    assert [turn["name"] for turn in move.facts["turns"]] == ["r", "f"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_dimension_has_words_for_both_directions(language: str) -> None:
    low, high = scored("2018-05-07", 80, 1, 100), scored("2018-05-14", 1, 40, 999900)
    with translation.override(language):
        for before, after in ((low, high), (high, low)):
            [move] = events.from_scores([before, after])
            assert words.turned(move.facts["turns"]).count("→" if language == "en" else "变") >= 3


def test_newest_first_puts_what_happened_above_the_class_the_day_began_with() -> None:
    day = D(2018, 5, 3)
    mixed = [events.Event(day, kind, kind) for kind in ("class", "order", "tag")] + [
        events.Event(D(2018, 6, 1), "order", "x")
    ]
    assert events.newest_first(mixed)[0].template == "x"
    assert events.newest_first(mixed)[-1].kind == "class"
    assert [month for month, _ in events.by_month(events.newest_first(mixed))] == [D(2018, 6, 1), D(2018, 5, 1)]
