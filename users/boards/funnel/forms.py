"""What is done at a stage, as it is typed."""

import re

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_PATH = re.compile(r"/(?![/\\])[^\s\\]*")  # of this desk; "//elsewhere" and "/\\elsewhere" are other sites


class ActionForm(forms.Form):
    action = forms.CharField(
        label=_("Standard action"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("what is done for everybody who stands before this stage"),
    )  # fmt: skip
    owner = forms.CharField(label=_("Owner"), max_length=80, required=False, help_text=_("who sees to it"))
    href = forms.CharField(
        label=_("Page where it is done"),
        max_length=200,
        required=False,
        help_text=_("an address of this desk, as /strategies/"),
    )

    def clean_href(self) -> str:
        path: str = self.cleaned_data["href"]
        if path and not _PATH.fullmatch(path):
            raise forms.ValidationError(gettext("Write an address of this desk; it begins with one slash."))
        return path
