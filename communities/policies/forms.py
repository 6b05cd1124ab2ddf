"""One threshold as people type it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communities.policies.rules import BadValue, Policy
from communities.templatetags.policies import CHOICES


class ValueForm(forms.Form):
    """`value` is cleaned to what is kept; `version` is the rule version that the typist saw."""

    value = forms.CharField(label=_("New value"), required=False, max_length=100)
    note = forms.CharField(label=_("Why"), required=False, max_length=200, help_text=_("Stands in the history."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, policy: Policy, current: Any = None, version: int = 0) -> None:
        super().__init__(data, initial={"value": policy.written(current), "version": version})
        self.policy = policy
        self.fields["value"].required = policy.default is not None
        if policy.choices:
            self.fields["value"].widget = forms.Select(
                choices=[(word, gettext(CHOICES[word])) for word in policy.choices]
            )
        elif policy.is_flag:
            self.fields["value"].widget = forms.Select(choices=[("True", gettext("yes")), ("False", gettext("no"))])
        else:
            self.fields["value"].help_text = _hint(policy)

    def clean_value(self) -> Any:
        try:
            return self.policy.parse(self.cleaned_data["value"])
        except BadValue as problem:
            raise ValidationError(gettext(problem.message) % _translated(problem.params)) from problem


def _hint(policy: Policy) -> str:
    """Unit and bounds, as the field takes them."""
    unit = gettext("in %(unit)s") % {"unit": gettext(policy.unit)} if policy.unit else ""
    if policy.low is None:
        return " · ".join(part for part in (unit, gettext("four rising numbers, for example 10 20 30 40")) if part)
    bounds = {"low": policy.written(policy.low), "high": policy.written(policy.high)}
    return " · ".join(part for part in (unit, gettext("%(low)s to %(high)s") % bounds) if part)


def _translated(params: dict[str, Any]) -> dict[str, Any]:
    return {key: gettext(value) if key == "choices" and value else value for key, value in params.items()}
