from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0008_session_generation'),
    ]

    operations = [
        # What is left of it where this was stopped half-way: an index that is not valid.
        migrations.RunSQL(
            'DROP INDEX CONCURRENTLY IF EXISTS delivery_failed', migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['finished_at'], name='delivery_failed'),
        ),
    ]
