"""What a manager types to plan a drive: whom, by which channels, with which words, when, and who works."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.drives.models import Drive
from campaigns.drives.rules import DRIVE_CHANNELS, channel_label
from campaigns.recall.rules import DEFAULT_AUDIENCE, PLACES
from opsdesk.lib import money
from users.directory import classes, filters
from users.directory.filters import Filters

RANKS = range(1, len(DRIVE_CHANNELS) + 1)
PICKED = ("lifecycle", "rfm", "tag", "community")


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _words(codes: dict[str, str]) -> list[tuple[str, Any]]:
    return [(code, _(word)) for code, word in codes.items()]


def _some(label: Any, choices: Iterable[tuple[str, Any]] = ()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), widget=forms.CheckboxSelectMultiple, required=False
    )


class DriveForm(forms.Form):
    """The drive itself. `audience` carries the conditions that the four pickers do not show."""

    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    audience = forms.CharField(widget=forms.HiddenInput, max_length=4000, required=False)
    name = forms.CharField(label=_("Name of the drive"), max_length=80)
    lifecycle = _some(_("Class"), _words(classes.LIFECYCLE))
    rfm = _some(_("RFM class"), [*_words(classes.RFM), (filters.NONE, _("outside the window"))])
    tag = _some(_("Tags"))
    community = forms.ChoiceField(label=_("Community"), required=False)
    best_channel = forms.BooleanField(
        label=_("For each customer the channel that is expected to bring most after its cost"), required=False
    )
    value_first = forms.BooleanField(label=_("The most valuable first, not the shortest walk"), required=False)
    begins_on = forms.DateField(label=_("First day"), widget=Day)
    ends_on = forms.DateField(label=_("Last day"), widget=Day)
    holdout = forms.IntegerField(
        label=_("Held out, percent"), min_value=0, max_value=50,
        help_text=_("People who are left in peace, to compare with; 0 needs a reason."),
    )  # fmt: skip
    no_holdout_reason = forms.CharField(label=_("Why nobody is held out"), max_length=200, required=False)

    def __init__(
        self, data: Any = None, *, tags: list[tuple[str, str]], places: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["tag"].choices = tags  # type: ignore[attr-defined]
        self.fields["community"].choices = [("", gettext("all communities")), *places]  # type: ignore[attr-defined]
        for rank in RANKS:
            self.fields[f"channel_{rank}"] = _channel(rank)

    @property
    def ranks(self) -> list[forms.BoundField]:
        return [self[f"channel_{rank}"] for rank in RANKS]

    def said(self, name: str) -> Any:
        """What stands in a field, whether or not the whole form can be saved."""
        return self[name].value()

    def wanted(self) -> Filters:
        """Whom the form means as it stands: the conditions carried along, with what is picked in their place."""
        carried = filters.from_text(str(self.said("audience") or ""))
        picked = {name: [str(one) for one in self.said(name) or []] for name in ("lifecycle", "rfm", "tag")}
        return replace(
            carried,
            lifecycle=tuple(code for code in picked["lifecycle"] if code in classes.LIFECYCLE),
            rfm=tuple(code for code in picked["rfm"] if code in classes.RFM or code == filters.NONE),
            tag=tuple(int(number) for number in picked["tag"] if number.isascii() and number.isdigit()),
            community=str(self.said("community") or ""),
        )

    def channels(self) -> list[str]:
        """In order, each once."""
        said = [str(field.value() or "") for field in self.ranks]
        return list(dict.fromkeys(code for code in said if code in DRIVE_CHANNELS))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("begins_on") and said.get("ends_on") and said["ends_on"] < said["begins_on"]:
            self.add_error("ends_on", _("The last day is before the first."))
        if said.get("holdout") == 0 and not said.get("no_holdout_reason"):
            self.add_error("no_holdout_reason", _("Hold out up to half, or say why nobody is held out."))
        if not self.channels():
            self.add_error("channel_1", _("Choose at least one channel."))
        return said

    def values(self) -> dict[str, Any]:
        """What the form says, by the names of the drive's fields."""
        said = self.cleaned_data
        names = ("name", "best_channel", "value_first", "begins_on", "ends_on")
        return {name: said[name] for name in names} | {
            "audience": self.wanted().to_query(),
            "channels": self.channels(),
            "holdout_share": said["holdout"] / 100,
            "no_holdout_reason": "" if said["holdout"] else said["no_holdout_reason"],
        }


