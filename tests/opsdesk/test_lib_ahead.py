"""Items made ahead by a thread are the same items."""

import threading
from collections.abc import Iterator

import pytest

from opsdesk.lib.ahead import made_ahead


def counting(made: list[int], broken_at: int = 99) -> Iterator[int]:
    try:
        for n in range(5):
            if n == broken_at:
                raise ValueError("a bad cell")
            made.append(n)
            yield n
    finally:
        made.append(-1)


def test_the_same_items_in_the_same_order_by_another_thread():
    threads = set()

    def items() -> Iterator[int]:
        for n in range(5):
            threads.add(threading.get_ident())
            yield n

    assert list(made_ahead(items())) == [0, 1, 2, 3, 4]
    assert threading.get_ident() not in threads


def test_never_more_than_one_ahead():
    made: list[int] = []
    for used, _item in enumerate(made_ahead(counting(made)), start=1):
        assert len(made) <= used + 2, "one that waits, one that is being made or the end"


def test_what_goes_wrong_in_the_making_is_raised_where_the_items_are_used():
    taken = []
    with pytest.raises(ValueError, match="a bad cell"):
        for item in made_ahead(counting([], broken_at=3)):
            taken.append(item)
    assert taken == [0, 1, 2]


def test_who_stops_early_closes_the_source():
    made: list[int] = []
    ahead = made_ahead(counting(made))
    assert next(ahead) == 0
    ahead.close()
    assert made[-1] == -1
