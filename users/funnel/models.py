from django.db import models


class FunnelCell(models.Model):
    """How many registered in a week, through a channel, in a community, and reached exactly these stages: the bits of
    rules.STAGES. Every count of the funnel is a sum of these. Written by the night."""

    pk = models.CompositePrimaryKey("community_id", "channel", "week", "stages")
    community_id = models.IntegerField()
    channel = models.CharField(max_length=40, blank=True)
    week = models.DateField(help_text="Monday of the registration")
    stages = models.SmallIntegerField()
    customers = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.community_id} {self.channel} {self.week}: {self.customers}"


class FunnelTotal(models.Model):
    """The same of all communities together, a thirtieth of the rows: what whoever sees everybody reads. Written with
    it."""

    pk = models.CompositePrimaryKey("channel", "week", "stages")
    channel = models.CharField(max_length=40, blank=True)
    week = models.DateField(help_text="Monday of the registration")
    stages = models.SmallIntegerField()
    customers = models.IntegerField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.channel} {self.week}: {self.customers}"


class Stage(models.Model):
    """Which stages a registered customer has reached: the row that lists read. Written by the night."""

    customer_id = models.BigIntegerField(primary_key=True)
    community_id = models.IntegerField()
    channel = models.CharField(max_length=40, blank=True)
    week = models.DateField()
    stages = models.SmallIntegerField()

    class Meta:
        app_label = "users"
        indexes = [models.Index(fields=["community_id", "week", "stages"], name="stage_of_a_week")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.stages}"


class StageAction(models.Model):
    """What is done at a stage as a rule, and who sees to it. One row a stage that somebody has written down."""

    stage = models.CharField(max_length=10, primary_key=True)
    action = models.CharField(max_length=300)
    owner = models.CharField(max_length=80, blank=True)
    href = models.CharField(max_length=200, blank=True, help_text="the page where it is done")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return f"{self.stage}: {self.owner}"
