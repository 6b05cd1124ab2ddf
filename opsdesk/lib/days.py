"""Days as people read them, in their language."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from opsdesk.lib import figures


def day(value: date | datetime | None) -> str:
    """Month and day, and the year when it is not this one. Form and order follow the language."""
    if value is None:
        return figures.NOTHING
    local = local_date(value)
    this_year = local.year == timezone.localdate().year
    # Translators: how a day of this year is written, in Django's date letters
    form = gettext("j M") if this_year else gettext("j M Y")
    return date_format(local, form)


def week(value: date) -> str:
    """The ISO week: W47."""
    return f"W{value.isocalendar().week:02d}"


def local_date(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value
