"""Tables of vectors. They need pgvector 0.8 (halfvec, iterative scans), which only an administrator
of the server may create: where it is missing, the words say what to ask for."""

from typing import Any

import papers.models.meaning
from django.core.management import CommandError
from django.db import migrations, models


OLDEST = (0, 8)
WORDS = """Search by meaning needs pgvector 0.8 or newer in this database{found}. Ask its administrator for

    CREATE EXTENSION IF NOT EXISTS vector;
    ALTER EXTENSION vector UPDATE;

in the database {database}, then migrate again."""


def need_pgvector(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database(),"
            " (SELECT extversion FROM pg_extension WHERE extname = 'vector')"
        )
        database, version = cursor.fetchone()
    numbers = tuple(int(part) for part in (version or "0").split(".")[:2] if part.isdigit())
    if numbers >= OLDEST:
        return
    found = f" (it has {version})" if version else ""
    raise CommandError(WORDS.format(found=found, database=database))


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0004_restate_batches'),
    ]

    operations = [
        migrations.RunPython(need_pgvector, migrations.RunPython.noop),
        migrations.CreateModel(
            name='PaperVectorA',
            fields=[
                ('paper_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('embedding', papers.models.meaning.HalfVectorField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PaperVectorB',
            fields=[
                ('paper_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('embedding', papers.models.meaning.HalfVectorField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MeaningPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_key', models.UUIDField()),
                ('array', models.CharField(max_length=20)),
                ('number', models.PositiveSmallIntegerField()),
                ('data', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('model_key', 'array', 'number'), name='meaningpart_unique')],
            },
        ),
        migrations.CreateModel(
            name='MeaningSlot',
            fields=[
                ('name', models.CharField(max_length=1, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('empty', 'Empty'), ('filling', 'Filling'), ('ready', 'Ready')], default='empty', max_length=10)),
                ('is_live', models.BooleanField(default=False)),
                ('model_key', models.UUIDField(null=True)),
                ('trained_at', models.DateTimeField(null=True)),
                ('trained_papers', models.PositiveIntegerField(default=0)),
                ('live_since', models.DateTimeField(null=True)),
                ('database', models.CharField(blank=True, max_length=100)),
                ('is_filled', models.BooleanField(default=False)),
                ('filled_to', models.BigIntegerField(default=0)),
                ('cursor_xid', models.BigIntegerField(default=0)),
                ('cursor_paper_id', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_live', True)), fields=('is_live',), name='meaningslot_one_live'), models.CheckConstraint(condition=models.Q(('name__in', ('a', 'b'))), name='meaningslot_a_or_b'), models.CheckConstraint(condition=models.Q(('is_live', False), ('state', 'ready'), _connector='OR'), name='meaningslot_live_is_ready')],
            },
        ),
        migrations.CreateModel(
            name='MeaningTraining',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(null=True)),
                ('last_error', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='meaningtraining_single_row')],
            },
        ),
    ]
