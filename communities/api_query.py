"""The words of an address, read and described by one serializer each; a word that nobody knows is refused."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers


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
