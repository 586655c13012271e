"""Batches that claimed to be complete without anybody's word: nobody had stated a total."""

from typing import Any

from django.db import migrations


def restate(apps: Any, schema_editor: Any) -> None:
    batches = apps.get_model("papers", "Batch").objects.filter(expected=None)
    batches.filter(received=0).update(state="none_today")
    batches.filter(received__gt=0).update(state="unknown")


def keep(apps: Any, schema_editor: Any) -> None:
    """The states of before made no other claim that could be restored."""


class Migration(migrations.Migration):
    dependencies = [("papers", "0003_feeds")]
    operations = [migrations.RunPython(restate, keep)]
