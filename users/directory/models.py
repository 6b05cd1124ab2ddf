from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A filtered, sorted list of customers under a name: one's own, or shared with everybody who may open it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, help_text="the query string of the list")
    shared = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "users"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
