import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from papers.feeds import huggingface
from papers.feeds.fetch import FetchedResponse
from papers.feeds.huggingface import parse
from papers.feeds.records import FetchError, PaperRecord, ParseError, SignalRecord
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.origin.samples import make_hf_item
from tests.papers.feeds.sampling import SHARED, needs_shared_data, read_sample

DAY = date(2026, 3, 2)


def parse_items(*items: object) -> tuple[tuple[PaperRecord, ...], tuple[str, ...]]:
    feed = parse(json.dumps(items).encode(), observed_on=DAY)
    return feed.records, feed.problems


def make_item(**paper: object) -> dict[str, object]:
    return {"paper": {"id": "2603.00101", "title": "Windmills"} | paper}


def test_a_paper_is_read_whole() -> None:
    record = parse(read_sample("hf_day.json"), observed_on=DAY).records[0]
    assert record == PaperRecord(
        arxiv_id="2603.00101",
        title="Counting Windmills with Patience",
        abstract="Windmills turn. We count them, and $a < b$ holds.",
        authors=("Ada Example", "Bo Sample"),
        submitted_at=datetime(2026, 2, 27, 6, 26, 2, tzinfo=UTC),
        code_url="https://github.com/example/windmills",
        project_url="https://example.org/windmills",
        keywords=("counting",),
        listed_on=DAY,
        signals=(
            SignalRecord("hf_upvotes", DAY, 36),
            SignalRecord("hf_comments", DAY, 2),
            SignalRecord("github_stars", DAY, 1830),
        ),
    )


def test_a_list_as_long_as_an_answer_can_be_is_said_to_be_perhaps_cut() -> None:
    items = [make_item(id=f"2603.{number:05d}") for number in range(1, 101)]
    assert parse_items(*items[:99])[1] == ()
    assert "there may be more" in parse_items(*items)[1][0]
    assert parse(json.dumps(items).encode(), observed_on=DAY, is_paged=True).problems == ()


def test_an_id_and_a_title_are_enough() -> None:
    record = parse(read_sample("hf_day.json"), observed_on=DAY).records[1]
    assert record == PaperRecord(arxiv_id="2603.00102", title="Only an Outer Title")


def test_zero_is_a_count_and_missing_is_none() -> None:
    (record,), _ = parse_items(make_item(upvotes=0, githubStars=None))
    assert record.signals == (SignalRecord("hf_upvotes", DAY, 0),)


@pytest.mark.parametrize("value", [-1, 2**31, True, "36", 3.5, [36]])
def test_what_is_no_count_is_not_given(value: object) -> None:
    (record,), _ = parse_items(make_item(upvotes=value))
    assert record.signals == ()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.example", "github.com/a/b", "http://"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    (record,), _ = parse_items(make_item(githubRepo=url, projectPage=url))
    assert (record.code_url, record.project_url) == ("", "")


def test_the_list_asked_for_decides_the_day_then_the_paper_itself() -> None:
    item = make_item(submittedOnDailyAt="2026-02-27T00:00:00.000Z")
    (record,), _ = parse_items(item)
    assert record.listed_on == date(2026, 2, 27)
    (asked,) = parse(json.dumps([item]).encode(), observed_on=DAY, listed_on=DAY).records
    assert asked.listed_on == DAY


def test_an_old_paper_that_trends_today_is_not_dated_today() -> None:
    (record,), _ = parse_items(make_item(submittedOnDailyAt=None))
    assert record.listed_on is None


def test_snake_case_reads_as_camel_case() -> None:
    item = {
        "paper": {
            "id": "2603.00101",
            "title": "Windmills",
            "github_repo": "https://github.com/example/windmills",
            "githubRepo": None,
            "github_stars": 9,
            "submitted_on_daily_at": "2026-02-27",
            "published_at": "2026-02-26T06:00:00Z",
            "aiKeywords": ["mills"],
        },
        "num_comments": 4,
    }
    (record,), _ = parse_items(item)
    assert record.code_url == "https://github.com/example/windmills"
    assert (record.listed_on, record.keywords) == (date(2026, 2, 27), ("mills",))
    assert record.submitted_at == datetime(2026, 2, 26, 6, tzinfo=UTC)
    assert [(signal.kind, signal.value) for signal in record.signals] == [
        ("hf_comments", 4),
        ("github_stars", 9),
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["mills", " wind\n power", "mills"], ("mills", "wind power")),
        (["", 7, None, "x" * 101, "mills"], ("mills",)),
        ([str(number) for number in range(30)], tuple(str(number) for number in range(20))),
        ("mills", ()),
        (None, ()),
    ],
)
def test_keywords_are_words_each_once(said: object, kept: tuple[str, ...]) -> None:
    (record,), _ = parse_items(make_item(ai_keywords=said))
    assert record.keywords == kept


def test_a_withdrawal_is_told_and_its_absence_is_not() -> None:
    (gone,), _ = parse_items(make_item(withdrawnAt="2026-03-01T00:00:00.000Z"))
    (there,), _ = parse_items(make_item(withdrawnAt=None))
    assert (gone.is_withdrawn, there.is_withdrawn) == (True, None)


