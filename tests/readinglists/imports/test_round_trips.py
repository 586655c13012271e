"""What the site writes it reads back as it was: a thousand nasty lists in every format."""

import random

import pytest

from papers.formats import FORMATS, Head, Item
from papers.models import Paper, PaperIdentifier
from papers.references import read_references
from readinglists.imports.reading import read
from readinglists.models import ReadingList
from readinglists.positions import items_in_order
from tests.factories import make_paper, make_reading_list
from tests.readinglists.imports import nasty
from tests.readinglists.imports.items import import_text
from tests.readinglists.imports.nasty import Kept

LISTS = 1_000
LISTS_STORED = 8
HEAD = Head(
    title="= My {list} %\n@misc{x, doi={10.9999/no}}",
    page="https://papers.example.org/lists/7/",
    description="About arXiv:2401.99999\n- and [more](https://no.example/)\n# Not a section",
    notes=("@article{y, eprint={2401.99998}}",),
)


@pytest.mark.promise(38)
@pytest.mark.parametrize("ending", FORMATS)
def test_a_list_reads_back_as_it_was_written(ending: str) -> None:
    chance = random.Random(f"kestrels {ending}")  # noqa: S311 - the same lists each time
    for number in range(LISTS):
        items = nasty.items(chance) or nasty.items(chance, most=8)
        if not items:
            continue
        body = b"".join(FORMATS[ending].write(HEAD if number % 2 else Head(), items))
        found = read(body, filename=f"list.{ending}")
        told = [
            Kept(record.names[0], record.section, record.tags, record.note)
            for record in found.records
        ]
        assert told == [nasty.kept(item, ending) for item in items], body.decode()
        assert not found.problems, body.decode()


@pytest.mark.promise(38)
@pytest.mark.django_db
@pytest.mark.parametrize("ending", [ending for ending in FORMATS if ending != "txt"])
def test_a_stored_list_is_equal_after_export_and_import(ending: str) -> None:
    chance = random.Random(f"moors {ending}")  # noqa: S311 - the same lists each time
    for _number in range(LISTS_STORED):
        before = stored(nasty.items(chance) or nasty.items(chance, most=8))
        body = b"".join(FORMATS[ending].write(HEAD, items_of(before)))
        made = import_text(body.decode(), by=before.owner)
        assert made.reading_list
        assert rows_of(made.reading_list, ending) == rows_of(before, ending), body.decode()
        assert not made.reading_list.waiting.exists()
        Paper.objects.all().delete()


def stored(items: list[Item]) -> ReadingList:
    reading_list = make_reading_list()
    section = ""
    for place, item in enumerate(items):
        if item.section != section:
            section = item.section
            reading_list.headings.create(title=section, position=f"a{place:03}A")
        reading_list.entries.create(
            paper=stored_paper(item),
            position=f"a{place:03}B",
            note=item.note.replace("\x00", ""),
            tags=list(item.tags),
        )
    return reading_list


def stored_paper(item: Item) -> Paper:
    reference = item.reference
    paper = make_paper(
        arxiv_id=reference.arxiv_id or None,
        title=reference.title.replace("\x00", ""),
        authors=tuple(name.replace("\x00", "") for name in reference.authors),
    )
    if reference.doi:
        PaperIdentifier.objects.create(paper=paper, scheme="doi", value=reference.doi)
    return paper


def items_of(reading_list: ReadingList) -> list[Item]:
    heads = dict(reading_list.headings.values_list("pk", "title"))
    entries = {entry.pk: entry for entry in reading_list.entries.all()}
    papers = {
        each.paper_id: each
        for each in read_references([entry.paper_id for entry in entries.values()])
    }
    items, section = [], ""
    for spot in items_in_order(reading_list.pk):
        if spot.kind == "h":
            section = heads[spot.pk]
            continue
        entry = entries[spot.pk]
        items.append(Item(papers[entry.paper_id], entry.note, tuple(entry.tags), section))
    return items


def rows_of(reading_list: ReadingList, ending: str) -> list[tuple[int, str, tuple[str, ...], str]]:
    return [
        (item.reference.paper_id, item.section, item.tags, nasty.note_kept(item.note, ending))
        for item in items_of(reading_list)
    ]
