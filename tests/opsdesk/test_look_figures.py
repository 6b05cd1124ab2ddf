from decimal import Decimal

import pytest

from opsdesk.lib import figures, names


@pytest.mark.parametrize(
    ("fen", "places", "shown"),
    [
        (123450, 2, "¥1,234.50"),
        (0, 2, "¥0.00"),
        (-990, 2, "−¥9.90"),
        (123450, 0, "¥1,235"),
        (123449, 0, "¥1,234"),
        (-50, 0, "−¥1"),
        (-49, 0, "¥0"),
        (100_000_000_000_000_01, 2, "¥100,000,000,000,000.01"),
        (None, 2, "–"),
    ],
)
def test_fen_are_shown_as_yuan(fen: int | None, places: int, shown: str) -> None:
    assert figures.yuan(fen, places) == shown


@pytest.mark.parametrize(
    ("ratio", "places", "shown"),
    [
        (0.457, 1, "45.7%"),
        (Decimal("0.4565"), 1, "45.7%"),
        (1, 0, "100%"),
        (-0.004, 1, "−0.4%"),
        (0.0004, 1, "0.0%"),
        (None, 1, "–"),
    ],
)
def test_a_ratio_is_shown_in_percent(ratio: figures.Number | None, places: int, shown: str) -> None:
    assert figures.percent(ratio, places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(26, "+26"), (-91, "−91"), (0, "0"), (-0.2, "0"), (0.4, "0"), (1_000_000, "+1,000,000"), (None, "–")],
)
def test_a_change_carries_its_sign_and_zero_has_none(value: figures.Number | None, shown: str) -> None:
    assert figures.signed(value) == shown


@pytest.mark.parametrize(("part", "whole", "share"), [(1, 4, 0.25), (5, 4, 1.0), (-1, 4, 0.0), (0, 0, 0.0)])
def test_a_share_for_drawing_stays_between_none_and_all(part: int, whole: int, share: float) -> None:
    assert figures.ratio(part, whole) == share


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("李小明", "李**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("买买提·艾力江", "买**"),
        ("Zhang Wei", "Zhang *"),
        (" 王 ", "王"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_surname_only(name: str, masked: str) -> None:
    assert names.mask(name) == masked
