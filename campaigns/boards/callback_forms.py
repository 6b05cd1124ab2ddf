from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.cases.callbacks import TRIES, Answer
from campaigns.cases.rules import ANSWERS, CAUSES


class AnswerForm(forms.Form):
    """One call. `outcome`: done with the questionnaire, else missed, refused or dnc. `tries`: as the page was drawn."""

    outcome = forms.ChoiceField(choices=[(code, code) for code in ("done", "missed", "refused", "dnc")])
    tries = forms.IntegerField(min_value=0, max_value=TRIES)
    came_back = forms.ChoiceField(
        label=_("Would you buy again?"), choices=[(code, _(word)) for code, word in ANSWERS.items()], required=False
    )
    cause = forms.ChoiceField(
        label=_("What was it?"), choices=[("", ""), *((code, _(word)) for code, word in CAUSES.items())], required=False
    )
    words = forms.CharField(label=_("In their own words"), max_length=500, required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("outcome") == "done" and not self.cleaned_data.get("came_back"):
            self.add_error("came_back", _("Ask whether they would buy again: that is what the call is for."))

    def answer(self) -> Answer:
        said = self.cleaned_data
        state = "refused" if said["outcome"] == "dnc" else said["outcome"]
        return Answer(state, said["came_back"], said["cause"], said["words"])