def _channel(rank: int) -> forms.ChoiceField:
    choices = [("", "–"), *((code, _(channel_label(code))) for code in DRIVE_CHANNELS)]
    label = _("First") if rank == 1 else _("then")
    return forms.ChoiceField(label=label, choices=choices, required=False)


def first_of(audience: str, share: float, day: date, ends: date) -> dict[str, Any]:
    """A new drive before anything was typed; `audience`: words of the customer list, none: whom one recalls."""
    wanted = filters.from_text(audience or DEFAULT_AUDIENCE)
    said = {"revision": 0, "best_channel": True, "begins_on": day, "ends_on": ends, "holdout": round(share * 100)}
    return said | _picked(wanted) | _ranked(DRIVE_CHANNELS)


def initial_of(drive: Drive) -> dict[str, Any]:
    names = ("revision", "name", "best_channel", "value_first", "begins_on", "ends_on", "no_holdout_reason")
    said = {name: getattr(drive, name) for name in names} | {"holdout": round(drive.holdout_share * 100)}
    return said | _picked(filters.from_text(drive.audience)) | _ranked(drive.channels)


def _picked(wanted: Filters) -> dict[str, Any]:
    picked = {name: getattr(wanted, name) for name in PICKED} | {"tag": [str(one) for one in wanted.tag]}
    return picked | {"audience": wanted.to_query()}


def _ranked(channels: Iterable[str]) -> dict[str, str]:
    return {f"channel_{rank}": code for rank, code in enumerate(channels, start=1)}


class OfferForm(forms.Form):
    """What is said to the customers of one taste, or to everybody else. No words: no offer of their own."""

    script = forms.CharField(
        label=_("What to say"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    product = forms.CharField(label=_("Goods"), max_length=120, required=False)
    price = forms.DecimalField(
        label=_("Price in yuan"), min_value=Decimal("0.01"), max_value=100_000, decimal_places=2, required=False
    )
    batch = forms.ChoiceField(label=_("Coupon"), required=False)

    def __init__(self, data: Any = None, *, batches: list[tuple[str, str]], needed: bool = False, **options: Any):
        super().__init__(data, **options)
        self.fields["batch"].choices = [("", gettext("none")), *batches]  # type: ignore[attr-defined]
        self.needed = needed
        self.fields["script"].required = needed

    def clean_script(self) -> str:
        text = str(self.cleaned_data["script"]).strip()
        if unknown := set(re.findall(r"\{[^{}]*\}", text)) - set(PLACES):
            raise forms.ValidationError(
                _("%(unknown)s means nothing here; there are %(places)s."),
                params={"unknown": ", ".join(sorted(unknown)), "places": ", ".join(PLACES)},
            )
        return text

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        offers = self.needed or any(said.get(name) for name in ("product", "price", "batch"))
        if offers and not said.get("script") and not self.errors.get("script"):
            self.add_error("script", _("Say what staff tell the customer."))
        for place, name in (("{goods}", "product"), ("{price}", "price"), ("{coupon}", "batch")):
            if place in (said.get("script") or "") and not said.get(name) and name not in self.errors:
                self.add_error(name, _("%(place)s stands in the words: say which.") % {"place": place})
        return said

    @property
    def script_now(self) -> str:
        return str(self["script"].value() or "").strip()

    @property
    def price_now(self) -> int | None:
        """In fen, as it stands in the field; None when it is no price."""
        try:
            price = self.fields["price"].clean(self["price"].value())
        except forms.ValidationError:
            return None
        return None if price is None else money.to_fen(price).fen


class WorkerForm(forms.Form):
    """Whether one person works for the drive at a station, and how much."""

    works = forms.BooleanField(required=False)
    shifts = forms.IntegerField(label=_("Shifts"), min_value=0, max_value=60)
    shift_minutes = forms.IntegerField(label=_("Minutes a shift"), min_value=0, max_value=720)
    doors_an_hour = forms.IntegerField(label=_("Doors an hour"), min_value=1, max_value=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("shifts", "shift_minutes", "doors_an_hour"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label

    def said(self, name: str) -> int:
        """A number as it stands in its field; 0 when it is none."""
        text = str(self[name].value() or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0

    @property
    def is_on(self) -> bool:
        return bool(self["works"].value()) and self["works"].value() != "False"

    @property
    def doors(self) -> int:
        return self.said("shifts") * self.said("shift_minutes") * self.said("doors_an_hour") // 60
