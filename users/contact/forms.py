from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from users.contact.models import WishChange
from users.contact.rules import CHANNELS

ALLOWED = {"yes": True, "no": False, "nothing": None}


class WishForm(forms.Form):
    """One button of the contact section: what about, and whether it is allowed."""

    subject = forms.ChoiceField(choices=WishChange.Subject.choices)
    channel = forms.ChoiceField(choices=[(code, code) for code in CHANNELS], required=False)
    allowed = forms.ChoiceField(choices=[(word, word) for word in ALLOWED])

    def clean_allowed(self) -> bool | None:
        return ALLOWED[self.cleaned_data["allowed"]]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("channel")) != (data.get("subject") == WishChange.Subject.CHANNEL):
            raise forms.ValidationError(_("Name a channel where a channel is meant."))
        return data


class LedgerForm(forms.Form):
    """Which lines of the ledger are wanted; every field may stay empty."""

    subject = forms.ChoiceField(label=_("About"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        channels = [(code, gettext(label)) for code, label in CHANNELS.items()]
        self.fields["subject"].choices = [("", gettext("everything")), *WishChange.Subject.choices]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [("", gettext("any channel")), *channels]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, str]:
        """The words that can be read; the others are no condition."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class OptOutsForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX with the columns phone, channel, allowed"))
