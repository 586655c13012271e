"""The search page as a page: its links, its fragments, what it does with odd requests."""

import os
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from papers.models import PaperIdentifier
from papers.search.follower import index_now
from papers.search.language import parse
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db(transaction=True)

CASES = int(os.environ.get("BROADSHEET_FUZZ", "100"))
TYPING = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def open_page(client: Client, text: str, **more: str) -> str:
    return client.get("/search/", {"q": text, **more}).content.decode()


def queries_of(page_links: list[object]) -> dict[str, str]:
    """The search that each link of a group leads to."""
    return {
        link.label: parse_qs(urlsplit(link.url).query).get("q", [""])[0]  # type: ignore[attr-defined]
        for link in page_links
    }


def test_a_facet_narrows_and_a_second_time_widens(client: Client) -> None:
    make_paper(title="Kestrel one", categories=("cs.CL",))
    make_paper(title="Kestrel two", categories=("cs.LG",))
    index_now()
    groups = client.get("/search/", {"q": "kestrel"}).context["groups"]
    assert queries_of(groups[0].links)["cs.CL"] == "kestrel cat:cs.CL"
    narrowed = client.get("/search/", {"q": "kestrel cat:cs.CL"})
    assert [found.paper.title for found in narrowed.context["results"]] == ["Kestrel one"]
    assert queries_of(narrowed.context["groups"][0].links)["cs.CL"] == "kestrel"


def test_orders_and_days_are_part_of_the_text(client: Client) -> None:
    make_paper(title="Kestrel")
    index_now()
    context = client.get("/search/", {"q": "kestrel date:2020.."}).context
    assert queries_of(context["sorts"])["Newest"] == "kestrel date:2020-01-01.. sort:new"
    assert queries_of(context["sorts"])["Best match"] == "kestrel date:2020-01-01.."
    assert queries_of(context["windows"])["7 days"] == "kestrel date:last7d"
    assert queries_of(context["windows"])["Any time"] == "kestrel"


def test_what_was_not_understood_is_marked_in_its_place(client: Client) -> None:
    make_paper(title="Kestrel")
    index_now()
    page = open_page(client, "kestrel  cat:nope <b>")
    assert "kestrel <mark>cat:nope</mark> &lt;b&gt;" in page


def test_while_one_types_only_the_answer_comes(client: Client) -> None:
    make_paper(title="Kestrel")
    index_now()
    response = client.get("/search/", {"q": "kestr*"}, headers=TYPING)
    page = response.content.decode()
    assert "<html" not in page
    assert "<title>kestr* · Search" in page
    assert 'id="search-count" hx-swap-oob="innerHTML">1 paper' in page
    assert "HX-Request" in response["Vary"]


def test_a_page_from_the_history_is_whole(client: Client) -> None:
    headers = TYPING | {"HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/search/", {"q": "x"}, headers=headers).content.decode()


def test_while_one_types_nobody_is_led_away(client: Client) -> None:
    paper = make_paper(arxiv_id="2603.00141", title="Kestrel")
    index_now()
    response = client.get("/search/", {"q": "2603.00141"}, headers=TYPING)
    assert response.status_code == 200
    assert paper.get_absolute_url() in response.content.decode()


@pytest.mark.parametrize("name", ["2603.99999", "10.1000/nowhere"])
def test_a_paper_that_is_not_here_can_be_fetched(client: Client, name: str) -> None:
    make_paper()
    index_now()
    page = open_page(client, name)
    assert "This paper is not here yet" in page
    assert "/papers/add/?text=" in page


def test_what_is_fetched_is_the_paper_that_an_address_names(client: Client) -> None:
    make_paper()
    index_now()
    page = open_page(client, "https://scirate.com/arxiv/2603.09999")
    assert '/papers/add/?text=2603.09999"' in page


@pytest.mark.parametrize("text", ["", "kestrel", "zzz", "k" * 2000, 'foo:"x'])
def test_every_search_page_leads_to_the_help(client: Client, text: str) -> None:
    make_paper(title="Kestrel")
    index_now()
    assert 'href="/search/help/">How to search' in open_page(client, text)


def test_a_doi_goes_straight_to_its_paper(client: Client) -> None:
    paper = make_paper()
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1000/182")
    response = client.get("/search/", {"q": "https://doi.org/10.1000/182"})
    assert response.headers["Location"] == paper.get_absolute_url()


def test_the_order_by_day_goes_on_by_a_mark_of_its_own(client: Client) -> None:
    for number in range(45):
        make_paper(title=f"Kestrel {number}")
    index_now()
    seen: list[str] = []
    address = "/search/?q=kestrel+sort:new"
    for _page in range(3):
        context = client.get(address).context
        seen += [found.paper.title for found in context["results"]]
        address = context["next_page"]
    assert seen == [f"Kestrel {number}" for number in reversed(range(45))]
    assert address == ""


def test_a_damaged_mark_is_said_and_shows_the_first_page(client: Client) -> None:
    make_paper(title="Kestrel")
    index_now()
    page = open_page(client, "kestrel sort:new", after="zzz:zzz")
    assert "is damaged" in page
    assert "Kestrel" in page


