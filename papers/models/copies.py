from django.db import models
from django.db.models.functions import Now


class RestoredCopy(models.Model):
    """A row: this database was restored from a backup, and nobody has yet said that it is the site.

    While it is there no mail leaves and no source is read (papers/arming.py). `manage.py restore`
    writes it before the first row of data, `manage.py armmail` takes it away.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    backup_made_at = models.DateTimeField()
    restored_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "restored copies"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="restoredcopy_single_row")
        ]

    def __str__(self) -> str:
        return f"backup of {self.backup_made_at:%Y-%m-%d %H:%M} UTC"


class LastBackup(models.Model):
    """A row: the newest backup that was made of this database, on whichever machine it lies."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    made_at = models.DateTimeField()
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="lastbackup_single_row")
        ]

    def __str__(self) -> str:
        return self.name
