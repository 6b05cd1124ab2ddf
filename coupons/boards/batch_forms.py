"""What staff type to draft a batch, cleaned."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.batches.models import Batch
from coupons.budgets import queries as budgets
from coupons.budgets.models import Budget
from coupons.definitions import queries as templates
from coupons.definitions.models import Coupon
from users.outbox.models import Message


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class BatchForm(forms.Form):
    """The fields of a draft. An open batch asks for a quantity, any other for a share held out."""

    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    strategy = forms.IntegerField(widget=forms.HiddenInput, required=False)
    open = forms.BooleanField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name of the batch"), max_length=80)
    audience = forms.CharField(
        label=_("In the words of the customer list"), max_length=4000, required=False,
        help_text=_("Filter the customer list, then copy what its address says behind the “?”. Empty: everybody."),
    )  # fmt: skip
    coupon = forms.ModelChoiceField(Coupon.objects.none(), label=_("Coupon"), empty_label=_("choose a coupon"))
    budget = forms.ModelChoiceField(Budget.objects.none(), label=_("Budget"), empty_label=_("choose a budget"))
    quantity = forms.IntegerField(
        label=_("Coupons to hand out"), min_value=1, max_value=100_000, required=False,
        error_messages={"required": _("Say how many coupons at most.")},
    )  # fmt: skip
    holdout = forms.IntegerField(
        label=_("Held out, percent"), min_value=0, max_value=50, required=False,
        help_text=_("People who get nothing, to compare with; 0 needs a reason."),
    )  # fmt: skip
    no_holdout_reason = forms.CharField(label=_("Why nobody is held out"), max_length=200, required=False)
    message_channel = forms.ChoiceField(
        label=_("Message"), choices=[("", _("none")), *Message.Channel.choices], required=False
    )
    message = forms.CharField(
        label=_("Text"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Places to fill: {name} the customer, {coupon} the coupon in words, {ends} its last day."),
    )  # fmt: skip
    send_at = forms.DateTimeField(
        label=_("Send at"), widget=_Moment, required=False, help_text=_("Empty: as soon as it is approved.")
    )
    decide_by = forms.DateTimeField(label=_("Decide by"), widget=_Moment, required=False)

    def __init__(self, data: Any = None, *, day: date, batch: Batch | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["quantity"].required = self["open"].value() not in (None, "", False, "False")
        coupons, company = templates.in_use(), budgets.of_the_company(day)
        if batch is not None:  # what it names already stays to be chosen, also when it is out of use by now
            coupons = coupons | templates.templates().filter(pk=batch.coupon_id)
            company = company | Budget.objects.filter(pk=batch.budget_id)
        self.fields["coupon"].queryset = coupons  # type: ignore[attr-defined]
        self.fields["budget"].queryset = company  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("open"):
            said |= {"holdout": 0, "no_holdout_reason": said.get("no_holdout_reason") or "handed out one by one"}
        elif not said.get("holdout") and not said.get("no_holdout_reason"):
            self.add_error("no_holdout_reason", _("Hold out up to half, or say why nobody is held out."))
        if bool(said.get("message_channel")) != bool(said.get("message")):
            self.add_error("message", _("A message needs both its channel and its text."))
        return said

    def values(self) -> dict[str, Any]:
        """What the form says, by the names of the batch's fields; `recipients` only of an open one."""
        said = self.cleaned_data
        names = ("name", "coupon", "budget", "audience", "no_holdout_reason", "message_channel", "message", "send_at",
                 "decide_by")  # fmt: skip
        found = {name: said[name] for name in names} | {"holdout_share": (said["holdout"] or 0) / 100}
        return found | ({"recipients": said["quantity"]} if said["open"] else {})


def initial_of(batch: Batch) -> dict[str, Any]:
    return {
        "revision": batch.revision, "name": batch.name, "audience": batch.audience, "coupon": batch.coupon_id,
        "budget": batch.budget_id, "holdout": round(batch.holdout_share * 100), "message": batch.message,
        "no_holdout_reason": batch.no_holdout_reason, "message_channel": batch.message_channel,
        "send_at": _local(batch.send_at), "decide_by": _local(batch.decide_by), "quantity": batch.recipients or None,
        "open": batch.origin == Batch.Origin.OPEN,
    }  # fmt: skip


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment) if moment else None
