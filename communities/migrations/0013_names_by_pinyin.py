from django.db import migrations, models

# A PostgreSQL that was built without ICU goes on by code point.
MAKE = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_collation WHERE collname = 'zh-x-icu') THEN
        CREATE COLLATION IF NOT EXISTS pinyin FROM "zh-x-icu";
    ELSE
        CREATE COLLATION IF NOT EXISTS pinyin FROM "C";
    END IF;
END $$
"""
DROP = "DROP COLLATION pinyin"


class Migration(migrations.Migration):
    """Names stand in the order that a Chinese reader looks them up in, the same in every list and select."""

    dependencies = [
        ("communities", "0012_watched"),
    ]

    operations = [
        migrations.RunSQL(MAKE, DROP),
        migrations.AlterField(
            model_name="community",
            name="name",
            field=models.CharField(db_collation="pinyin", max_length=80, unique=True, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="servicestation",
            name="name",
            field=models.CharField(db_collation="pinyin", max_length=80, unique=True, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="staffmember",
            name="name",
            field=models.CharField(db_collation="pinyin", max_length=80, verbose_name="name"),
        ),
    ]
