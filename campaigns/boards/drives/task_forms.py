"""An outcome as it stands on a walk list, cleaned."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.reading import AMOUNT_MOST, NOTE_MOST, PRODUCT_MOST, WITH_COUPON

MOMENT = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=MOMENT)


class PaperForm(forms.Form):
    """One outcome; `at` is when it was by whoever wrote it down, `corrects` the event that it puts right."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    corrects = forms.UUIDField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[(code, _(one.label)) for code, one in OUTCOMES.items()])
    at = forms.DateTimeField(label=_("When it was"), widget=Moment, input_formats=[MOMENT])
    product = forms.CharField(label=_("Goods ordered"), max_length=PRODUCT_MOST, required=False)
    amount = forms.DecimalField(
        label=_("Amount in yuan"), min_value=0, max_value=AMOUNT_MOST // 100, decimal_places=2, required=False
    )
    later_at = forms.DateTimeField(label=_("Come again at"), widget=Moment, input_formats=[MOMENT], required=False)
    give_coupon = forms.BooleanField(label=_("A coupon was promised: give it"), required=False)
    note = forms.CharField(label=_("Note"), max_length=NOTE_MOST, required=False)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now():
            raise forms.ValidationError(_("This is in the future."))
        return at

    def event(self, task_id: int, now: datetime) -> dict[str, Any]:
        """As a device would tell it; only what belongs to the outcome goes with it."""
        said = self.cleaned_data
        code = said["outcome"]
        event: dict[str, Any] = {"uuid": str(said["uuid"]), "task_id": task_id, "outcome": code, "note": said["note"]}
        event["device_at"] = min(said["at"], now)
        if said["corrects"]:
            event["corrects"] = str(said["corrects"])
        if code == "ordered":
            event |= {"product": said["product"], "amount": _fen(said["amount"])}
        if code in WITH_COUPON:
            event["give_coupon"] = said["give_coupon"]
        if code == "later":
            event["later_at"] = said["later_at"]
        return event


def _fen(yuan: Any) -> int | None:
    return None if yuan is None else int(yuan * 100)
