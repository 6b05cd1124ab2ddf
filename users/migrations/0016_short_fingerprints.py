from django.db import migrations, models

# Fingerprints are made another way from now on: the first file that tells a known order again writes it once more. What
# counts until then is that there is one. Kept versions of orders hold theirs as text. Files that wait to be written are
# read anew, since their staged orders have the old ones.
SHORTER = """
ALTER TABLE users_order
    ALTER COLUMN fingerprint TYPE bigint USING ('x' || left(replace(fingerprint::text, '-', ''), 16))::bit(64)::bigint,
    ALTER COLUMN refund_fingerprint TYPE bigint
          USING ('x' || left(replace(refund_fingerprint::text, '-', ''), 16))::bit(64)::bigint;
UPDATE users_orderbefore b
   SET "order" = b."order" || jsonb_build_object(
           'fingerprint', ('x' || left(replace(w.fingerprint, '-', ''), 16))::bit(64)::bigint,
           'refund_fingerprint', ('x' || left(replace(w.refund_fingerprint, '-', ''), 16))::bit(64)::bigint)
  FROM (SELECT id, "order" ->> 'fingerprint' AS fingerprint, "order" ->> 'refund_fingerprint' AS refund_fingerprint
          FROM users_orderbefore) w
 WHERE w.id = b.id;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = 'staging' AND tablename ~ '^import_[0-9]+_(lines|heads|people)$'
    LOOP
        EXECUTE format('DROP TABLE staging.%I CASCADE', name);
    END LOOP;
END $$
"""
LONGER = """
ALTER TABLE users_order
    ALTER COLUMN fingerprint TYPE uuid USING rpad(to_hex(fingerprint), 32, '0')::uuid,
    ALTER COLUMN refund_fingerprint TYPE uuid USING rpad(to_hex(refund_fingerprint), 32, '0')::uuid;
UPDATE users_orderbefore b
   SET "order" = b."order" || jsonb_build_object(
           'fingerprint', rpad(to_hex((b."order" ->> 'fingerprint')::bigint), 32, '0')::uuid,
           'refund_fingerprint', rpad(to_hex((b."order" ->> 'refund_fingerprint')::bigint), 32, '0')::uuid)
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0015_lines_by_order")]

    operations = [
        migrations.RunSQL(
            SHORTER,
            LONGER,
            state_operations=[
                migrations.AlterField(
                    model_name="order",
                    name="fingerprint",
                    field=models.BigIntegerField(
                        help_text="of its sale rows; equal means nothing to rewrite", null=True
                    ),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="refund_fingerprint",
                    field=models.BigIntegerField(help_text="of its refund rows", null=True),
                ),
            ],
        )
    ]
