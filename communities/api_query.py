"""The words of an address, read and described by one serializer each; a word that nobody knows is refused."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from opsdesk.lib.paging import BIGGEST


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
        unknown = set(self.initial_data) - set(self.fields) - self.also
        if unknown:
            raise serializers.ValidationError({word: [_("This word is not known here.")] for word in sorted(unknown)})
        return attrs


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
