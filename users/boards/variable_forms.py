"""Variables as they are made, and their values as they are typed or sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsdesk.lib.badvalue import BadValue
from users.boards.spend_forms import SheetForm
from users.retention import variable_rules as rules
from users.retention.models import Variable

__all__ = ["SheetForm", "ValueForm", "VariableForm"]


class VariableForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name that was retired may be taken up again."""

    class Meta:
        model = Variable
        fields = ["name", "unit"]
        labels = {"name": _("Name of the variable"), "unit": _("Unit")}

    def validate_unique(self) -> None:
        if Variable.objects.filter(name=self.cleaned_data.get("name"), retired_at=None).exists():
            self.add_error("name", gettext("There is a variable of this name already."))


class ValueForm(forms.Form):
    """One cell; empty is None: nothing is known."""

    value = forms.CharField(
        label=_("Value of the week"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_value(self) -> Any:
        text = self.cleaned_data["value"]
        if not text:
            return None
        try:
            return rules.value_of(text)
        except BadValue as bad:
            raise forms.ValidationError(gettext(rules.REASONS[bad.code])) from None
