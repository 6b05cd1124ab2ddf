"""Work ahead: the next results are worked out by threads while the last one is used."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")
AT_ONCE = 2


def mapped(make: Callable[[Item], Made], items: Generator[Item, Any, Any]) -> Iterator[Made]:
    """make(item) of each item, in their order, AT_ONCE being made while earlier ones are used; the items themselves
    are taken by whoever uses the results. What making raises is raised here; `make` must not use the database."""
    with closing(items), ThreadPoolExecutor(AT_ONCE, "ahead") as workers:
        coming: deque[Future[Made]] = deque()
        for item in items:
            coming.append(workers.submit(make, item))
            if len(coming) > AT_ONCE:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
