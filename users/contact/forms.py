from typing import Any

from django import forms
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
