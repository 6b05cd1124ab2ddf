from datetime import date, timedelta

from django import template
from django.utils.translation import gettext

from communities.models import Notice
from communities.notices import rules, words
from opsdesk.lib import days

register = template.Library()


@register.filter
def told(notice: Notice) -> str:
    return words.told(notice)


@register.filter
def place_apart(notice: Notice) -> str:
    """The community's name, "" where the words name it already."""
    name = notice.community.name if notice.community else ""
    return "" if name in told(notice) else name


@register.filter
def bell_count(unread: int) -> str:
    return f"{rules.MOST_COUNTED}+" if unread > rules.MOST_COUNTED else str(unread)


@register.filter
def day_heading(day: date, today: date) -> str:
    """Today, Yesterday, else the day: what stands over the lines of a list."""
    if day == today:
        return gettext("Today")
    return gettext("Yesterday") if day == today - timedelta(days=1) else days.day(day)
