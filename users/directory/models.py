from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from users.customers.models import Customer, Tag


class SavedView(models.Model):
    """A filtered, sorted list of customers under a name: one's own, or shared with everybody who may open it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, help_text="the query string of the list")
    shared = models.BooleanField(_("for everybody"), default=False)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "users"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class Marking(models.Model):
    """One act of putting a tag on customers, or taking it off: what undoing it needs to know."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    put = models.BooleanField(help_text="put on; else taken off")
    customers = models.IntegerField(default=0, help_text="whose tag changed")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"#{self.pk} {self.tag_id} × {self.customers}"


class Marked(models.Model):
    """One customer that a marking changed, and how the tag stood before."""

    marking = models.ForeignKey(Marking, on_delete=models.CASCADE, related_name="marked")
    customer_id = models.BigIntegerField()
    before = models.CharField(max_length=8, blank=True, help_text="Tagging.hand; empty: no tagging")

    class Meta:
        app_label = "users"
        constraints = [models.UniqueConstraint(fields=["marking", "customer_id"], name="marked_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} by #{self.marking_id}"


class Note(models.Model):
    """What a member of staff wrote down about a customer. Plain text; phones in it are masked before it is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.CharField(_("note"), max_length=500)

    class Meta:
        app_label = "users"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk} on {self.customer_id}"
