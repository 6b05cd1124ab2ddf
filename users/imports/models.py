from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.lib.runs.models import Job
from users.orders.models import Source


class SavedMapping(models.Model):
    """How a source's columns are read, remembered under a name, so that next week takes one click."""

    name = models.CharField(max_length=40, unique=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="mappings")
    headers = models.CharField(max_length=64, blank=True, help_text="digest of the headers it was made for")
    mapping = models.JSONField()
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return self.name


class ImportFile(models.Model):
    """One file on its way in. The id is the batch number that every page quotes.

    Rows add up: rows = created + updated + unchanged + refused once it is written; a file that was refused or
    cancelled has left no row behind.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("checked, waiting for you")
        COMMITTING = "committing", _("being written")
        DONE = "done", _("written")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="files")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict, help_text="create communities, community choices, drop identical lines")
    inspection = models.JSONField(default=dict, help_text="inspection.Inspection: how the file is read, its first rows")
    facts = models.JSONField(default=dict, help_text="what the check counted: checking.Facts")
    effect = models.JSONField(default=dict, help_text="what the file would change, or has changed: effects.Effect")
    refusal = models.JSONField(default=dict, help_text="why the whole file was refused: code, place, advice")
    rows = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    notes = models.BigIntegerField(default=0, help_text="rows taken with a remark")
    orders_created = models.BigIntegerField(default=0)
    orders_updated = models.BigIntegerField(default=0)
    checkpoint = models.BigIntegerField(default=0, help_text="last order group written; a resumed commit goes on here")
    checkpoint_odd = models.BigIntegerField(default=0, help_text="the same of phones that end in an odd digit")
    undo_report = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "users"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=("done", "undone"))
                | models.Q(
                    rows=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("refused")
                ),
                name="import_rows_add_up",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("refused", "cancelled")) | models.Q(created=0, updated=0, unchanged=0),
                name="import_stopped_left_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"

    @property
    def is_begun(self) -> bool:
        """A part of it is written."""
        return bool(self.checkpoint or self.checkpoint_odd)


class ImportProblem(models.Model):
    """One thing wrong with one cell: where, what was found, why, how bad. Phones in `value` are masked."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="problems")
    line = models.BigIntegerField()
    column = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=40)
    refused = models.BooleanField(help_text="the row stays out; otherwise it is only a remark")

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["file", "refused", "code", "line"], name="problem_of_a_file")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.line} {self.code}"


class RefusedRow(models.Model):
    """A row that stayed out, kept cell by cell, so that it can be downloaded, mended and sent again."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.BigIntegerField()
    cells = models.JSONField()

    class Meta:
        app_label = "users"
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="refused_row_once")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.line}"


class OrderBefore(models.Model):
    """An order and its lines as they were before an import changed them: what taking it back restores."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="befores")
    order_id = models.BigIntegerField()
    order = models.JSONField()
    lines = models.JSONField()

    class Meta:
        app_label = "users"
        constraints = [models.UniqueConstraint(fields=["file", "order_id"], name="order_before_once")]

    def __str__(self) -> str:
        return f"{self.order_id} before {self.file_id}"


class CustomerBefore(models.Model):
    """A known customer as they were before an import changed their name, place or channel."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="customers_before")
    customer_id = models.BigIntegerField()
    fields = models.JSONField()

    class Meta:
        app_label = "users"
        constraints = [models.UniqueConstraint(fields=["file", "customer_id"], name="customer_before_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} before {self.file_id}"
