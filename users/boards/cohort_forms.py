"""A week's acquisition budget as it is typed."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opsdesk.lib import money
from opsdesk.lib.badvalue import BadValue


class BudgetForm(forms.Form):
    """Yuan in, fen out; empty is None: nothing is known."""

    fen = forms.CharField(
        label=gettext_lazy("Acquisition budget of the week"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, data: object = None, initial: dict[str, int | None] | None = None) -> None:
        fen = (initial or {}).get("fen")
        text = "" if fen is None else money.yuan(fen).removesuffix(".00")
        super().__init__(data, initial={"fen": text}, use_required_attribute=False)  # type: ignore[arg-type]

    def clean_fen(self) -> int | None:
        text = self.cleaned_data["fen"]
        try:
            amount = money.read(text)
        except BadValue:
            raise forms.ValidationError(_("This is not an amount in yuan; for example 3200.")) from None
        if amount is not None and amount.fen < 0:
            raise forms.ValidationError(_("An amount is not negative."))
        return None if amount is None else amount.fen
