from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.cuesheets import rules
from opsdesk.lib import phones

_AHEAD = timedelta(days=31)


class ScriptForm(forms.Form):
    """The words of one kind of cue."""

    kind = forms.ChoiceField(choices=[(kind, _(label)) for kind, label in rules.KINDS.items()])
    text = forms.CharField(
        label=_("What to say"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_text(self) -> str:
        text = phones.mask_within(self.cleaned_data["text"].strip())
        if unknown := rules.unknown_places(text):
            raise forms.ValidationError(
                _("%(unknown)s means nothing here; there are %(places)s."),
                params={"unknown": ", ".join(unknown), "places": ", ".join(rules.PLACES)},
            )
        return text


class DrawForm(forms.Form):
    """Which day of delivery is drawn up again, for all stations or for one."""

    day = forms.DateField()
    station = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < self.today:
            raise forms.ValidationError(_("What was delivered is not drawn up again."))
        if day > self.today + _AHEAD:
            raise forms.ValidationError(_("Nothing is delivered so far ahead."))
        return day


class TickForm(forms.Form):
    """One press of a button of a card, without scripts."""

    uuid = forms.UUIDField()
    what = forms.ChoiceField(choices=[(what, _(label)) for what, label in rules.TICKS.items()])
    on = forms.TypedChoiceField(choices=[("1", "1"), ("0", "0")], coerce=lambda value: value == "1")
