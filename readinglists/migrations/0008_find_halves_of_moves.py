from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('readinglists', '0007_moves_have_two_halves'),
    ]

    operations = [
        # What is left of it where this was stopped half-way: an index that is not valid.
        migrations.RunSQL(
            'DROP INDEX CONCURRENTLY IF EXISTS listchange_other_half', migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name='listchange',
            index=models.Index(condition=models.Q(('other_half__isnull', False)), fields=['other_half'], name='listchange_other_half'),
        ),
    ]
