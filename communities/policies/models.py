from django.conf import settings
from django.db import models


class PolicyChange(models.Model):
    """One change of one threshold. The newest row of a key and community is in force; the id is the rule version."""

    key = models.CharField(max_length=40)
    community = models.ForeignKey(
        "communities.Community", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    value = models.JSONField(null=True, help_text="null: back to the value above it")
    before = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "communities"
        ordering = ["-id"]
        indexes = [models.Index(fields=["key", "community", "-id"], name="policy_in_force")]

    def __str__(self) -> str:
        return f"v{self.pk} {self.key}"
