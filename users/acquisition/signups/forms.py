"""What people choose about a file of registrations or referrals."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsdesk.lib.moments import DAY_ORDERS
from users.acquisition.models import SignupImport
from users.acquisition.signups import rules

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.gz"
_ORDERS = {"": _("as they stand"), "dmy": _("day first (1/3 is 1 March)"), "mdy": _("month first (1/3 is 3 January)")}


class UploadForm(forms.Form):
    file = forms.FileField(label=_("Registrations or referrals"), widget=forms.FileInput(attrs={"accept": ACCEPTED}))
    kind = forms.ChoiceField(
        label=_("What it holds"), required=False,
        choices=[("", _("found by its columns")), *SignupImport.Kind.choices],
    )  # fmt: skip


class ColumnsForm(forms.Form):
    """Which column holds which field; made for one file."""

    day_order = forms.ChoiceField(label=_("Dates"), required=False, choices=list(_ORDERS.items()))

    def __init__(self, data: Any, kind: str, headers: list[str], initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial)
        self.kind = kind
        choices = [("", "–"), *((header, header) for header in headers if header)]
        for key in rules.NAMES[kind]:
            needed = key in rules.NEEDED[kind]
            self.fields[f"column_{key}"] = forms.ChoiceField(
                label=gettext(rules.LABELS[key]), choices=choices, required=needed, initial=initial.get(key, "")
            )
        self.order_fields([f"column_{key}" for key in rules.NAMES[kind]])
        assert set(_ORDERS) == {"", *DAY_ORDERS}

    def clean(self) -> dict[str, Any]:
        chosen = list(self.columns().values())
        if twice := sorted({header for header in chosen if chosen.count(header) > 1}):
            names = ", ".join(twice)
            raise forms.ValidationError(gettext("One column cannot hold two things: %(names)s") % {"names": names})
        return self.cleaned_data

    def columns(self) -> dict[str, str]:
        told = {key: self.cleaned_data.get(f"column_{key}", "") for key in rules.NAMES[self.kind]}
        return {key: header for key, header in told.items() if header}
