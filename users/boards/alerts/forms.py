"""What is typed about an alert."""

from django import forms
from django.utils.translation import gettext_lazy as _

WEEKS = ("1", "2", "4")


class SnoozeForm(forms.Form):
    weeks = forms.ChoiceField(choices=[(n, n) for n in WEEKS])


class VerdictForm(forms.Form):
    """Why it is closed; it stays with the alert and in the log."""

    verdict = forms.CharField(
        label=_("What came of it"), max_length=200,
        help_text=_("Whoever meets the next alert here reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
