from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('readinglists', '0007_moves_have_two_halves'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='listchange',
            index=models.Index(condition=models.Q(('other_half__isnull', False)), fields=['other_half'], name='listchange_other_half'),
        ),
    ]
