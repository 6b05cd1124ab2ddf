"""What a strategy says, typed. Its audience is typed in the fields of the customer list, which read it themselves."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.forms import offer
from coupons.strategies import rules
from coupons.strategies.models import StrategyVersion
from opsdesk.lib import phones, plaintext
from users.contact.models import CHANNEL_CHOICES
from users.outbox.models import Message

PREFIX = "say"  # the audience's fields have names of their own, some the same


class StrategyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything but the audience. `seen` is the version it was opened with: 0 for a new strategy."""

    name = forms.CharField(label=_("Name of the strategy"), max_length=80)
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNEL_CHOICES)
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), choices=[("", "–"), *WEEKDAYS.items()], coerce=int, empty_value=None, required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = StrategyVersion
        fields = (
            "goal", "online_action", "offline_action", "channel", "coupon", "budget", "message_channel", "message",
            "script", "rhythm", "weekday", "send_time", "every_days", "note",
        )  # fmt: skip
        labels = {"rhythm": _("Rhythm"), "every_days": _("Days until again, a customer")}
        help_texts = {
            "message_channel": "",
            "script": "",
            "every_days": "",
            "message": _("Places to fill: {name} the customer, {coupon} the coupon’s name, {ends} its last day."),
        }
        widgets = {
            "message": forms.Textarea(attrs={"rows": 3}),
            "script": forms.Textarea(attrs={"rows": 4}),
            "send_time": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }

    def __init__(
        self, data: Any = None, *, coupons: QuerySet[Coupon], budgets: QuerySet[Budget], **kwargs: Any
    ) -> None:
        super().__init__(data, prefix=PREFIX, use_required_attribute=False, **kwargs)
        offer(self.fields["coupon"], coupons, _("No coupon"))
        offer(self.fields["budget"], budgets, _("No budget"))
        self.fields["message_channel"].choices = [("", _("No message")), *Message.Channel.choices]  # type: ignore[attr-defined]
        self.fields["every_days"].widget.attrs["min"] = 1

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("rhythm") != "weekly":
            data["weekday"] = None
        elif data.get("weekday") is None:
            self.add_error("weekday", _("A weekly strategy names its weekday."))
        if data.get("message_channel") and not data.get("message"):
            self.add_error("message", _("Write what the message says, or send none."))
        return data

    def clean_message(self) -> str:
        text = phones.mask_within(self.cleaned_data["message"].strip())
        if unknown := rules.unknown_places(text):
            raise forms.ValidationError(
                _("%(unknown)s means nothing here; there are %(places)s."),
                params={"unknown": ", ".join(unknown), "places": ", ".join(rules.PLACES)},
            )
        return text

    def clean_name(self) -> str:
        name = phones.mask_within(plaintext.tidy(self.cleaned_data["name"]))
        if not name:
            raise forms.ValidationError(_("A strategy needs a name."))
        return name

    def clean_every_days(self) -> int:
        days: int = self.cleaned_data["every_days"]
        if not 1 <= days <= 365:
            raise forms.ValidationError(_("Between 1 and 365 days."))
        return days

    def content(self) -> dict[str, Any]:
        """The fields of rules.FIELDS that stand in this form, by name."""
        data = self.cleaned_data | {
            f"{field}_id": getattr(self.cleaned_data.get(field), "pk", None) for field in ("coupon", "budget")
        }
        return {field: data[field] for field in rules.FIELDS if field in data}