def test_nothing_but_an_id_is_needed_where_all_else_is_null() -> None:
    names = "summary authors publishedAt upvotes githubRepo githubStars projectPage ai_keywords"
    (record,), problems = parse_items(make_item(**dict.fromkeys(names.split())))
    assert (record, problems) == (PaperRecord(arxiv_id="2603.00101", title="Windmills"), ())


def test_unreadable_parts_of_a_paper_are_left_out() -> None:
    (record,), _ = parse_items(
        make_item(authors="nobody", publishedAt="soon", summary=["a"], projectPage=7)
    )
    assert record == PaperRecord(arxiv_id="2603.00101", title="Windmills")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (make_item(title="  "), "2603.00101 has no title"),
        (make_item(id="not-an-id"), "is not an arXiv id"),
        (make_item(id=None), "is not an arXiv id"),
        ({"title": "No paper"}, "holds no paper"),
        ("a string", "holds no paper"),
        (None, "holds no paper"),
    ],
)
def test_an_item_that_is_no_paper_is_named_and_the_rest_kept(item: object, reason: str) -> None:
    records, problems = parse_items(item, make_item(id="2603.00102"))
    assert [record.arxiv_id for record in records] == ["2603.00102"]
    assert problems[0].startswith("Item 1 of the Hugging Face list was left out: ")
    assert reason in problems[0]


def test_a_paper_listed_twice_comes_once_and_is_told() -> None:
    records, problems = parse_items(make_item(upvotes=3), make_item(id="2603.00101v2"))
    assert [record.signals[0].value for record in records] == [3]
    assert "2603.00101 is on the list already" in problems[0]


def test_characters_that_cannot_be_stored_are_dropped() -> None:
    (record,), _ = parse_items(make_item(title="A\u0000B\ud800C\u0007"))
    assert record.title == "ABC"


def test_an_empty_list_is_an_empty_day() -> None:
    assert parse(b"[]", observed_on=DAY).records == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not answer in JSON"),
        (b"<!DOCTYPE html><html>", "it begins “<!DOCTYPE html><html>”"),
        (b'[{"paper": ', "not answer in JSON"),
        (b"\xff\xfe\x00", "not answer in JSON"),
        (b"[" * 100_000, "not answer in JSON"),
        (b'{"error": "Rate limited"}', "with an error: Rate limited"),
        (b'{"papers": []}', "not answer with a list"),
        (b"null", "not answer with a list"),
        (b'[["2603.00101"], ["2603.00102"]]', "No item of the Hugging Face list can be read"),
        (b'[{"arxiv_id": "2603.00101"}]', "it holds no paper"),
    ],
)
def test_what_is_no_list_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body, observed_on=DAY)


@pytest.fixture
def origin(settings: Settings, db: None) -> Iterator[Origin]:
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    lists = {
        monday: [make_hf_item(arxiv_id=f"2603.{n:05}", listed_on=monday) for n in range(1, 121)],
        tuesday: [make_hf_item(arxiv_id="2603.00500", upvotes=99, listed_on=tuesday)],
    }
    with Origin(hf_lists=lists, day=tuesday) as running:
        point_at(running, settings)
        yield running


def ids_of(response: FetchedResponse) -> list[str]:
    feed = parse(response.body, observed_on=DAY, is_paged=True)
    return [record.arxiv_id for record in feed.records]


def test_a_long_day_is_read_page_by_page(origin: Origin) -> None:
    first = huggingface.fetch_day(date(2026, 3, 2))
    second = huggingface.fetch_day(date(2026, 3, 2), page=1)
    assert [huggingface.has_next_page(first), huggingface.has_next_page(second)] == [True, False]
    assert len(set(ids_of(first) + ids_of(second))) == 120
    assert ids_of(huggingface.fetch_day(date(2026, 3, 2), page=2)) == []


def test_a_week_a_month_and_the_trending_list_are_asked_for_by_name(origin: Origin) -> None:
    pages = [huggingface.fetch_week("2026-W10", page=1), huggingface.fetch_month("2026-03", page=1)]
    assert [ids_of(page)[-1] for page in pages] == ["2603.00500", "2603.00500"]
    trending = huggingface.fetch_trending()
    assert ids_of(trending)[0] == "2603.00500"
    assert huggingface.has_next_page(trending)


def test_a_list_not_open_yet_is_told_in_words(origin: Origin) -> None:
    with pytest.raises(FetchError, match=r"no list for 2026-03-04 yet .HTTP 400.") as caught:
        huggingface.fetch_day(date(2026, 3, 4))
    assert caught.value.status == 400


def test_an_unchanged_list_is_not_sent_again(origin: Origin) -> None:
    first = huggingface.fetch_day(DAY)
    again = huggingface.fetch_day(DAY, etag=first.etag)
    assert again.not_modified


@needs_shared_data
def test_every_recorded_day_is_read_without_loss() -> None:
    days = sorted((SHARED / "hf_daily").glob("2*.json.gz"))
    assert days
    for path in days:
        body = gzip.decompress(path.read_bytes())
        day = date.fromisoformat(path.name[:10])
        feed = parse(body, observed_on=day)
        assert feed.problems == ()
        assert len(feed.records) == len(json.loads(body))
        assert all(record.authors and record.abstract for record in feed.records)
        # Until March 2025 papers did not say on which list they are.
        assert {record.listed_on for record in feed.records} <= {day, None}
