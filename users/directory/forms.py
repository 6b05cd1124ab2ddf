"""What staff type on the customer pages, cleaned."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opsdesk.lib import money, plaintext
from users.directory import actions, classes, filters
from users.directory.filters import Filters

# Conditions that come from links; the form carries them along unseen.
CARRIED = (
    "community",
    "ids",
    "was",
    "from",
    "is",
    "to",
    "bought_from",
    "bought_to",
    "each",
    "missed_from",
    "missed_to",
    "gap",
    "back",
    "category",
    "served_by",
    "week",
    "flow",
    "purchases_max",
    "frequency_min",
    "frequency_max",
    "monetary_min",
    "monetary_max",
    "stage",
    "registered",
    "registered_to",
    "came",
    "import",
    "did",
    "signup",
    "told",
)

_RANGES = (
    ("within", "older"), ("net_min", "net_max"), ("first_from", "first_to"), ("paid_from", "paid_to"),
    ("purchases_min", "building"), ("station", "channel"),
)  # fmt: skip


def _words(codes: dict[str, str]) -> list[tuple[str, Any]]:
    return [(code, _(word)) for code, word in codes.items()]


class _Number(forms.NumberInput):
    def __init__(self, **attrs: Any) -> None:
        super().__init__({"min": 0, "inputmode": "decimal", **attrs})


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FilterForm(forms.Form):
    """The conditions of a list as fields. It is filled from Filters and read back by filters.from_query."""

    q = forms.CharField(label=_("Name, phone, address"), max_length=200, required=False)
    lifecycle = forms.MultipleChoiceField(
        label=_("Class"), choices=_words(classes.LIFECYCLE), widget=forms.CheckboxSelectMultiple, required=False
    )
    rfm = forms.MultipleChoiceField(
        label=_("RFM class"),
        choices=[*_words(classes.RFM), (filters.NONE, _("outside the window"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    tag = forms.MultipleChoiceField(label=_("Tags"), widget=forms.CheckboxSelectMultiple, required=False)
    within = forms.CharField(label=_("Last order within, days"), widget=_Number, required=False)
    older = forms.CharField(label=_("Last order over, days"), widget=_Number, required=False)
    purchases_min = forms.CharField(label=_("Purchases, at least"), widget=_Number, required=False)
    net_min = forms.CharField(label=_("Net in yuan, from"), widget=_Number(step="0.01"), required=False)
    net_max = forms.CharField(label=_("Net in yuan, to"), widget=_Number(step="0.01"), required=False)
    first_from = forms.CharField(label=_("First purchase, from"), widget=_Day, required=False)
    first_to = forms.CharField(label=_("First purchase, to"), widget=_Day, required=False)
    paid_from = forms.CharField(label=_("Ordered, from"), widget=_Day, required=False)
    paid_to = forms.CharField(label=_("Ordered, to"), widget=_Day, required=False)
    station = forms.ChoiceField(label=_("Station"), required=False)
    building = forms.CharField(label=_("Building"), max_length=16, required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    recalled = forms.BooleanField(label=_("Recalled"), required=False)
    scored = forms.BooleanField(label=_("Bought within the RFM window"), required=False)
    service = forms.BooleanField(label=_("Service customers"), required=False)
    proxy = forms.BooleanField(label=_("Proxy buyers"), required=False)
    unassigned = forms.BooleanField(label=_("Without a community"), required=False)

    def __init__(
        self, wanted: Filters, *, stations: list[tuple[int, str]], tags: list[tuple[int, str]], channels: list[str]
    ) -> None:
        super().__init__(initial=_initial(wanted), auto_id="filter_%s")
        self.fields["station"].choices = [("", _("all")), *stations]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [("", _("all")), *((one, one) for one in channels)]  # type: ignore[attr-defined]
        self.fields["tag"].choices = tags  # type: ignore[attr-defined]
        self.marks = [self[name] for name in ("recalled", "scored", "service", "proxy", "unassigned")]
        self.ranges = [(self[one], self[other]) for one, other in _RANGES]
        self.carried = [(word, text) for word, text in wanted.pairs() if word in CARRIED]


def _initial(wanted: Filters) -> dict[str, Any]:
    values = {word: getattr(wanted, word) for word in FilterForm.base_fields}
    for word in ("net_min", "net_max"):
        values[word] = None if values[word] is None else money.yuan(values[word]).removesuffix(".00")
    return values


class ViewForm(forms.Form):
    """A name for what the list shows now."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=_("for everybody who may see customers"), required=False)
    usual = forms.BooleanField(label=_("open the list with it"), required=False)
    query = forms.CharField(max_length=1000, widget=forms.HiddenInput, required=False)


class RevealForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=[(code, _(word)) for code, word in actions.REASONS.items()])


class ExportForm(forms.Form):
    """What to take along. Full phones need a reason in words, which is logged."""

    kind = forms.ChoiceField(label=_("File"), choices=[("xlsx", "XLSX"), ("csv", "CSV")])
    reveal = forms.BooleanField(label=_("with full names and phones"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reveal") and not data.get("reason"):
            self.add_error("reason", _("Say why full phones are needed; it is written to the log."))
        return data


class NoteForm(forms.Form):
    """A note about a customer. Phones in it are masked before it is kept."""

    text = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_text(self) -> str:
        text = plaintext.tidy(self.cleaned_data["text"])
        if not text:
            raise forms.ValidationError(_("Write something down first."))
        return text
