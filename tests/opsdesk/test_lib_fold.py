"""Long tables show the first rows until all are asked for."""

import pytest

from opsdesk.lib.fold import FIRST, folded


@pytest.mark.parametrize(
    ("count", "query", "shown", "told"),
    [
        (FIRST, {}, FIRST, 0),
        (FIRST + 1, {}, FIRST, FIRST + 1),
        (FIRST + 1, {"all": "1"}, FIRST + 1, 0),
        (FIRST + 1, {"all": "x"}, FIRST, FIRST + 1),
        (0, {}, 0, 0),
    ],
)
def test_rows_are_folded_from_one_more_than_fit(count: int, query: dict[str, str], shown: int, told: int) -> None:
    rows, in_all = folded(range(count), query)
    assert (list(rows), in_all) == (list(range(shown)), told)
