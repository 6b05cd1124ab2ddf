from django import forms
from django.utils.translation import gettext_lazy as _


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class StoryForm(forms.Form):
    story = forms.CharField(
        label=_("What they do differently"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Ask the station; the numbers say where to ask. The library finds the card by these words."),
    )  # fmt: skip


class ShareForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=80)
    text = forms.CharField(
        label=_("What to do from now on"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6})
    )  # fmt: skip
    due_on = forms.DateField(label=_("To be read by"), widget=Day, required=False)
