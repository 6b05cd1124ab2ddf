"""What staff choose on the import pages: the file and its source, how it is read, what unknown names mean."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from opsdesk.lib import plaintext
from users.customers import addresses
from users.imports import columns
from users.imports.columns import Mapping
from users.imports.inspection import Inspection
from users.imports.models import SavedMapping
from users.imports.pages.understood import STATUS_WORDS
from users.imports.places import CREATE

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.gz"
ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("gb18030", "GB18030"),
    ("big5", "Big5"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("latin-1", "Latin-1"),
]
DELIMITERS = [(",", _("comma")), ("\t", _("tab")), (";", _("semicolon")), ("|", _("vertical bar"))]
DAY_ORDERS = [("", _("year first, else ask")), ("dmy", _("day / month / year")), ("mdy", _("month / day / year"))]
MEANINGS = [("", _("not known: leave these rows out")), *((key, _(word)) for key, word in STATUS_WORDS.items())]
LEAVE_OUT = ""


class UploadForm(forms.Form):
    """One export. Its source decides which order numbers are the same and which mapping is remembered."""

    file = forms.FileField(label=_("Order export"), widget=forms.FileInput(attrs={"accept": ACCEPTED}))
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=40,
        help_text=_("The same name every week: order numbers are unique within it, and its columns are remembered."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )

    mapping = forms.ModelChoiceField(
        label=_("How its columns are read"),
        queryset=SavedMapping.objects.select_related("source").order_by("name"),
        required=False,
        empty_label=_("as last time for the same columns, else by their names"),
    )

    def options(self) -> dict[str, Any]:
        """What actions.receive takes of the choices."""
        saved: SavedMapping | None = self.cleaned_data["mapping"]
        return {"mapping": saved.mapping, "mapping_name": saved.name} if saved else {}

    def clean_source(self) -> str:
        return _tidied(self.cleaned_data["source"])

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        most = settings.IMPORT_MAX_UPLOAD
        if file.size is not None and file.size > most:
            told = {"size": filesizeformat(file.size), "limit": filesizeformat(most)}
            raise ValidationError(_("The file has %(size)s; at most %(limit)s are taken here."), params=told)
        return file


class OptionsForm(forms.Form):
    """How a file is read. A field's column is `column-phone` and so on; "" maps it to nothing."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=DELIMITERS, required=False)
    day_order = forms.ChoiceField(label=_("Dates"), choices=DAY_ORDERS, required=False)
    source = forms.CharField(label=_("Source"), max_length=40)
    drop_identical = forms.ChoiceField(
        label=_("Identical lines"), choices=[("", _("keep")), ("1", _("drop"))], required=False
    )

    refund_prefixes = forms.CharField(
        label=_("Refund numbers begin with"), max_length=60, required=False, widget=forms.TextInput(attrs={"size": 8})
    )

    def __init__(self, *args: Any, headers: Sequence[str], words: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = list(words)
        named = [header for header in headers if header]
        for field in columns.FIELDS:
            choices = [("", _("not mapped")), *((header, header) for header in named)]
            self.fields[f"column-{field.key}"] = forms.ChoiceField(
                label=gettext(field.label), choices=choices, required=False
            )
        for place, word in enumerate(self.words):
            self.fields[f"word-{place}"] = forms.ChoiceField(label=word, choices=MEANINGS, required=False)

    def clean_source(self) -> str:
        return _tidied(self.cleaned_data["source"])

    def reading(self) -> dict[str, Any]:
        """Encoding, delimiter and source, for a file of which nothing else is known; columns are recognised anew."""
        chosen = {name: self.cleaned_data[name] for name in ("encoding", "delimiter", "source")}
        return {**chosen, "mapping": None, "mapping_name": ""}

    def changes(self, seen: Inspection, options: dict[str, Any]) -> dict[str, Any]:
        """What actions.change_options takes. Read in another encoding or with another delimiter, the columns are
        recognised anew; what nobody chose stays open to recognition."""
        changed: dict[str, Any] = {
            "source": self.cleaned_data["source"],
            "drop_identical": bool(self.cleaned_data["drop_identical"]),
        }
        for name, found in (("encoding", seen.encoding), ("delimiter", seen.delimiter)):
            wanted = self.cleaned_data[name]
            if wanted and wanted != (options.get(name) or found):
                changed |= {name: wanted, "mapping": None, "mapping_name": ""}
        mapping = self.mapping(seen.mapping)
        if "mapping" not in changed and mapping != seen.mapping:
            changed |= {"mapping": mapping, "mapping_name": ""}
        return changed

    def mapping(self, before: Mapping) -> Mapping:
        """The chosen mapping. A column that moved to another field leaves the one it had; words taught earlier stay."""
        return replace(
            before,
            columns=self._columns(before),
            day_order=self.cleaned_data["day_order"],
            status_words=self._words(before),
            refund_prefixes=plaintext.tidy(self.cleaned_data["refund_prefixes"]).split(),
        )

    def _columns(self, before: Mapping) -> dict[str, str]:
        chosen = {key: header for key in columns.BY_KEY if (header := self.cleaned_data[f"column-{key}"])}
        moved = {header for key, header in chosen.items() if before.columns.get(key) != header}
        kept = {key: header for key, header in chosen.items() if header not in moved}
        newly = {header: key for key, header in chosen.items() if before.columns.get(key) != header}
        return kept | {key: header for header, key in newly.items()}

    def _words(self, before: Mapping) -> dict[str, str]:
        words = {word: self.cleaned_data[f"word-{place}"] for place, word in enumerate(self.words)}
        return {word: status for word, status in (before.status_words | words).items() if status}


class CommunitiesForm(forms.Form):
    """What the unknown community names of a file mean: a known community's code, "create", or left out. Who imports for
    some communities only creates none (`may_create`)."""

    def __init__(
        self, *args: Any, names: Sequence[str], communities: Iterable[Community], may_create: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)
        known = [(place.code, place.name) for place in communities]
        create = [(CREATE, _("create it"))] if may_create else []
        choices = [(LEAVE_OUT, _("leave these rows out")), *create, (_("It is"), known)]
        for place, name in enumerate(self.names):
            self.fields[f"community-{place}"] = forms.ChoiceField(label=name, choices=choices, required=False)

    def choices(self) -> dict[str, str]:
        """{name of the export: code or "create"}; names that stay out are not in it."""
        chosen = {name: self.cleaned_data[f"community-{place}"] for place, name in enumerate(self.names)}
        return {name: choice for name, choice in chosen.items() if choice}


class SaveMappingForm(forms.Form):
    name = forms.CharField(label=_("Name of the mapping"), max_length=40)

    def clean_name(self) -> str:
        return _tidied(self.cleaned_data["name"])


class TeachForm(forms.Form):
    """A way of writing an address, for one community (`place`: "community" in an address means the scope picker)."""

    place = forms.ChoiceField(label=_("Community"))
    template = forms.CharField(
        label=_("Written as"),
        max_length=addresses.TEMPLATE_CHARS,
        help_text=_("Literal text with {building}, {unit} and {room} in it; the unit may be missing."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, communities: Sequence[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.communities = {place.code: place for place in communities}
        chooser = self.fields["place"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [(place.code, place.name) for place in communities]

    def clean_template(self) -> str:
        text = plaintext.tidy(self.cleaned_data["template"])
        try:
            addresses.template(text)
        except addresses.BadTemplate as bad:
            raise ValidationError(gettext(str(bad))) from None
        return text

    @property
    def community(self) -> Community:
        return self.communities[self.cleaned_data["place"]]


def _tidied(text: str) -> str:
    """Text without anything invisible; nothing left means nothing was given."""
    tidied = plaintext.tidy(text)
    if not tidied:
        raise ValidationError(gettext("This field is required."))
    return tidied
