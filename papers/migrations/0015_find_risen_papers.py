from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('papers', '0014_last_backup'),
    ]

    operations = [
        # What is left of it where this was stopped half-way: an index that is not valid.
        migrations.RunSQL(
            'DROP INDEX CONCURRENTLY IF EXISTS paperstats_risen', migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name='paperstats',
            index=models.Index(condition=models.Q(('risen_on__isnull', False)), fields=['risen_on'], name='paperstats_risen'),
        ),
    ]
