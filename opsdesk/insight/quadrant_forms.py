"""A coordinate model as it is written down: need, metrics, factors, and what is done in each corner."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from opsdesk.insight import quadrant_metrics as metrics
from opsdesk.insight import quadrant_rules as rules
from users.growth.models import QuadrantModel

_STRATEGY = forms.Textarea(attrs={"rows": 2})


class QuadrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """The unit is given; thresholds are typed in the metric's own unit (yuan, percent), empty: the median."""

    weeks = forms.TypedChoiceField(coerce=int, choices=[(n, str(n)) for n in rules.WEEKS])

    class Meta:
        model = QuadrantModel
        fields = (
            "name", "need", "unit", "across", "up", "across_cut", "up_cut", "weeks", "factors", *rules.CORNERS,
        )  # fmt: skip
        widgets = {"unit": forms.HiddenInput, "need": _STRATEGY} | dict.fromkeys(rules.CORNERS, _STRATEGY)

    def __init__(self, unit: str, data: Any = None, *, of: QuadrantModel | None = None, initial: Any = None) -> None:
        super().__init__(data, instance=of, initial=(initial or {}) | {"unit": unit}, use_required_attribute=False)
        self.unit, self.of_id = unit, of.pk if of else None
        choices = [(axis.key, _(axis.label)) for axis in metrics.axes(unit).values()]
        for name in ("across", "up"):
            self.fields[name] = forms.ChoiceField(label=self.fields[name].label, choices=choices)
        self.fields["weeks"].label = _("Finished weeks")
        for name in ("across_cut", "up_cut"):
            self.fields[name].help_text = _("Empty: the median of what is shown. Rates in percent, money in yuan.")

    def clean(self) -> dict[str, Any]:
        told = (super().clean() or {}) | {"unit": self.unit}
        if told.get("across") and told.get("across") == told.get("up"):
            self.add_error("up", _("Choose two different metrics."))
        others = QuadrantModel.objects.filter(name=told.get("name", ""), retired_at=None).exclude(pk=self.of_id or 0)
        if others.exists():
            self.add_error("name", _("There is a model of this name already."))
        return told
