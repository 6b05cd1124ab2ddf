"""What people type on a case: a finding, a cause and a story, a lesson, a compensation."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.cases import compensation, rules
from communities.models import Community
from coupons.budgets import queries as budgets
from coupons.budgets.models import Budget
from coupons.definitions import queries as templates
from coupons.definitions.models import Coupon
from opsdesk.lib import days
from users.purchases.rules import monday_of


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _choices(words: dict[str, str]) -> list[tuple[str, Any]]:
    return [(code, _(word)) for code, word in words.items()]


def _long(label: Any, most: int = 2000, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options)


class OpenForm(forms.Form):
    """An incident opened by hand. `week`: a Monday, of this week or one of the WEEKS before."""

    WEEKS = 9

    community = forms.ModelChoiceField(
        Community.objects.none(), label=_("Community"), empty_label=_("choose a community")
    )
    week = forms.TypedChoiceField(
        label=_("Week"), coerce=date.fromisoformat, help_text=_("The case is about those whose first purchase it was.")
    )
    words = _long(_("What happened"), help_text=_("Who called, what they said, which goods. Phones are masked."))

    def __init__(self, data: Any = None, *, today: date, places: QuerySet[Community], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["community"].queryset = places  # type: ignore[attr-defined]
        newest = monday_of(today)
        mondays = [newest - timedelta(weeks=back) for back in range(self.WEEKS)]
        self.fields["week"].choices = [(day.isoformat(), _span(day)) for day in mondays]  # type: ignore[attr-defined]


def _span(monday: date) -> str:
    """W47 · 16 Nov – 22 Nov."""
    return f"{days.week(monday)} · {days.day(monday)} – {days.day(monday + timedelta(days=6))}"


class StepForm(forms.Form):
    step = forms.ChoiceField(choices=_choices(rules.STEPS), widget=forms.HiddenInput)
    finding = forms.ChoiceField(label=_("Finding"), choices=_choices(rules.FINDINGS))
    evidence = _long(_("What was found"), required=False, rows=2)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("evidence") and self.cleaned_data.get("finding") == "open":
            self.add_error("finding", _("Say whether something was found."))


class CloseForm(forms.Form):
    cause = forms.ChoiceField(label=_("Cause"), choices=[("", "–"), *_choices(rules.CAUSES)])
    story = _long(_("What happened, and what was done"), help_text=_("The library finds it by these words."))


class NothingForm(forms.Form):
    story = _long(_("Why there is nothing to it"), rows=2)


class WatchForm(forms.Form):
    day = forms.DateField(label=_("In place from"), widget=Day)


class LessonForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=80)
    text = _long(_("What to do from now on"))
    due_on = forms.DateField(label=_("To be read by"), widget=Day, required=False)


class CompensationForm(forms.Form):
    coupon = forms.ModelChoiceField(Coupon.objects.none(), label=_("Coupon"), empty_label=_("choose a coupon"))
    budget = forms.ModelChoiceField(Budget.objects.none(), label=_("Budget"), empty_label=_("choose a budget"))
    whom = forms.ChoiceField(label=_("For whom"), choices=_choices(compensation.WHOM))

    def __init__(self, data: Any = None, *, day: date) -> None:
        super().__init__(data)
        self.fields["coupon"].queryset = templates.in_use()  # type: ignore[attr-defined]
        self.fields["budget"].queryset = budgets.of_the_company(day)  # type: ignore[attr-defined]


class LibraryForm(forms.Form):
    """Which closed cases are looked for; every field may stay empty."""

    q = forms.CharField(label=_("Words"), max_length=200, required=False)
    cause = forms.ChoiceField(label=_("Cause"), required=False, choices=[("", _("any")), *_choices(rules.CAUSES)])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("any")), *_choices(rules.KINDS)])

    def said(self) -> dict[str, str]:
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
