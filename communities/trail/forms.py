"""Which lines of the log are wanted."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communities.forms import DayInput
from communities.models import StaffMember
from communities.trail.queries import Asked
from communities.trail.words import THINGS, VERBS


class FilterForm(forms.Form):
    """Every field may stay empty; a day that cannot be read is no condition, and says so beside it."""

    staff = forms.ModelChoiceField(StaffMember.objects.all(), label=_("Who"), required=False, empty_label=_("anybody"))
    verb = forms.ChoiceField(label=_("Did"), required=False)
    thing = forms.ChoiceField(label=_("What"), required=False)
    thing_id = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["verb"].choices = [("", gettext("anything")), *_sorted(VERBS)]  # type: ignore[attr-defined]
        self.fields["thing"].choices = [("", gettext("everything")), *_sorted(THINGS)]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        self.is_valid()
        return Asked(**{name: value for name, value in self.cleaned_data.items() if value})


def _sorted(words: dict[str, str]) -> list[tuple[str, str]]:
    """Choices by the word that the reader sees."""
    return sorted(((key, gettext(word)) for key, word in words.items()), key=lambda choice: choice[1])
