"""The state of the roll-ups that numbers were read from, and a memory of what was read from it: it holds as long as
nothing is written to them. Every statement that writes to a watched table leaves a row in `revision`; a trigger sees
to that, so that no writer can forget it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar, cast

from opsdesk.lib import sql

MOST: Final = 128  # results that a process keeps

T = TypeVar("T")
Revision = tuple[int, int]

# How many statements, and the newest. The newest alone would not do: of two writers the one whose number is lower may
# be done last.
_NOW = "SELECT count(*), COALESCE(max(id), 0) FROM revision"
_WATCHED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'tell_revision'::regproc"
# One row newer than all of them takes their place: no count is told twice beside the same newest.
_FORGET = "WITH gone AS (DELETE FROM revision RETURNING id) INSERT INTO revision SELECT nextval('revision_id_seq')"

_results: OrderedDict[Hashable, tuple[Revision, Any]] = OrderedDict()
_lock = threading.Lock()


def now() -> Revision:
    """To be read before what is kept under it."""
    [found] = sql.rows(_NOW)
    return found[0], found[1]


def kept(revision: Revision, key: Hashable, read: Callable[[], T]) -> T:
    """What `read` answers, or what it answered before for this key at this revision. It must read watched tables only,
    and nobody may change what it answers."""
    with _lock:
        known = _results.get(key)
        if known and known[0] == revision:
            _results.move_to_end(key)
            return cast(T, known[1])
    found = read()
    with _lock:
        _results[key] = (revision, found)
        _results.move_to_end(key)
        if len(_results) > MOST:
            _results.popitem(last=False)
    return found


def watched() -> set[str]:
    """The tables whose writers leave a row."""
    return {name for (name,) in sql.rows(_WATCHED)}


def forget() -> None:
    """Let the rows go: counting them is to stay quick."""
    sql.run(_FORGET)
