"""What is typed about communities, their buildings and stations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communities.forms import DayInput, ListField, TimeInput
from communities.models import Building, Community, ServiceStation
from communities.places import queries, rules

RESERVED_CODES = {"new"}  # an address of the desk
LONGEST_RUN = 200


class CommunityForm(forms.ModelForm):  # type: ignore[type-arg]
    aliases = ListField(
        longest=80,
        label=_("Other names in exports"),
        help_text=_("One a line. An import that meets one of them means this community."),
    )

    class Meta:
        model = Community
        fields = ["name", "code", "aliases", "households", "opened_on", "order_cutoff"]
        labels = {
            "name": _("Name of the community"),
            "code": _("Code"),
            "households": _("Households"),
            "opened_on": _("Opened on"),
            "order_cutoff": _("Order cut-off"),
        }
        help_texts = {
            "code": _("Short Latin letters for addresses and commands; it stays."),
            "households": _("All homes, customers or not: penetration is counted against it."),
            "order_cutoff": _("Orders placed before it are delivered the next day, later ones the day after."),
        }
        widgets = {"opened_on": DayInput, "order_cutoff": TimeInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = self.instance.pk is not None

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in RESERVED_CODES:
            raise ValidationError(_("This word is an address of the desk; choose another code."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken = queries.names_taken(besides=self.instance)
        for field, names in (("name", [cleaned.get("name", "")]), ("aliases", cleaned.get("aliases", []))):
            for name in names:
                if name in taken:
                    message = _("“%(name)s” already means %(community)s.")
                    self.add_error(field, ValidationError(message, params={"name": name, "community": taken[name]}))
        return cleaned


class StationForm(forms.ModelForm):  # type: ignore[type-arg]
    buildings = ListField(
        longest=16,
        label=_("Buildings served"),
        help_text=_("Leave empty to serve every building that no other station of the community serves."),
    )

    class Meta:
        model = ServiceStation
        fields = ["name", "sorts_goods", "has_store_room", "sells_on_site", "buildings", "opened_on"]
        labels = {
            "name": _("Name of the station"),
            "sorts_goods": _("Sorts deliveries"),
            "has_store_room": _("Has a store room"),
            "sells_on_site": _("Sells on site"),
            "opened_on": _("Opened on"),
        }
        help_texts = {"sells_on_site": _("Stations sort and store; goods go to the door. Tick only for an exception.")}
        widgets = {"opened_on": DayInput}

    def clean_buildings(self) -> list[str]:
        wanted = list(self.cleaned_data["buildings"])
        community = self.instance.community
        standing = set(community.buildings.values_list("number", flat=True))
        if standing and (unknown := [number for number in wanted if number not in standing]):
            message = _("%(community)s has no building %(numbers)s.")
            raise ValidationError(message, params={"community": community, "numbers": ", ".join(unknown)})
        others = ServiceStation.objects.filter(community=community, is_active=True).exclude(pk=self.instance.pk)
        for station in others:
            if both := [number for number in wanted if number in station.buildings]:
                message = _("%(station)s already serves %(numbers)s.")
                raise ValidationError(message, params={"station": station, "numbers": ", ".join(both)})
        return wanted


class BuildingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Building
        fields = ["number", "units", "floors", "doors"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in (("units", 40), ("floors", 120), ("doors", 60)):
            self.fields[name] = forms.IntegerField(min_value=1, max_value=most, label=self.fields[name].label)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label


class BuildingSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The buildings of a community as one table. A building that a station names cannot go."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["aria-label"] = _("Take away")

    def clean(self) -> None:
        super().clean()
        gone = {form.instance.number for form in self.deleted_forms}
        for station in self.instance.stations.filter(is_active=True):
            if named := sorted(gone & set(station.buildings), key=rules.number_order):
                message = _("%(station)s serves %(numbers)s. Take it off that station first.")
                raise ValidationError(message, params={"station": station, "numbers": ", ".join(named)})


Buildings = forms.inlineformset_factory(
    Community, Building, form=BuildingForm, formset=BuildingSet, extra=0, can_delete=True
)


class RunForm(forms.Form):
    """A run of like buildings: 1 to 18, two units, eleven floors, two doors."""

    first = forms.IntegerField(label=_("From number"), min_value=1, max_value=9999)
    last = forms.IntegerField(label=_("To number"), min_value=1, max_value=9999)
    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=40)
    floors = forms.IntegerField(label=_("Floors"), min_value=1, max_value=120)
    doors = forms.IntegerField(label=_("Doors on a floor"), min_value=1, max_value=60)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not first <= last < first + LONGEST_RUN:
            message = _("The run ends before it begins, or is longer than %(most)s buildings.")
            raise ValidationError(message, params={"most": LONGEST_RUN})
        return cleaned
