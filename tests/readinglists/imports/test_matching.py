import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.merging import merge
from papers.models import PaperIdentifier
from readinglists.imports.matching import Matcher, Outcome
from readinglists.imports.records import ImportedRecord, Name
from tests.factories import make_paper

pytestmark = pytest.mark.django_db

TITLE = "Kestrels over the northern moors"


def record(*names: Name, title: str = "", authors: tuple[str, ...] = ()) -> ImportedRecord:
    return ImportedRecord("line 1", names, title=title, authors=authors)


def outcome_of(one: ImportedRecord) -> tuple[str, int | None]:
    (match,) = Matcher().match([one])
    return match.outcome, match.paper_id


def test_a_paper_is_known_by_each_of_its_names() -> None:
    paper = make_paper(arxiv_id="2401.00001")
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1234/x")
    PaperIdentifier.objects.create(paper=paper, scheme="url", value="https://pub.example/x")
    for name in (
        ("arxiv", "2401.00001"),
        ("doi", "10.1234/x"),
        ("url", "https://pub.example/x"),
        ("url", "http://PUB.example/x#top"),
        ("url", f"http://localhost:8000/paper/number/{paper.pk}/"),
    ):
        assert outcome_of(record(name)) == ("matched", paper.pk), name


def test_a_page_here_of_a_paper_that_was_merged_leads_to_the_one_that_stays() -> None:
    paper, gone = make_paper(), make_paper(arxiv_id=None)
    number = gone.pk
    merge(paper.pk, number)
    name = ("url", f"http://localhost:8000/paper/number/{number}/")
    assert outcome_of(record(name)) == ("matched", paper.pk)


def test_pages_of_other_sites_are_not_ours() -> None:
    paper = make_paper()
    name = ("url", f"https://elsewhere.example/paper/number/{paper.pk}/")
    assert outcome_of(record(name)) == ("unknown", None)


def test_an_id_or_a_doi_that_is_not_here_is_new() -> None:
    for name in (("arxiv", "2401.00001"), ("doi", "10.1234/x")):
        (match,) = Matcher().match([record(name, ("url", "https://a.example/"))])
        assert (match.outcome, match.name) == (Outcome.NEW, name)


def test_another_arxiv_id_is_another_paper_whatever_doi_they_share() -> None:
    paper = make_paper(arxiv_id="2401.00001", title=TITLE)
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1234/x")
    other = record(
        ("arxiv", "2401.00002"), ("doi", "10.1234/x"), title=TITLE, authors=("Ada Moor",)
    )
    assert outcome_of(other) == ("new", None)


def test_a_doi_leads_to_a_paper_without_an_arxiv_id() -> None:
    paper = make_paper(arxiv_id=None)
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1234/x")
    assert outcome_of(record(("arxiv", "2401.00002"), ("doi", "10.1234/x"))) == (
        "matched",
        paper.pk,
    )


@pytest.mark.parametrize("author", ["Ada van Möör", "van Moor, A.", "A. Moor Jr.", "MOOR"])
def test_title_and_first_author_lead_to_a_paper(author: str) -> None:
    paper = make_paper(title=TITLE, authors=("Ada Moor", "B. Li"))
    one = record(title=f"  {TITLE.upper()}. ", authors=(author,))
    assert outcome_of(one) == ("matched", paper.pk)


def test_a_title_alone_or_an_ambiguous_one_is_not_matched_and_told() -> None:
    make_paper(title=TITLE, authors=("Ada Moor",))
    (alone,) = Matcher().match([record(title=TITLE)])
    assert "no author" in alone.words
    (other,) = Matcher().match([record(title=TITLE, authors=("B. Li",))])
    assert "another first author" in other.words
    make_paper(title=TITLE, authors=("A. Moor",))
    (ambiguous,) = Matcher().match([record(title=TITLE, authors=("Ada Moor",))])
    assert "Several papers" in ambiguous.words
    assert ambiguous.outcome == Outcome.UNKNOWN


def test_what_names_nothing_is_told_why() -> None:
    words = [
        match.words
        for match in Matcher().match(
            [record(), record(title="Something else"), record(("url", "https://a.example/"))]
        )
    ]
    assert "names no paper" in words[0]
    assert "no paper here has this title" in words[1]
    assert "at this address" in words[2]


def test_the_same_paper_twice_is_a_double_of_the_first_also_in_the_next_chunk() -> None:
    paper = make_paper(arxiv_id="2401.00001")
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1234/x")
    matcher = Matcher()
    first = matcher.match([record(("arxiv", "2401.00001")), record(("arxiv", "2401.00009"))])
    second = matcher.match([record(("doi", "10.1234/x")), record(("arxiv", "2401.00009"))])
    assert [match.outcome for match in first] == ["matched", "new"]
    assert [(match.outcome, match.first) for match in second] == [("double", 0), ("double", 1)]


def test_the_number_of_queries_does_not_grow() -> None:
    def queries(count: int) -> int:
        records = [
            record(
                *((scheme, value.format(number)) for scheme, value in NAMES[number % 3]),
                title=f"Another title, number {number}",
            )
            for number in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            Matcher().match(records)
        return len(captured)

    assert queries(10) == queries(100) <= 7


NAMES: list[list[Name]] = [
    [("arxiv", "2401.{:05}")],
    [("doi", "10.1234/{}")],
    [("url", "http://localhost:8000/paper/number/{}/"), ("url", "https://a.example/{}")],
]
