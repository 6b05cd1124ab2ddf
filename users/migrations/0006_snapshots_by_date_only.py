"""One customer's snapshots are found by the key, once a computed date: two indexes fewer to write every night."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0005_tags_and_notes_by_hand")]

    operations = [
        migrations.RemoveIndex("lifecyclesnapshot", "snapshot_of_a_customer"),
        migrations.RemoveIndex("rfmscore", "rfm_of_a_customer"),
    ]
