"""What commands take on the command line."""

from django.core.management.base import CommandError

from communities import queries
from communities.models import Community


def community(text: str | None) -> Community | None:
    """The community of a --community argument: its code or its name. CommandError names those that there are."""
    if text is None:
        return None
    found = queries.called(text)
    if found is None:
        known = ", ".join(f"{place.code} ({place.name})" for place in Community.objects.all()) or "none yet"
        raise CommandError(f"There is no community {text}. Known: {known}", returncode=2)
    return found
