"""Reads the file of an import and stores what it holds as rows, to be looked at.

It decides what a row says of a record, and counts along for the page that waits. Read more:
reading.py (formats), matching.py (which papers are known here).
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from papers.feeds.parsing import ParserBugError
from papers.feeds.records import ParseError
from readinglists.imports.apart import read_apart
from readinglists.imports.matching import CHUNK, Match, Matcher, Outcome
from readinglists.imports.records import LONGEST_NOTE, N_, ImportedFile, Problem
from readinglists.imports.turns import State, fail, give_back, go_on, keep
from readinglists.merging import join_notes
from readinglists.models import ImportRow, ListImport

logger = logging.getLogger(__name__)

Item = TypeVar("Item")


def read_file(claimed: ListImport) -> None:
    """Read it in a process of its own; what comes of it stands in the row, also a failure."""
    try:
        found = read_apart(bytes(claimed.data or b""), claimed.file_name)
    except ParseError as error:
        fail(claimed, str(error))
        return
    except ParserBugError:
        logger.exception("The file of import %d shows a fault of its reader.", claimed.pk)
        fail(claimed, _("It could not be read: this is a fault of the site, now in its log."))
        return
    _store(claimed, found)


def _store(claimed: ListImport, found: ImportedFile) -> None:
    """Match and store the records in chunks, each committed, so that the page can count along."""
    is_ours = go_on(
        claimed,
        total=len(found.records),
        looked_at=0,
        format=found.format,
        charset=found.charset,
        is_guessed=found.is_guessed,
        new_title=claimed.new_title or _title_for(found, claimed.file_name),
    )
    if not is_ours:
        return
    ImportRow.objects.filter(list_import=claimed).delete()
    matcher = Matcher()
    problems = {problem.where: problem for problem in reversed(found.problems)}
    doubles: dict[int, list[str]] = {}
    place = 0
    for chunk in _chunks(found.records, CHUNK):
        with transaction.atomic():
            if not keep(claimed):
                return  # another worker took over, or the reader threw it away
            matches = matcher.match(chunk)
            rows = [_row(claimed, place + at, match) for at, match in enumerate(matches)]
            ImportRow.objects.bulk_create(rows, batch_size=CHUNK)
            place += len(chunk)
            for match in matches:
                if match.first is not None and match.record.note:
                    doubles.setdefault(match.first, []).append(match.record.note)
                if match.outcome == Outcome.UNKNOWN:
                    problems.pop(match.record.where, None)
            go_on(claimed, looked_at=place)
    _finish_reading(claimed, found, problems, doubles)


def _finish_reading(
    claimed: ListImport,
    found: ImportedFile,
    problems: dict[str, Problem],
    doubles: dict[int, list[str]],
) -> None:
    named = {record.where for record in found.records}
    kept = [problem for problem in found.problems if problem.where in problems]
    with transaction.atomic():
        if not keep(claimed):
            return
        kept += _join_doubles(claimed, doubles)
        ImportRow.objects.bulk_create(
            (
                _problem_row(claimed, len(found.records) + at, problem, named)
                for at, problem in enumerate(kept)
            ),
            batch_size=CHUNK,
        )
        give_back(claimed, state=State.READY, data=None, attempts=0)


def _join_doubles(claimed: ListImport, doubles: dict[int, list[str]]) -> list[Problem]:
    """Give the first record of each paper the notes of its doubles; return what became too long."""
    too_long = []
    for row in claimed.rows.filter(place__in=doubles):
        note = join_notes(row.note, *doubles[row.place])
        row.note = note[:LONGEST_NOTE]
        row.save(update_fields=["note"])
        if len(note) > LONGEST_NOTE:
            words = N_("Its notes together are longer than 5,000 characters; the end is cut.")
            too_long.append(Problem(row.where, words, note[LONGEST_NOTE:][:500]))
    return too_long


def _row(claimed: ListImport, place: int, match: Match) -> ImportRow:
    record = match.record
    names = record.names[0][1] if record.names else ""
    return ImportRow(
        list_import=claimed,
        place=place,
        outcome=match.outcome,
        where=record.where,
        words=match.words,
        excerpt=record.title or names[:500],
        paper_number=match.paper_id,
        scheme=match.name[0] if match.name else "",
        value=match.name[1] if match.name else "",
        note=record.note,
        tags=list(record.tags),
        section=record.section,
    )


def _problem_row(claimed: ListImport, place: int, problem: Problem, named: set[str]) -> ImportRow:
    """A piece that no record came of is not understood; a remark is about a record."""
    is_remark = problem.where in named or not problem.where
    return ImportRow(
        list_import=claimed,
        place=place,
        outcome=ImportRow.Outcome.REMARK if is_remark else ImportRow.Outcome.UNKNOWN,
        where=problem.where,
        words=problem.words,
        excerpt=problem.excerpt,
    )


def _title_for(found: ImportedFile, file_name: str) -> str:
    stem = file_name.partition(".")[0].replace("_", " ").strip()
    return (found.title or stem or _("Imported papers"))[:200]


def _chunks(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
