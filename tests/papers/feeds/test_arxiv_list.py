from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import Settings

from papers.feeds import arxiv_list
from papers.feeds.arxiv_list import parse
from papers.feeds.records import FetchError, ParsedFeed, ParseError
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.origin.samples import make_batch, make_origin_paper

MONDAY = date(2026, 3, 2)
NEW = "New submissions (showing 95 of 95 entries)"
CROSS = "Cross submissions (showing 1,040 of 1,040 entries)"
REPLACED = "Replacement submissions (showing 7 of 7 entries)"


def make_page(*headings: str, day: str = "Monday, 2 March 2026", content: str = "") -> bytes:
    parts = "".join(f"<dl id='articles'>\n    <h3>{heading}</h3></dl>\n" for heading in headings)
    return f"""<!DOCTYPE html>
<html lang="en"><body><div id='dlpage'>
  <h1>Computation &amp; Language</h1>
<p>See <a id="recent-cs.CL" href="/list/cs.CL/recent">recent</a> articles</p>
<h3>Showing new listings for {day}</h3>
{content}{parts}</div></body></html>""".encode()


def read(*headings: str, day: str = "Monday, 2 March 2026", content: str = "") -> ParsedFeed:
    return parse(make_page(*headings, day=day, content=content), category="cs.CL")


def test_the_page_states_its_day_and_how_many_papers_it_has() -> None:
    assert read(NEW, CROSS, REPLACED) == ParsedFeed(
        records=(), day=MONDAY, expected=1_142, title="Computation & Language"
    )


@pytest.mark.parametrize(
    ("heading", "total"),
    [
        ("New submissions (showing first 50 of 95 entries)", 95),
        ("New submissions (continued, showing last 45 of 95 entries)", 95),
        ("New submissions for Monday, 2 March 2026 (showing 95 of 95 entries )", 95),
        ("Cross submissions (showing 0 of 0 entries)", 0),
    ],
)
def test_each_way_of_stating_a_total_is_read(heading: str, total: int) -> None:
    assert read(heading).expected == total


def test_parts_left_out_of_a_long_page_are_in_its_total() -> None:
    content = "<div class='paging'>Total of 2500 entries : <a href=/>1-2000</a></div>"
    assert read(NEW, content=content).expected == 2_500


def test_a_day_without_listings_expects_none() -> None:
    assert read(content="<p>No updates today.</p>").expected == 0


def test_a_title_cannot_pass_for_a_heading() -> None:
    content = f"<div class='list-title'>&lt;h3&gt;{NEW}&lt;/h3&gt; {NEW} Total of 9 entries</div>"
    assert read(REPLACED, content=content).expected == 7


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is not arXiv's list of cs.CL"),
        (b"<html>Sorry, too many requests</html>", "it begins .<html>Sorry, too many"),
        (make_page(NEW).replace(b"/list/cs.CL/", b"/list/cs.LG/"), "is not arXiv's list of cs.CL"),
        (make_page(NEW, day="today"), "does not say of which day"),
        (make_page(NEW, day="Monday, 31 February 2026"), "does not say of which day"),
        (make_page(), "does not say how many papers"),
        (make_page("New submissions"), "does not say how many papers"),
        (make_page(NEW)[:120], "is not arXiv's list"),
    ],
)
def test_what_is_no_such_page_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body, category="cs.CL")


@pytest.fixture
def origin(settings: Settings, db: None) -> Iterator[Origin]:
    papers = [*make_batch(day=MONDAY, count=12), make_origin_paper(arxiv_id="2510.00009")]
    with Origin(papers=papers, day=MONDAY) as running:
        point_at(running, settings)
        yield running


def test_the_page_of_a_category_is_fetched(origin: Origin) -> None:
    feed = parse(arxiv_list.fetch_new("cs.CL").body, category="cs.CL")
    assert (feed.day, feed.expected) == (MONDAY, 13)
    assert origin.requests[0].path == "/list/cs.CL/new"


def test_a_page_that_is_not_to_be_had_is_an_error_in_words(origin: Origin) -> None:
    origin.fail_next(status=403, path="/list")
    with pytest.raises(FetchError, match="HTTP 403"):
        arxiv_list.fetch_new("cs.CL")
