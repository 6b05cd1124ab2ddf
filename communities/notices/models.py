from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Notice(models.Model):
    """One line told to one person. The text is an English msgid with places, put into words when it is shown."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120, help_text="what it is about: one line a person and key")
    occasion = models.CharField(max_length=80, blank=True, help_text="which happening was told last under the key")
    kind = models.CharField(max_length=24, help_text="short word, English msgid")
    icon = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    href = models.CharField(max_length=300, blank=True, help_text="path of the page that it leads to")
    community = models.ForeignKey("communities.Community", null=True, on_delete=models.SET_NULL, related_name="+")
    repeats = models.PositiveIntegerField(default=0, help_text="how often the same was told again while unread")
    created_at = models.DateTimeField(help_text="when it was told, the last time")
    read_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "communities"
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notice_once")]
        indexes = [
            models.Index("recipient", F("created_at").desc(nulls_last=True), F("id").desc(), name="notice_newest"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.key} for {self.recipient_id}"
