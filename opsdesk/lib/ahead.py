"""Work ahead: the next item is made by a thread while the last one is used."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

Item = TypeVar("Item")


def made_ahead(items: Generator[Item, Any, Any]) -> Iterator[Item]:
    """The same items, one ahead at most. What making them raises is raised here; they must not use the database."""
    with closing(items), ThreadPoolExecutor(1, "ahead") as worker:
        coming = worker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, items, None)
            yield item
