"""What every format writes: papers as somebody holds them, with notes, tags and sections."""

from dataclasses import dataclass
from datetime import datetime

from papers.references import Reference


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says about itself. `page` is the address where people read the same; `notes`
    are sentences about the file; `description` is plain text, its line breaks kept."""

    title: str = ""
    page: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One paper of a file. `note` is plain text, its line breaks kept; `tags` hold neither commas
    nor semicolons nor line breaks; items of one `section` ("" for none) stand together."""

    reference: Reference
    note: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    added_at: datetime | None = None
