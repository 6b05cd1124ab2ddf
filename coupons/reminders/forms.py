from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.reminders import rules
from coupons.reminders.models import ReminderScript
from coupons.strategies.rules import PLACES, unknown_places
from opsdesk.lib import phones


class ScriptForm(forms.Form):
    """The one text of all reminders, and what sends it."""

    text = forms.CharField(
        label=_("Script"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Places to fill: {name} the customer, {coupon} the coupon’s name, {ends} its last day."),
    )
    channel = forms.ChoiceField(
        label=_("Sent by"),
        choices=ReminderScript.Way.choices,
        help_text=_(
            "The station’s staff say it in any case. With staff only, nobody tells customers without a station."
        ),
    )
    note = forms.CharField(label=_("Why"), max_length=200, required=False)

    def clean_text(self) -> str:
        text = phones.mask_within(self.cleaned_data["text"].strip())
        if unknown := unknown_places(text):
            raise forms.ValidationError(
                _("%(unknown)s means nothing here; there are %(places)s."),
                params={"unknown": ", ".join(unknown), "places": ", ".join(PLACES)},
            )
        return text


class DoneForm(forms.Form):
    """How it went at the door."""

    said = forms.ChoiceField(choices=[(code, _(word)) for code, word in rules.SAID.items()])
