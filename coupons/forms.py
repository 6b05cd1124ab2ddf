"""Fields that more than one form of this app needs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from opsdesk.lib import money
from opsdesk.lib.badvalue import BadValue


class MoneyField(forms.CharField):
    """Yuan as people write them, kept as fen: 49, 4.90, ¥1,200. Empty is None."""

    default_error_messages = {
        "amount": _("“%(text)s” is not an amount in yuan; for example 12.50."),
        "too_large": _("More than ten million yuan."),
        "half_fen": _("There is no smaller coin than a fen: at most two decimals."),
        "negative": _("An amount is not negative."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return money.yuan(value).removesuffix(".00") if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        try:
            amount = money.read(text)
        except BadValue as bad:
            code = "too_large" if bad.code == "amount_too_large" else "amount"
            raise ValidationError(self.error_messages[code], code=code, params={"text": text}) from bad
        if amount is None:
            return None
        if amount.rounded or amount.fen < 0:
            code = "half_fen" if amount.rounded else "negative"
            raise ValidationError(self.error_messages[code], code=code)
        return amount.fen

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Lengths are of the text, which is gone by now."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def offer(field: forms.Field, found: QuerySet[Any], nothing: Any) -> None:
    """What a select of an optional thing leads to, and what it says while nothing is chosen."""
    field.queryset, field.empty_label = found, nothing  # type: ignore[attr-defined]
