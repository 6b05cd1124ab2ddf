"""What threads make ahead is what would have been made one by one."""

import threading
import time
from collections.abc import Generator

import pytest

from opsdesk.lib.ahead import AT_ONCE, mapped


def counting(taken: list[int]) -> Generator[int, None, None]:
    try:
        for n in range(6):
            taken.append(n)
            yield n
    finally:
        taken.append(-1)


def test_results_come_in_the_order_of_the_items_whichever_is_made_first() -> None:
    def slow_at_first(n: int) -> int:
        time.sleep(0.02 if n == 0 else 0)
        return n * n

    assert list(mapped(slow_at_first, counting([]))) == [0, 1, 4, 9, 16, 25]


def test_results_are_made_by_other_threads_several_at_once() -> None:
    both_here = threading.Barrier(AT_ONCE, timeout=10)

    def meet(n: int) -> int:
        both_here.wait()
        return threading.get_ident()

    assert threading.get_ident() not in set(mapped(meet, counting([])))


def test_never_more_ahead_than_are_made_at_once() -> None:
    taken: list[int] = []
    for used, _made in enumerate(mapped(str, counting(taken)), start=1):
        assert len(taken) <= used + AT_ONCE + 1, "those in the making, and the end"


def test_what_goes_wrong_in_the_making_is_raised_where_the_results_are_used() -> None:
    def break_at_three(n: int) -> int:
        if n == 3:
            raise ValueError("a bad cell")
        return n

    made, taken = [], list[int]()
    with pytest.raises(ValueError, match="a bad cell"):
        for one in mapped(break_at_three, counting(taken)):
            made.append(one)
    assert made == [0, 1, 2]
    assert taken[-1] == -1, "the source is closed"


def test_who_stops_early_closes_the_source() -> None:
    taken: list[int] = []
    ahead = mapped(str, counting(taken))
    assert next(ahead) == "0"
    ahead.close()  # type: ignore[attr-defined]
    assert taken[-1] == -1
