import uuid

from django.db import models

from papers.models.fields import TransactionIdField


class PaperTombstone(models.Model):
    """A paper that was deleted, kept so that every machine's index can forget it."""

    paper_id = models.BigIntegerField(primary_key=True)
    changed_xid = TransactionIdField()
    # A number, not a key: the paper it went into may itself be merged or deleted later.
    merged_into = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["changed_xid"], name="papertombstone_changed")]

    def __str__(self) -> str:
        return str(self.paper_id)


class SearchEpoch(models.Model):
    """One row with a random id: an index of another epoch is rebuilt.

    `manage.py index --new-epoch` renews it, after a dump was restored over a database in use: the
    restored rows bear old transaction ids, which no follower would look at again.

    The follower's cursor itself lies in the index, in the payload of its last commit.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="searchepoch_single_row")
        ]

    def __str__(self) -> str:
        return str(self.epoch)
