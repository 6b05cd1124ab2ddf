from django import forms
from django.utils.translation import gettext_lazy as _

from opsdesk.lib import phones, plaintext
from users.customers.models import Tag


class TagForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name of a tag: tidy, and no other's."""

    class Meta:
        model = Tag
        fields = ("name",)
        error_messages = {"name": {"unique": _("There is a tag with this name already; use that one.")}}

    def clean_name(self) -> str:
        name = phones.mask_within(plaintext.tidy(self.cleaned_data["name"]))
        if not name:
            raise forms.ValidationError(_("A tag needs a name."))
        return name


class MarkForm(forms.Form):
    """Which tag to put on or take off; a new name makes a new tag."""

    put = forms.ModelChoiceField(Tag.objects.all(), label=_("Put on"), required=False, empty_label=_("none"))
    off = forms.ModelChoiceField(Tag.objects.all(), label=_("Take off"), required=False, empty_label=_("none"))
    new = forms.CharField(label=_("New tag"), max_length=40, required=False)

    def clean_new(self) -> str:
        return phones.mask_within(plaintext.tidy(self.cleaned_data["new"]))

    def asks(self) -> bool:
        """Valid, and one thing is asked for."""
        return self.is_valid() and any(self.cleaned_data.values())
