"""What the API says of an import, and what it takes with a file."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from communities.api_query import BodySerializer
from opsdesk.lib import encodings, phones, plaintext
from users.imports import problems, queries
from users.imports.models import ImportFile, ImportProblem
from users.imports.pages import fault_words, job_words

State = ImportFile.State
FIRST_SOURCE = "orders"
STOPPED = (State.REFUSED, State.FAILED, State.CANCELLED)
CHECKS = (State.UPLOADED, State.CHECKING)


class UploadSerializer(BodySerializer):
    """The fields of the multipart form."""

    file = serializers.FileField(help_text=_("the export as it is"))
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, max_length=40,
        help_text=_("where it comes from, the same every week; needed once there are several"),
    )  # fmt: skip
    encoding = serializers.ChoiceField(
        [*encodings.CHOICES, *encodings.SPELLINGS], default="", help_text=_("found by itself unless told")
    )
    create_communities = serializers.BooleanField(
        default=False, help_text=_("make communities that nobody knows; else their rows stay out")
    )
    commit = serializers.BooleanField(default=False, help_text=_("write it as soon as it is checked"))

    def validate_source(self, source: str) -> str:
        tidied = plaintext.tidy(source)
        if not tidied:
            raise serializers.ValidationError(gettext("This field is required."))
        return tidied

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`sources` of the context: those there are. The only one is meant where none is named; of several none is."""
        known = self.context["sources"]
        if "source" not in attrs and len(known) > 1:
            words = gettext("Say where the file comes from: %(sources)s.") % {"sources": ", ".join(known)}
            raise serializers.ValidationError({"source": [words]})
        return {"source": known[0] if known else FIRST_SOURCE} | attrs


class ImportSerializer(serializers.Serializer[ImportFile]):
    """An import as lists show it. Once it is in: rows = created + updated + unchanged + refused."""

    id = serializers.IntegerField()
    name = serializers.SerializerMethodField(help_text=_("of the file"))
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    state = serializers.ChoiceField(State.values)
    size = serializers.IntegerField(help_text=_("bytes"))
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()
    uploaded_by = serializers.CharField(source="uploaded_by.username", allow_null=True)
    committed_at = serializers.DateTimeField(allow_null=True)
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    notes = serializers.IntegerField(help_text=_("rows taken with a remark"))

    def get_name(self, file: ImportFile) -> str:
        return phones.mask_within(file.name)


class ImportPageSerializer(serializers.Serializer[Any]):
    next_after = serializers.IntegerField(allow_null=True, help_text=_("send it as after; null: the end"))
    imports = ImportSerializer(many=True)


class ReceivedSerializer(serializers.Serializer[ImportFile]):
    """A file that has come in."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(State.values)
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    sha256 = serializers.CharField()
    same_as = serializers.SerializerMethodField(
        help_text=_("an import of the very same bytes that is in or on its way, or null")
    )

    def get_same_as(self, file: ImportFile) -> int | None:
        same: int | None = self.context["same_as"]
        return same


class ProgressSerializer(serializers.Serializer[Any]):
    """The work under way. A check counts bytes, everything else rows."""

    state = serializers.CharField(help_text=_("queued or running"))
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    unit = serializers.ChoiceField(["bytes", "rows"])
    seconds_left = serializers.FloatField(allow_null=True)


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a whole file was not written."""

    code = serializers.CharField(help_text=_("one word for programs"))
    happened = serializers.CharField()
    kept = serializers.CharField()
    todo = serializers.CharField()


class ProblemGroupSerializer(serializers.Serializer[Any]):
    """The same thing wrong in the same column."""

    code = serializers.CharField()
    column = serializers.CharField(help_text=_("the file's own header"))
    refused = serializers.BooleanField(help_text=_("the rows stay out; else it is a remark"))
    rows = serializers.IntegerField()
    line = serializers.IntegerField(help_text=_("of the first of them"))
    reason = serializers.SerializerMethodField()
    advice = serializers.SerializerMethodField()

    def get_reason(self, group: Any) -> str:
        return gettext(problems.PROBLEMS[group.code].reason)

    def get_advice(self, group: Any) -> str:
        return gettext(problems.PROBLEMS[group.code].advice)


class ImportDetailSerializer(ImportSerializer):
    """One import with the work under way, its problems by kind, and why it was refused where it was."""

    encoding = serializers.CharField(help_text=_("in which it was read"))
    progress = serializers.SerializerMethodField(help_text=_("null while nothing runs"))
    refusal = serializers.SerializerMethodField(help_text=_("null unless it was refused, failed or cancelled"))
    problems = serializers.SerializerMethodField(help_text=_("by kind, the most frequent first"))

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, file: ImportFile) -> Any:
        return ProgressSerializer(_progress(file)).data if file.state in job_words.RUNNING else None

    @extend_schema_field(RefusalSerializer(allow_null=True))
    def get_refusal(self, file: ImportFile) -> Any:
        return RefusalSerializer(_refusal(file)).data if file.state in STOPPED else None

    @extend_schema_field(ProblemGroupSerializer(many=True))
    def get_problems(self, file: ImportFile) -> Any:
        return ProblemGroupSerializer(queries.problem_groups(file), many=True).data


class ProblemSerializer(serializers.Serializer[ImportProblem]):
    """One thing wrong with one cell."""

    line = serializers.IntegerField()
    column = serializers.CharField(help_text=_("the file's own header"))
    value = serializers.CharField(help_text=_("what was found, shortened and masked"))
    code = serializers.CharField()
    refused = serializers.BooleanField(help_text=_("the row stays out; else it is a remark"))
    reason = serializers.SerializerMethodField()
    advice = serializers.SerializerMethodField()

    def get_reason(self, problem: ImportProblem) -> str:
        return gettext(problems.PROBLEMS[problem.code].reason)

    def get_advice(self, problem: ImportProblem) -> str:
        return gettext(problems.PROBLEMS[problem.code].advice)


class ProblemPageSerializer(serializers.Serializer[Any]):
    next_after = serializers.CharField(allow_null=True, help_text=_("send it as after; null: the end"))
    problems = ProblemSerializer(many=True, help_text=_("in the order of the file"))


def _progress(file: ImportFile) -> dict[str, Any]:
    job, rate = file.job, job_words.rate_of(file.job)
    done, total = (job.done, job.total) if job else (0, 0)
    total = total or (file.size if file.state in CHECKS else file.rows)
    return {
        "state": job.state if job else "queued",
        "done": done,
        "total": total,
        "unit": "bytes" if file.state in CHECKS else "rows",
        "seconds_left": round(max(total - done, 0) / rate, 1) if rate else None,
    }


def _refusal(file: ImportFile) -> dict[str, str]:
    fault = fault_words.fault_of(file)
    return {
        "code": str(file.refusal.get("code") or file.state),
        "happened": fault.happened,
        "kept": fault.kept,
        "todo": fault.todo,
    }
