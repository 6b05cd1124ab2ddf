"""What is drawn from a board that is kept can be kept with it."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from opsdesk.lib import revisions
from opsdesk.lib.revisions import Revision

T = TypeVar("T")


def drawn(request: HttpRequest, revision: Revision | None, of: Hashable, draw: Callable[[], T]) -> T:
    """What `draw` answers for this address, language and day at a revision of the roll-ups (None: it is not kept).
    `of`: whatever else it is drawn from: places in sight, rights. As with revisions.kept it may ask watched tables
    only, and nobody may change it."""
    if revision is None:
        return draw()
    key = of, request.get_full_path(), get_language(), timezone.localdate()
    return revisions.kept(revision, key, draw)
