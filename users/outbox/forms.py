from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from users.outbox.models import Message


class OutboxForm(forms.Form):
    """Which messages are wanted; every field may stay empty."""

    state = forms.ChoiceField(label=_("State"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["state"].choices = [("", gettext("any state")), *Message.State.choices]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [("", gettext("any channel")), *Message.Channel.choices]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, str]:
        """The words that can be read; the others are no condition."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class HandOffForm(forms.Form):
    channel = forms.ChoiceField(label=_("Channel"), choices=Message.Channel.choices)
    reason = forms.CharField(
        label=_("What for"), max_length=200, help_text=_("Whole phones leave the house: this stands in the log.")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("How do you know"), max_length=200)
