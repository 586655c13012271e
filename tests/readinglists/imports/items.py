"""Imports and lists as readers make them, for the tests beside."""

from django.utils import timezone

from accounts.models import User
from readinglists.imports import steps
from readinglists.models import Entry, ListImport, ReadingList
from readinglists.positions import items_in_order
from tests.factories import make_user


def make_import(
    text: str, *, by: User | None = None, into: ReadingList | None = None, file_name: str = ""
) -> ListImport:
    """A file that was taken and read."""
    return steps.take_file(
        by or (into.owner if into else make_user()),
        text.encode(),
        file_name=file_name,
        into=into,
        now=timezone.now(),
    )


def import_text(
    text: str, *, by: User | None = None, into: ReadingList | None = None
) -> ListImport:
    """A file that was taken, read and written."""
    made = make_import(text, by=by, into=into)
    steps.ask_to_write(made, into=into, new_title=made.new_title)
    return made


def shown(reading_list: ReadingList | None) -> list[str]:
    """A list as lines: `# heading`, and for a paper its arXiv id, tags and note."""
    assert reading_list is not None
    entries = {e.pk: e for e in Entry.objects.filter(reading_list=reading_list)}
    heads = {h.pk: h for h in reading_list.headings.all()}
    lines = []
    for spot in items_in_order(reading_list.pk):
        if spot.kind == "h":
            lines.append(f"# {heads[spot.pk].title}")
        else:
            entry = entries[spot.pk]
            parts = (entry.paper.arxiv_id, *(f"[{tag}]" for tag in entry.tags), entry.note)
            lines.append(" ".join(filter(None, parts)))
    return lines
