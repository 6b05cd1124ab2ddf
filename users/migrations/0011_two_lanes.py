import django.db.models.deletion
from django.db import migrations, models

# A commit that was under way has written everybody up to its one checkpoint. Staged rows do not say their lane: files
# that wait to be written are read anew.
CARRY_OVER = """
UPDATE users_importfile SET checkpoint_odd = checkpoint;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = 'staging' AND tablename ~ '^import_[0-9]+_(heads|people)$'
    LOOP
        EXECUTE format('DROP TABLE staging.%I CASCADE', name);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0006_mark_reminders"),
        ("users", "0010_week_budget"),
    ]

    operations = [
        migrations.AddField(
            model_name="importfile",
            name="checkpoint_odd",
            field=models.BigIntegerField(default=0, help_text="the same of phones that end in an odd digit"),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="customer",
            name="community",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="communities.community",
            ),
        ),
        migrations.AlterField(
            model_name="customer",
            name="station",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="communities.servicestation",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="users.source",
            ),
        ),
    ]
