"""The words of an address or a body, read and described by one serializer each; one that nobody knows is refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from opsdesk.lib.paging import BIGGEST


def refuse_others(words: Iterable[str], known: Iterable[str]) -> None:
    """Raises ValidationError with each of the words that is not known."""
    if unknown := set(words) - set(known):
        raise serializers.ValidationError({word: [_("This word is not known here.")] for word in sorted(unknown)})


class QuerySerializer(serializers.Serializer[Any]):
    """Subclass it with a field a word. `also`: words that are known here and read elsewhere.

    An unknown word is refused: a mistyped filter would otherwise answer with everybody.
    """

    also: frozenset[str] = frozenset()

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """The values by word. Raises ValidationError with every word that cannot be used, and why."""
        asked = cls(data=query)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_others(self.initial_data, self.fields.keys() | self.also)
        return attrs


class BodySerializer(serializers.Serializer[Any]):
    # Subclass it with a field a word of what is sent; as it is, it reads a body that says nothing. An unknown word is
    # refused, in every part of the body: a mistyped one would otherwise be done without.
    # (No docstring: the schema would tell it of every body that has none of its own.)

    @classmethod
    def read(cls, body: Any, **context: Any) -> dict[str, Any]:
        """The values by word. Raises ValidationError with every word that cannot be used, and why."""
        asked = cls(data=body, context=context)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        return values

    def to_internal_value(self, data: Any) -> Any:
        """Not in `validate`: the parts of a body have no initial data of their own."""
        if isinstance(data, Mapping):
            # A form writes the parts of a list as lines[0]amount.
            refuse_others((str(word).partition("[")[0] for word in data), self.fields)
        return super().to_internal_value(data)


def community_word() -> serializers.CharField:
    """`ScopedView.place` says which one was asked for."""
    return serializers.CharField(
        required=False, max_length=32, help_text=gettext_lazy("a community's code; all in reach unless told")
    )


def after_word() -> serializers.IntegerField:
    """Of a list in the order of its ids; `page_of` reads a page."""
    return serializers.IntegerField(
        default=0, min_value=0, max_value=BIGGEST, help_text=gettext_lazy("the id after which this page begins")
    )


def cursor_word() -> serializers.CharField:
    """Of a list in any other order; opsdesk.lib.paging reads a page."""
    return serializers.CharField(
        required=False, max_length=200, help_text=gettext_lazy("next_after of the page before")
    )


def limit_word(default: int = 100, most: int = 500) -> serializers.IntegerField:
    return serializers.IntegerField(
        default=default, min_value=1, max_value=most, help_text=gettext_lazy("how many on a page")
    )


def page_of(rows: QuerySet[Any], asked: dict[str, Any]) -> tuple[list[Any], int | None]:
    """The page asked for, and the `after` of the next (None on the last). One query, limit + 1 rows."""
    limit = asked["limit"]
    found = list(rows.filter(pk__gt=asked["after"]).order_by("pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
