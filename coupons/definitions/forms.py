"""A template as it is typed: the fields of its kind, money in yuan, what makes no sense beside its field."""

import dataclasses
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communities.forms import DayInput, ListField
from coupons.definitions import rules
from coupons.definitions.models import Coupon
from coupons.forms import MoneyField
from users.orders.models import Category, Product

# What each kind asks for; the rest is the same for all.
OF_KIND = {
    "threshold": ["threshold", "amount_off", "categories"],
    "percent": ["percent_off", "cap", "threshold", "categories"],
    "amount": ["amount_off", "categories"],
    "new_price": ["product", "price", "regular_price"],
}
MONEY = ("threshold", "amount_off", "cap", "price", "regular_price")


class CouponForm(forms.ModelForm):  # type: ignore[type-arg]
    """`kind` comes from the address or the template: it decides which fields there are."""

    threshold = MoneyField(label=_("From an order of"), help_text=_("Yuan; counted on the goods that it is for."))
    amount_off = MoneyField(label=_("Off"), help_text=_("Yuan."))
    cap = MoneyField(label=_("At most"), help_text=_("Yuan; this is what the budget reserves for each."))
    price = MoneyField(label=_("New-customer price"), help_text=_("Yuan."))
    regular_price = MoneyField(label=_("Regular price"), help_text=_("Yuan; the difference is what the budget bears."))
    product = forms.ModelChoiceField(
        Product.objects.order_by("name"),
        to_field_name="name",
        label=_("Product"),
        widget=forms.TextInput(attrs={"list": "products", "autocomplete": "off"}),
        error_messages={"invalid_choice": _("No order names a product like this.")},
    )
    combines_with = ListField(
        longest=24,
        label=_("May be used together with"),
        help_text=_("Codes, one a line; the other template must name this one too. None: alone."),
    )

    class Meta:
        model = Coupon
        fields = [
            "name", "code", "threshold", "amount_off", "percent_off", "cap", "product", "price", "regular_price",
            "categories", "valid_days", "valid_from", "valid_to", "per_customer", "is_public", "combines_with", "note",
        ]  # fmt: skip
        error_messages = {"code": {"unique": _("Another coupon has this code already.")}}
        widgets = {"valid_from": DayInput, "valid_to": DayInput, "categories": forms.CheckboxSelectMultiple}
        labels = {
            "name": _("Name of the coupon"),
            "code": _("Code"),
            "percent_off": _("Percent off"),
            "categories": _("Only for"),
            "valid_days": _("Days after issue"),
            "valid_from": _("Valid from"),
            "valid_to": _("Valid to"),
            "per_customer": _("Each customer at most"),
            "is_public": _("Anybody can have it: a public offer"),
            "note": _("Note"),
        }
        help_texts = {
            "percent_off": _("15 makes goods of ¥100 cost ¥85."),
            "categories": _("None ticked: all goods."),
            "valid_days": _("The day of issue is not counted. Leave empty for a fixed last day."),
            "valid_to": _("To the end of that day."),
            "is_public": _("The price-fairness check counts it for everybody."),
        }

    def __init__(self, data: Any = None, *, kind: str, today: date, categories: Any = None, **options: Any) -> None:
        super().__init__(data, use_required_attribute=False, **options)
        self.instance.kind, self.today = kind, today
        for name in {name for names in OF_KIND.values() for name in names} - set(OF_KIND[kind]):
            del self.fields[name]
        if categories is not None and "categories" in self.fields:
            self.initial["categories"] = categories
        self._offer(kind)

    def _offer(self, kind: str) -> None:
        """Which goods there are; a sum from which on is asked of one kind and open to the other."""
        if "threshold" in self.fields:
            self.fields["threshold"].required = kind == "threshold"
        if "categories" in self.fields:
            self.fields["categories"].queryset = Category.objects.order_by("name")  # type: ignore[attr-defined]
        if "percent_off" in self.fields:
            self.fields["percent_off"].required = True

    @property
    def products(self) -> list[str]:
        """Names to choose from while typing: the newest."""
        return list(Product.objects.order_by("-pk").values_list("name", flat=True)[:300])

    def clean_threshold(self) -> int:
        return self.cleaned_data["threshold"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for field, reason in rules.sensible(self._terms(cleaned), self.today):
            if field not in self.errors and not self._stands_already(field):
                self.add_error(field if field in self.fields else None, gettext(reason.message) % reason.params)
        return cleaned

    def _terms(self, cleaned: dict[str, Any]) -> rules.Terms:
        asked = set(self.fields) & {field.name for field in dataclasses.fields(rules.Terms)}
        typed: dict[str, Any] = {name: cleaned.get(name) for name in asked - {"categories"}}
        product = cleaned.get("product")
        typed |= {
            "kind": self.instance.kind,
            "code": cleaned.get("code") or "",
            "threshold": cleaned.get("threshold") or 0,
            "per_customer": cleaned.get("per_customer") or 0,
            "combines_with": frozenset(cleaned.get("combines_with") or []),
            "product": product.pk if product else None,
        }
        return rules.Terms(**typed)

    def _stands_already(self, field: str) -> bool:
        """A day that has begun meanwhile is no mistake of whoever changes something else."""
        kept = bool(self.instance.pk) and field in ("valid_from", "valid_to")
        return kept and field not in self.changed_data and self.cleaned_data.get(field) is not None

    @property
    def chosen_categories(self) -> list[Category]:
        return list(self.cleaned_data.get("categories") or [])


class TryForm(forms.Form):
    """An order made up at the desk: what would it get?"""

    sum = MoneyField(label=_("An order of"), required=False)
    category = forms.ModelChoiceField(
        Category.objects.order_by("name"), label=_("of category"), required=False, empty_label=_("any")
    )
    first = forms.BooleanField(label=_("a first purchase"), required=False)

    def basket(self, coupon: Coupon) -> rules.Basket | None:
        """What was typed, None until a sum is there. A new-customer price is tried on an order with its product."""
        if not self.is_valid() or not self.cleaned_data["sum"]:
            return None
        category, amount = self.cleaned_data["category"], self.cleaned_data["sum"]
        line = rules.Line(amount, category.pk if category else None, coupon.product_id)
        return rules.Basket((line,), is_first=self.cleaned_data["first"])
