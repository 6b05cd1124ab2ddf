"""The audience of a batch in the fields of the customer list. Words typed beside them win over the fields."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from communities.access import Desk
from users.directory import filters
from users.directory import queries as directory
from users.directory.forms import FilterForm

WAS = "audience_was"  # the words that the page was drawn with


def context(words: str, desk: Desk) -> dict[str, Any]:
    """What the fields are drawn from; `carried`: conditions that no field shows, or whose value none offers."""
    wanted = filters.from_text(words)
    fields = FilterForm(
        wanted,
        stations=[(station.pk, station.name) for station in directory.stations(desk.scope)],
        tags=[(tag.pk, tag.name) for tag in directory.tags()],
        channels=directory.channels(),
    )
    offered = {word: {str(code) for code, _label in fields.fields[word].choices} for word in ("station", "channel")}  # type: ignore[attr-defined]
    offered |= {"community": {place.code for place in desk.communities}, "q": set()}
    carried = [
        (word, text)
        for word, text in wanted.pairs()
        if (text not in offered[word] if word in offered else (word, text) in fields.carried)
    ]
    return {"fields": fields, "carried": carried, "community": wanted.community}


def meant(data: QueryDict) -> str:
    """The words of a form as it was sent: those typed, where they are not the ones it was drawn with or could not be
    read then; else what the fields say, readable or not."""
    typed, was = data.get("audience", ""), data.get(WAS)
    if was is None or is_typed(data) or filters.from_text(was).unread:
        return typed
    said = filters.from_query(data)
    if not said.unread:
        return said.to_query()
    return urlencode([(word, text) for word in filters.READERS for text in data.getlist(word) if text.strip()])


def is_typed(data: QueryDict) -> bool:
    return data.get("audience", "") != data.get(WAS, "")


def read(data: QueryDict) -> QueryDict:
    """The same form with its audience in words."""
    told = data.copy()
    told["audience"] = meant(data)
    return told
