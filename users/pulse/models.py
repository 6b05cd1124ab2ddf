from django.db import models


class WeekRates(models.Model):
    """Of the customers in a class on a Monday (by its snapshot), who bought in the seven days from it: new payers who
    bought again, silent ones who woke. One row a place and Monday that has a snapshot."""

    class Kind(models.TextChoices):
        COMMUNITY = "community"
        STATION = "station"

    pk = models.CompositePrimaryKey("kind", "place_id", "monday")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    place_id = models.IntegerField(help_text="a community (0: unassigned) or a station")
    monday = models.DateField()
    fresh = models.IntegerField(help_text="new_paying on the Monday")
    fresh_back = models.IntegerField()
    silent = models.IntegerField()
    woken = models.IntegerField()

    class Meta:
        app_label = "users"
        indexes = [
            models.Index(
                fields=["kind", "monday"], name="rates_of_a_monday",
                include=["place_id", "fresh", "fresh_back", "silent", "woken"],
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.place_id} from {self.monday}"
