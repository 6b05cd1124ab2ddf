"""Spend as it is typed, pasted or sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsdesk.lib.unreadable import UnreadableFile
from users.acquisition import spend_reading as reading
from users.acquisition.spend_rules import Row


class SheetForm(forms.Form):
    """Pasted text or a file; `rows` are what it holds."""

    text = forms.CharField(
        label=_("Paste from a spreadsheet"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(label=_("or choose a file"), required=False, help_text=_("CSV or XLSX"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            data["rows"] = self._rows(data)
        except UnreadableFile as error:
            raise forms.ValidationError(gettext(error.message) % error.params) from None
        if not any(any(cell.strip() for cell in cells) for _line, cells in data["rows"]):
            raise forms.ValidationError(gettext("Paste some cells or choose a file first."))
        return data

    @staticmethod
    def _rows(data: dict[str, Any]) -> list[Row]:
        if data.get("file"):
            return reading.of_file(data["file"])
        return reading.of_text(data.get("text") or "")
