"""A notice as its reader is told it, in the reader's language."""

from typing import Any

from django.utils.translation import gettext

from communities.models import Notice
from communities.notices.rules import filled
from opsdesk.lib import figures


def told(notice: Notice) -> str:
    return filled(gettext(notice.text), {name: _shown(value) for name, value in notice.params.items()})


def _shown(value: Any) -> Any:
    return figures.count(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
