"""A budget as it is typed: whose, for which days, how many yuan."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from communities.forms import DayInput
from communities.models import Community, ServiceStation
from coupons.budgets import queries
from coupons.budgets.models import Budget
from coupons.forms import MoneyField, offer
from opsdesk.lib import figures


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]
    """The place is chosen once; a standing budget keeps it. What it holds already is the least it can be."""

    amount = MoneyField(label=_("Amount"), help_text=_("Yuan."))
    note = forms.CharField(
        label=_("Why this amount"), max_length=200, required=False, help_text=_("Kept in the ledger.")
    )

    class Meta:
        model = Budget
        fields = ["name", "community", "station", "begins_on", "ends_on", "amount"]
        widgets = {"begins_on": DayInput, "ends_on": DayInput}
        labels = {
            "name": _("Name of the budget"),
            "community": _("Limit of a community"),
            "station": _("Limit of a station"),
            "begins_on": _("First day"),
            "ends_on": _("Last day"),
        }
        help_texts = {
            "community": _("Neither community nor station: a budget of the company, which batches name."),
            "station": _("A limit counts every coupon that customers there get, whichever budget the batch names."),
            "ends_on": _("To the end of that day."),
        }

    def __init__(
        self,
        data: Any = None,
        *,
        communities: QuerySet[Community],
        stations: QuerySet[ServiceStation],
        limits_only: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(data, use_required_attribute=False, **options)
        self.limits_only = limits_only
        if self.instance.pk:
            del self.fields["community"], self.fields["station"]
        else:
            offer(self.fields["community"], communities, _("none"))
            offer(self.fields["station"], stations, _("none"))
            del self.fields["note"]

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("A budget holds something."))
        held = self.instance.reserved + self.instance.spent if self.instance.pk else 0
        if amount < held:
            raise self.too_low(held)
        return amount

    def clean(self) -> dict[str, Any]:
        """A second budget of a place for the same days is refused in words before the database refuses it."""
        cleaned = super().clean() or {}
        place = {name: cleaned.get(name, getattr(self.instance, name)) for name in ("community", "station")}
        if self.limits_only and not any(place.values()):
            self.add_error("community", _("Name a place of yours: the company's budgets are set by others."))
        begins, ends = cleaned.get("begins_on"), cleaned.get("ends_on")
        if begins and ends and any(place.values()) and self.instance.closed_at is None:
            other = queries.overlapping(begins, ends, besides=self.instance.pk, **place)
            if other is not None:
                message = _("%(place)s has the budget %(name)s for some of these days already.")
                said = {"place": place["community"] or place["station"], "name": other.name}
                raise forms.ValidationError(message, params=said)
        return cleaned

    def too_low(self, least: int) -> forms.ValidationError:
        message = _("%(least)s are reserved or spent already; it cannot be less.")
        return forms.ValidationError(message, params={"least": figures.yuan(least)})
