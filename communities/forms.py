"""Fields that more than one form of this app needs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communities.places.rules import listed


class ListField(forms.CharField):
    """A list of short texts, typed one a line or set apart by commas of either kind."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        self.longest = longest
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        names = listed(super().clean(value))
        for name in names:
            if len(name) > self.longest:
                message = _("“%(name)s” is longer than %(longest)s signs.")
                raise ValidationError(message, params={"name": name, "longest": self.longest})
        return names

    def has_changed(self, initial: Any, data: Any) -> bool:
        return listed(data or "") != list(initial or [])


class DayInput(forms.DateInput):
    """The browser's own date picker, fed the one form it reads."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")
