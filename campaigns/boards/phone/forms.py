"""What a phone sends without scripts, as the events that its outbox would have told: the same words, read alike."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.boards.phone import rules as phone_rules
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.reading import AMOUNT_MOST, NOTE_MOST, PRODUCT_MOST, WITH_COUPON

MOMENT = "%Y-%m-%dT%H:%M"


class OutcomeForm(forms.Form):
    """One tap. `outcome` is a key of OUTCOMES, for "later" with when: later:hour, or later:at with `later_at`."""

    uuid = forms.UUIDField()
    outcome = forms.CharField(max_length=24)
    note = forms.CharField(max_length=NOTE_MOST, required=False)
    product = forms.CharField(max_length=PRODUCT_MOST, required=False)
    amount = forms.DecimalField(min_value=0, max_value=AMOUNT_MOST // 100, decimal_places=2, required=False)
    give_coupon = forms.BooleanField(required=False)
    later_at = forms.DateTimeField(input_formats=[MOMENT], required=False)

    def clean_outcome(self) -> str:
        code, _colon, when = str(self.cleaned_data["outcome"]).partition(":")
        if code not in OUTCOMES or (when and when not in {*phone_rules.LATER, "at"}):
            raise forms.ValidationError(_("This is not one of the outcomes."))
        return f"{code}:{when}" if code == "later" else code

    def event(self, task_id: int, now: datetime) -> dict[str, Any]:
        """Only what belongs to the outcome goes with it: a price that stood ready is none of a closed door's."""
        said = self.cleaned_data
        code, _colon, when = said["outcome"].partition(":")
        event = {"uuid": str(said["uuid"]), "task_id": task_id, "outcome": code, "note": said["note"]}
        if code == "ordered":
            event |= {"product": said["product"], "amount": _fen(said["amount"])}
        if code in WITH_COUPON:
            event["give_coupon"] = said["give_coupon"]
        if code == "later":
            event["later_at"] = said["later_at"] if when == "at" else phone_rules.later_at(when, now)
        return event


class CorrectionForm(forms.Form):
    uuid = forms.UUIDField()
    outcome = forms.ChoiceField(choices=[(code, one.label) for code, one in OUTCOMES.items()])
    note = forms.CharField(max_length=NOTE_MOST, required=False)

    def event(self, task_id: int, corrects: UUID) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "uuid": str(said["uuid"]),
            "task_id": task_id,
            "outcome": said["outcome"],
            "note": said["note"],
            "corrects": str(corrects),
        }


class ManyForm(forms.Form):
    """Nobody home at each of these tasks: one event each, all from the one number that the page was drawn with."""

    uuid = forms.UUIDField()

    def events(self, tasks: list[int]) -> list[dict[str, Any]]:
        base = self.cleaned_data["uuid"]
        return [
            {"uuid": str(uuid5(base, str(one))), "task_id": one, "outcome": "no_answer", "many": True} for one in tasks
        ]


def undo(task_id: int, taken_back: UUID) -> dict[str, Any]:
    """Taking back the same event twice is one event."""
    return {
        "uuid": str(uuid5(taken_back, "undo")),
        "task_id": task_id,
        "corrects": str(taken_back),
        "undoes": True,
    }


def ticked(lists: list[str]) -> list[int]:
    """Task numbers of the doors ticked; a door of several people names them with commas."""
    found = [part for text in lists for part in text.split(",")]
    return [int(text) for text in dict.fromkeys(found) if text.isascii() and text.isdigit() and len(text) < 19]


def _fen(yuan: Any) -> int | None:
    return None if yuan is None else int(yuan * 100)