@pytest.mark.parametrize(
    "number", ["abc", "0", "-1", "99999", "1e3", "\u0663", "999999999999999999999"]
)
def test_any_page_number_is_answered(client: Client, number: str) -> None:
    make_paper(title="Kestrel")
    index_now()
    assert client.get("/search/", {"q": "kestrel", "page": number}).status_code == 200


HOSTILE = {
    "only operators": "AND OR NOT - ( ) |",
    "unbalanced": '((("a b (c',
    "a hundred terms": " ".join(f"kestrel{number}" for number in range(100)),
    "10,000 characters": "k" * 10_000,
    "beginnings": " OR ".join(f"{letter}e*" for letter in "abcdefghijklmnopqrstuvwxyz"),
    "control characters": "\x00\x01 kestrel\x1b[31m",
    "emoji": "\U0001f600\U0001f525 kestrel",
    "right to left": "\u202e\u0645\u0631\u062d\u0628\u0627 kestrel",
    "SQL": "'; DROP TABLE papers_paper; --",
    "Tantivy": "title:[a TO z] AND body:kestrel^2~3 +/k.*/",
    "a bomb of a regular expression": "(a+)+$ " * 140,
    "deep": "(" * 400 + "kestrel" + ")" * 400,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_answered_within_200_ms(client: Client, text: str) -> None:
    make_paper(title="Kestrel")
    index_now()
    took = []
    for _round in range(3):
        began = time.process_time()
        assert client.get("/search/", {"q": text}).status_code in (200, 400)
        took.append(time.process_time() - began)
    assert min(took) < 0.2


def test_a_slip_leads_to_what_may_have_been_meant(client: Client) -> None:
    make_paper(title="Kestrels")
    index_now()
    assert '<a href="/search/?q=kestrels">kestrels</a>?' in open_page(client, "kestrls")


def test_own_conditions_ask_visitors_to_log_in(client: Client) -> None:
    make_paper(title="Kestrel")
    index_now()
    assert "logged in" in open_page(client, "kestrel is:saved")


def test_it_takes_as_many_queries_for_two_papers_as_for_twenty(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_user())
    for number in range(20):
        make_paper(title=f"Kestrel wren {number}" if number > 1 else f"Kestrel owl {number}")
    index_now()
    with django_assert_max_num_queries(12) as few:
        client.get("/search/", {"q": "kestrel owl"})
    with django_assert_max_num_queries(12) as many:
        client.get("/search/", {"q": "kestrel wren"})
    assert len(few.captured_queries) == len(many.captured_queries)


def test_the_help_counts_what_its_examples_find(client: Client) -> None:
    make_paper(title="A benchmark", categories=("cs.CL",))
    index_now()
    groups = client.get("/search/help/").context["groups"]
    counts = {example.text: example.count for group in groups for example in group.examples}
    assert (counts["ti:benchmark"], counts["cat:cs.CL"], counts["is:saved"]) == (1, 1, None)


def test_the_examples_of_the_help_are_understood(client: Client) -> None:
    groups = client.get("/search/help/").context["groups"]
    texts = [example.text for group in groups for example in group.examples]
    assert [text for text in texts if parse(text).notes] == []


def test_suggestions_are_options_that_lead_to_a_search(client: Client) -> None:
    make_paper(title="Kestrels", authors=("Ada <b>Kestner</b>",), arxiv_id="2603.00141")
    index_now()
    page = client.get("/search/suggest/", {"q": "kest"}).content.decode()
    assert page.count('role="option"') == 2
    assert "<b>" not in page


@settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text(max_size=80) | st.text('ab ti:au"()-*|ORNT.>0dcsf', max_size=40))
def test_no_text_breaks_the_page(client: Client, text: str) -> None:
    if not (Path(index_of()) / "built").exists():
        make_paper(title="ab cd", abstract="a b c")
        index_now()
        Path(index_of(), "built").touch()
    assert client.get("/search/", {"q": text}).status_code in (200, 302)
    assert client.get("/search/suggest/", {"q": text}).status_code == 200


def index_of() -> str:
    return str(django_settings.SEARCH_INDEX)


def test_while_one_types_a_half_typed_word_finds_what_begins_so(client: Client) -> None:
    make_paper(title="Kestrel learning")
    index_now()
    typing = {"HX-Request": "true"}
    answer = client.get("/search/", {"q": "kestrel lea"}, headers=typing)
    assert answer.context["result"].total == 1
    assert client.get("/search/", {"q": "kestrel lea"}).context["result"].total == 0


@pytest.mark.parametrize(
    "text", ["10.1000/a\0b", "doi:10.1000/a\0b", "https://doi.org/10.1000/%00x"]
)
def test_a_doi_that_no_column_holds_is_searched(client: Client, text: str) -> None:
    make_paper()
    index_now()
    assert client.get("/search/", {"q": text}).status_code == 200


def test_a_later_page_by_day_names_no_ranks(client: Client) -> None:
    for _ in range(21):
        make_paper(title="Kestrel")
    index_now()
    first = client.get("/search/", {"q": "kestrel sort:new"})
    second = client.get(first.context["next_page"]).content.decode()
    assert 'class="papers" role="list"' in second
    assert 'class="papers" start=' not in second
