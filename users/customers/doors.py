"""Addresses of a whole table: every distinct one is parsed once (pure)."""

import pandas as pd

from users.customers import addresses
from users.customers.addresses import Book

COLUMNS = ["community", "building", "unit", "room", "rest", "key"]


def of(texts: pd.Series, communities: pd.Series, book: Book) -> pd.DataFrame:
    """COLUMNS for each row, on the index of `texts`. `communities`: what the export says ("" where it says nothing).

    `community` is the one named in the address (None when none is), `key` is addresses.normalised.
    """
    pairs = pd.DataFrame({"text": texts.astype(object), "community": communities.astype(object)})
    distinct = pairs.drop_duplicates()
    found = [_row(text, community, book) for text, community in distinct.itertuples(index=False)]
    table = pd.concat([distinct.reset_index(drop=True), pd.DataFrame(found, columns=COLUMNS).add_prefix("_")], axis=1)
    joined = pairs.merge(table, how="left", on=["text", "community"])
    answer = joined[[f"_{name}" for name in COLUMNS]].set_axis(COLUMNS, axis=1)
    return answer.set_axis(texts.index, axis=0)


def _row(text: str, community: str, book: Book) -> tuple[str | None, ...]:
    address = book.parse(text, community or None)
    return (*address, addresses.normalised(address, community))
