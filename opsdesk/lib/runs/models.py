from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of long work. This row is the truth about it; Celery only wakes a worker.

    A worker holds a job by a lease and a fence: the lease runs out when the worker dies, and the fence, one higher
    at every take, refuses whatever a worker that was thought dead still tries to write.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.QUEUED, State.RUNNING)

    kind = models.CharField(max_length=40)
    slot = models.CharField(max_length=80, blank=True, help_text="business key: one open job a kind and slot")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True, help_text="what it is doing now")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_open", condition=models.Q(finished_at=None)),
            models.Index(fields=["kind", "-id"], name="job_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slot"],
                condition=models.Q(state__in=("queued", "running")) & ~models.Q(slot=""),
                name="job_one_open_a_slot",
                violation_error_message=_("This work is already queued or running."),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.slot}".rstrip()

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def seconds(self) -> float | None:
        """How long it took, waiting not counted."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class Step(models.Model):
    """One step of a job: the run log shows these."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=Job.State.choices, default=Job.State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    seconds = models.FloatField(null=True)
    rows_read = models.BigIntegerField(null=True)
    rows_written = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict, help_text="numbers for the one-line summary")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="step_once_a_job")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.name}"

    @property
    def label(self) -> str:
        """The step's name in the reader's language; step names are English words."""
        return gettext(self.name)


class Check(models.Model):
    """The last answer to one invariant of the trust panel."""

    name = models.CharField(max_length=60, unique=True)
    holds = models.BooleanField()
    detail = models.JSONField(default=dict)
    checked_at = models.DateTimeField()
    last_held_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
