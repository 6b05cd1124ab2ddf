"""When a strategy is due, what its message says, what two versions say differently."""

import datetime as dt

import pytest

from coupons.strategies import rules

MONDAY = dt.date(2018, 5, 7)
SAID = {
    "audience": "lifecycle=silent", "goal": "召回", "coupon_id": 3, "message": "", "rhythm": "weekly", "weekday": 0,
    "send_time": dt.time(10, 30), "every_days": 14,
}  # fmt: skip


@pytest.mark.parametrize(
    ("rhythm", "weekday", "day", "is_due"),
    [
        ("hand", None, MONDAY, False),
        ("daily", None, MONDAY, True),
        ("daily", None, dt.date(2018, 5, 12), True),
        ("weekly", 0, MONDAY, True),
        ("weekly", 0, dt.date(2018, 5, 8), False),
        ("weekly", 6, dt.date(2018, 5, 13), True),
    ],
)
def test_a_strategy_is_due_by_its_rhythm(rhythm: str, weekday: int | None, day: dt.date, is_due: bool) -> None:
    assert rules.due(rhythm, weekday, day) is is_due


@pytest.mark.parametrize(
    ("rhythm", "weekday", "day"),
    [("hand", None, None), ("daily", None, dt.date(2018, 5, 8)), ("weekly", 0, dt.date(2018, 5, 14)),
     ("weekly", 1, dt.date(2018, 5, 8))],
)  # fmt: skip
def test_the_next_day_is_a_later_one(rhythm: str, weekday: int | None, day: dt.date | None) -> None:
    assert rules.next_due(rhythm, weekday, MONDAY) == day


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"message": None}, []),
        ({"goal": "召回", "every_days": 14}, []),
        ({"weekday": None}, [("weekday", 0, None)]),
        ({"every_days": 7, "goal": "唤醒"}, [("goal", "召回", "唤醒"), ("every_days", 14, 7)]),
        ({"coupon_id": None}, [("coupon_id", 3, None)]),
        ({"note": "other words"}, []),
    ],
)
def test_versions_differ_in_what_they_say_and_in_nothing_else(changes: dict, told: list) -> None:
    assert [tuple(one) for one in rules.differences(SAID, SAID | changes)] == told


@pytest.mark.parametrize(
    ("send_time", "hour", "expected"),
    [(None, 2, None), (dt.time(10, 30), 2, (10, 30)), (dt.time(10, 30), 11, None)],
)
def test_a_batch_is_sent_at_its_hour_unless_that_is_past(send_time, hour: int, expected) -> None:
    at = dt.datetime(2018, 5, 7, hour, tzinfo=dt.UTC)
    found = rules.send_at(send_time, at)
    assert (found and (found.hour, found.minute)) == expected
    assert found is None or found.date() == at.date()


def test_a_message_is_filled_and_what_means_nothing_is_named() -> None:
    text = "{name}您好，{coupon}到{ends}止"
    assert rules.filled(text, name="王女士", coupon="满49减12", ends="12月3日") == "王女士您好，满49减12到12月3日止"
    assert rules.unknown_places(text) == []
    assert rules.unknown_places("{name} {nmae} {") == ["{nmae}", "{}"]


@pytest.mark.parametrize(("length", "texts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_long_messages_are_billed_in_parts(length: int, texts: int) -> None:
    assert rules.texts("字" * length) == texts


def test_a_schedule_needs_a_rhythm_a_coupon_and_a_budget() -> None:
    assert rules.missing({"coupon_id": 1, "budget_id": 2, "rhythm": "daily"}) == []
    assert rules.missing({"rhythm": "hand"}) == ["coupon_id", "budget_id", "rhythm"]
