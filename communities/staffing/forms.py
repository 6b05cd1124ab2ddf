"""What is typed about people who work here: accounts, roles, keys, preferences."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communities import queries
from communities.models import Assignment, StaffMember
from communities.rules import ROLES, SCOPE_NEEDS, SCOPES, Grant, may
from communities.scoping import Scope
from communities.staffing.words import SCOPE_WORDS

EVERYWHERE = "everywhere"
MOST_DAYS = 366


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = StaffMember
        fields = ["name", "username"]
        labels = {"name": _("Name"), "username": _("User name")}
        help_texts = {
            "name": _("As colleagues call them; it stands in every log line."),
            "username": _("What they type to sign in: letters, digits and @ . + - _"),
        }


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = StaffMember
        fields = ["name"]
        labels = {"name": _("Name")}


class RoleForm(forms.Form):
    """A role and the place where it holds: everywhere, one community, or one station of the giver's reach."""

    role = forms.ChoiceField(label=_("Role"))
    place = forms.ChoiceField(label=_("Where"))

    def __init__(self, data: Any = None, *, member: StaffMember, scope: Scope) -> None:
        super().__init__(data)
        self.member = member
        roles = [(key, gettext(role.label)) for key, role in ROLES.items()]
        self.fields["role"].choices = [("", gettext("choose a role")), *roles]  # type: ignore[attr-defined]
        self.fields["place"].choices = self._places(scope)  # type: ignore[attr-defined]

    def _places(self, scope: Scope) -> list[Any]:
        communities = queries.communities_in(scope).filter(is_active=True)
        stations = queries.stations_in_communities(communities)
        return [
            ("", gettext("choose a place")),
            *([(EVERYWHERE, gettext("everywhere"))] if scope.everywhere else []),
            (gettext("Communities"), [(f"community-{c.pk}", c.name) for c in communities]),
            (gettext("Stations"), [(f"station-{s.pk}", f"{s.community.name} · {s.name}") for s in stations]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "role" in cleaned and "place" in cleaned:
            self.assignment.full_clean(validate_unique=True, validate_constraints=True)
            if self.assignment.station_id and not ROLES[cleaned["role"]].at_station:
                raise ValidationError(_("This role holds everywhere or in a community, not at one station."))
        return cleaned

    @property
    def assignment(self) -> Assignment:
        """What the form asks for, not yet given."""
        kind, _dash, number = self.cleaned_data["place"].partition("-")
        where = {f"{kind}_id": int(number)} if number else {}
        return Assignment(staff=self.member, role=self.cleaned_data["role"], **where)


class TokenForm(forms.Form):
    """A key to the API: what for, which scopes, how long."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("Days until it expires"), min_value=1, max_value=MOST_DAYS, initial=90)

    def __init__(self, data: Any = None, *, grants: list[Grant]) -> None:
        super().__init__(data)
        open_to = [scope for scope in SCOPES if may(grants, SCOPE_NEEDS[scope])]
        self.fields["scopes"].choices = [(scope, f"{_(SCOPE_WORDS[scope])} · {scope}") for scope in open_to]  # type: ignore[attr-defined]


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser")), *settings.LANGUAGES]
    )

    class Meta:
        model = StaffMember
        fields = ["language", "theme"]
        labels = {"theme": _("Theme")}


class FindForm(forms.Form):
    """Which people the list shows."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=80)
    role = forms.ChoiceField(label=_("Role"), required=False)
    closed = forms.BooleanField(label=_("Closed accounts too"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        roles = [(key, gettext(role.label)) for key, role in ROLES.items()]
        self.fields["role"].choices = [("", gettext("any role")), *roles]  # type: ignore[attr-defined]
