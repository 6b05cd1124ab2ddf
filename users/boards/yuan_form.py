"""One amount as it is typed into a cell of a board: a week's budget, a channel's spend."""

from django import forms
from django.utils.translation import gettext as _

from opsdesk.lib import money
from opsdesk.lib.badvalue import BadValue


class YuanForm(forms.Form):
    """Yuan in, fen out; empty is None: nothing is known."""

    fen = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )

    def __init__(self, label: str, data: object = None, fen: int | None = None) -> None:
        text = "" if fen is None else money.yuan(fen).removesuffix(".00")
        super().__init__(data, initial={"fen": text}, use_required_attribute=False)  # type: ignore[arg-type]
        self.fields["fen"].label = label

    def clean_fen(self) -> int | None:
        try:
            amount = money.read(self.cleaned_data["fen"])
        except BadValue:
            raise forms.ValidationError(_("This is not an amount in yuan; for example 3200.")) from None
        if amount is not None and amount.fen < 0:
            raise forms.ValidationError(_("An amount is not negative."))
        return None if amount is None else amount.fen
