"""Which backup was made last: a row, for the machine that is asked may not be the one that made it.

It decides nothing; `doctor`, /operate/ and the metrics read it.
"""

from config.backup.make import Made
from papers.models import LastBackup


def note_last(made: Made) -> None:
    fields = {
        "made_at": made.manifest.made_at,
        "name": made.path.name,
        "size_bytes": made.size_bytes,
    }
    LastBackup.objects.update_or_create(id=1, defaults=fields)


def last_backup() -> LastBackup | None:
    """Return the row of the newest backup, None where none was made yet. One query."""
    return LastBackup.objects.first()
