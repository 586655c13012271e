import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from pytest_django import Settings

from papers import formats
from papers.models import Paper, PaperIdentifier
from papers.search.follower import index_now
from papers.views import feeds_out
from tests.factories import DAY, make_paper
from tests.papers.formats.sample import PAPER

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = ["/search/feed.atom", "/search/feed.json", "/search/papers.bib"]


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def titles(client: Client, text: str) -> list[str]:
    answer = client.get("/search/feed.json", {"q": text})
    return [item["title"] for item in json.loads(answer.content)["items"]]


@pytest.mark.parametrize("address", ADDRESSES)
def test_anybody_gets_the_papers_that_match(client: Client, address: str) -> None:
    make_paper(title="On kestrels"), make_paper(title="On owls")
    index_now()
    answer = client.get(address, {"q": "kestrel"})
    assert answer.status_code == 200
    assert "On kestrels" in answer.content.decode()
    assert "On owls" not in answer.content.decode()


def test_the_newest_come_first_whatever_the_relevance(client: Client) -> None:
    make_paper(title="Kestrel kestrel", announced_on=DAY.replace(day=1))
    make_paper(title="A day with one kestrel in it", announced_on=DAY)
    index_now()
    assert titles(client, "kestrel") == ["A day with one kestrel in it", "Kestrel kestrel"]


def test_a_feed_is_bounded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    form = feeds_out.Format("application/json", "json", 2, feeds_out.JSON.write)
    monkeypatch.setattr(feeds_out, "JSON", form)
    for _ in range(3):
        make_paper(title="On kestrels")
    index_now()
    assert len(titles(client, "kestrel")) == 2


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_it_already_is_told_so(client: Client, address: str) -> None:
    make_paper(title="On kestrels")
    index_now()
    first = client.get(address, {"q": "kestrel"})
    again = client.get(address, {"q": "kestrel"}, headers={"if-none-match": first["ETag"]})
    since = client.get(
        address, {"q": "kestrel"}, headers={"if-modified-since": first["Last-Modified"]}
    )
    assert (again.status_code, again.content, since.status_code) == (304, b"", 304)
    assert "max-age=900" in again["Cache-Control"]


def test_a_new_paper_changes_the_answer(client: Client) -> None:
    make_paper(title="On kestrels")
    index_now()
    first = client.get("/search/feed.atom", {"q": "kestrel"})
    make_paper(title="More kestrels")
    index_now()
    headers = {"if-none-match": first["ETag"]}
    assert client.get("/search/feed.atom", {"q": "kestrel"}, headers=headers).status_code == 200


def test_the_answer_may_be_kept_for_everybody(client: Client) -> None:
    index_now()
    answer = client.get("/search/feed.atom", {"q": "kestrel"})
    assert answer["Cache-Control"] == "public, max-age=900"
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_without_a_query_it_says_what_to_write(client: Client, text: str) -> None:
    answer = client.get("/search/feed.atom", {"q": text})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "?q=" in answer.content.decode()


def test_without_an_index_it_asks_to_come_again(client: Client) -> None:
    answer = client.get("/search/papers.bib", {"q": "owl"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_reading_is_allowed(client: Client, address: str) -> None:
    assert client.post(address, {"q": "owl"}).status_code == 405


def test_a_file_of_references_has_doi_and_a_name(client: Client) -> None:
    paper = make_paper(title="On kestrels", arxiv_id="2603.00141")
    for value in ("10.48550/arxiv.2603.00141", "10.1000/birds"):
        PaperIdentifier.objects.create(paper=paper, scheme="doi", value=value)
    index_now()
    answer = client.get("/search/papers.bib", {"q": "kestrel"})
    assert "doi = {10.1000/birds}" in answer.content.decode()
    assert 'filename="kestrel-broadsheet.bib"' in answer["Content-Disposition"]


def test_a_paper_deleted_since_is_left_out(client: Client) -> None:
    make_paper(title="On kestrels")
    index_now()
    Paper.objects.all().delete()
    assert titles(client, "kestrel") == []


def test_more_papers_cost_no_more_queries(
    client: Client, django_assert_num_queries: object
) -> None:
    for _ in range(12):
        make_paper(title="On kestrels")
    index_now()
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get("/search/feed.json", {"q": "kestrel"})


@pytest.mark.parametrize("text", ['"', "ti:", "' OR 1=1", "<script>", "\U0001f426", "a* OR b*"])
def test_no_text_breaks_it(client: Client, text: str) -> None:
    index_now()
    for address in ADDRESSES:
        assert client.get(address, {"q": text}).status_code in (200, 400)


@pytest.mark.parametrize("query", ["kestrel", ""])
def test_search_engines_are_told_not_to_walk_through_searches(client: Client, query: str) -> None:
    index_now()
    answer = client.get("/search/feed.atom", {"q": query})
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("ending", formats.FORMATS)
def test_a_search_leaves_in_every_format(client: Client, ending: str) -> None:
    make_paper(title="On kestrels", arxiv_id="2603.00141")
    index_now()
    answer = client.get(f"/search/papers.{ending}", {"q": "kestrel"})
    assert answer["Content-Type"] == formats.FORMATS[ending].content_type
    named = f'inline; filename="kestrel-broadsheet.{ending}"'
    assert answer["Content-Disposition"] == named
    assert "2603.00141" in answer.content.decode()


def test_the_page_of_a_search_names_all_its_files_and_feeds(client: Client) -> None:
    make_paper(title="On kestrels")
    index_now()
    page = client.get("/search/", {"q": 'ti:"on kestrels"'}).content.decode()
    for ending in formats.FORMATS:
        assert f"/search/papers.{ending}?q=ti%3A%22on+kestrels%22" in page
    assert "/search/feed.atom?q=ti%3A%22on+kestrels%22" in page


def streamed(request: HttpRequest, items: Iterable[formats.Item]) -> HttpResponseBase:
    return feeds_out.stream(
        request,
        formats.FORMATS["bib"],
        formats.Head("My owls & kestrels"),
        items,
        version="7 2026-03-02",
        cache_control="private, no-cache",
    )


def no_items() -> Iterator[formats.Item]:
    yield refuse_to_read()


def refuse_to_read() -> formats.Item:
    pytest.fail("a paper was read")


def test_a_long_file_is_sent_while_it_is_written() -> None:
    answer = streamed(RequestFactory().get("/"), iter([formats.Item(PAPER)] * 1_000))
    assert isinstance(answer, StreamingHttpResponse)
    pieces = list(answer)
    assert len(pieces) > 5
    assert b"".join(pieces).count(b"@misc{") == 1_000
    assert answer["Content-Disposition"] == 'inline; filename="my-owls-kestrels.bib"'
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_head_of_a_long_file_reads_no_paper() -> None:
    answer = streamed(RequestFactory().head("/"), no_items())
    assert isinstance(answer, StreamingHttpResponse)
    assert (answer.status_code, list(answer)) == (200, [])


def test_who_has_a_long_file_already_costs_no_paper() -> None:
    etag = streamed(RequestFactory().head("/"), no_items())["ETag"]
    request = RequestFactory().get("/", headers={"if-none-match": etag})
    answer = streamed(request, no_items())
    assert (answer.status_code, answer["ETag"]) == (304, etag)
    assert answer["Cache-Control"] == "private, no-cache"
