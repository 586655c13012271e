from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from papers.merging import merge
from papers.models import Paper, PaperIdentifier, PaperOrigin, PaperStats, PaperVersion, Signal
from tests.factories import make_announcement, make_paper, make_signal, make_user

pytestmark = pytest.mark.django_db


def test_it_shows_the_whole_abstract_and_all_authors(client: Client) -> None:
    make_paper(arxiv_id="2603.00141", abstract="Long. " * 200, authors=("A", "B", "C", "D", "E"))
    page = client.get("/paper/2603.00141/").content.decode()
    assert "Long. " * 200 in page
    assert "A, B, C, D, E" in strip_tags(page)


def test_it_says_where_it_was_announced(client: Client) -> None:
    paper = make_paper()
    make_announcement(paper=paper, category="stat.ML", kind="cross")
    assert "cross-listed" in client.get(paper.get_absolute_url()).content.decode()


@pytest.mark.parametrize("form", ["2603.00141v2", "2603.00141v1"])
def test_a_version_leads_to_the_paper(client: Client, form: str) -> None:
    make_paper(arxiv_id="2603.00141")
    assert client.get(f"/paper/{form}/").headers["Location"] == "/paper/2603.00141/"


def test_an_old_id_with_its_class_leads_to_the_paper(client: Client) -> None:
    make_paper(arxiv_id="math/0611800")
    assert client.get("/paper/math.CA/0611800v2/").headers["Location"] == "/paper/math/0611800/"
    assert client.get("/paper/math/0611800/").status_code == 200


@pytest.mark.parametrize("form", ["2603.99999", "2613.00001", "nonsense", "2603.00141v"])
def test_an_unknown_id_is_not_found_and_offers_a_search(client: Client, form: str) -> None:
    page = client.get(f"/paper/{form}/")
    assert page.status_code == 404
    assert f"There is no paper “{form}” here." in page.content.decode()
    assert 'type="search"' in page.content.decode()


def test_a_paper_without_an_arxiv_id_has_a_page_by_number(client: Client) -> None:
    paper = make_paper(arxiv_id=None, title="From a journal")
    assert "From a journal" in client.get(paper.get_absolute_url()).content.decode()


def test_the_page_by_number_leads_to_the_one_by_id(client: Client) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    assert client.get(f"/paper/number/{paper.pk}/").headers["Location"] == "/paper/2603.00141/"


def test_the_page_of_a_seven_digit_number_is_not_taken_for_an_old_id(client: Client) -> None:
    paper = make_paper(arxiv_id=None, title="From a journal")
    Paper.objects.filter(pk=paper.pk).delete()
    paper.pk = 1234567
    paper.save(force_insert=True)
    assert client.get("/paper/number/1234567/").status_code == 200


def test_text_from_a_source_is_never_html(client: Client) -> None:
    paper = make_paper(abstract='<img src=x onerror="alert(1)">', title="<b>bold</b>")
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "<img src=x" not in page
    assert "<b>bold" not in page


def test_maths_in_title_and_abstract_is_shown_as_mathml(client: Client) -> None:
    paper = make_paper(title="On $x^2$ owls", abstract=r"An \emph{owl} in $\mathbb{R}^n$.")
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "<title>On x² owls · " in page
    assert '<h1>On <math display="inline">' in page
    assert "An <em>owl</em> in <math" in page


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize(
    "attack",
    [
        r"$\text{<script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$ $\style{color:red}{x}$ $\htmlData{onclick=x}{y}$",
        '<b hx-get="/lists/" data-hx-post="/vote/" onclick="x">owl</b> $x$',
        "</title><script>alert(1)</script> $x$",
    ],
)
def test_attack_in_the_text_reaches_no_page(client: Client, attack: str) -> None:
    paper = make_paper(title=attack, abstract=attack)
    for address in (paper.get_absolute_url(), "/", "/new/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b " not in page
        assert 'href="javascript' not in page
        assert "style=" not in page


@pytest.mark.promise(26)
def test_the_number_of_a_merged_paper_leads_to_the_one_that_stays(client: Client) -> None:
    gone, kept = make_paper(arxiv_id=None), make_paper(arxiv_id=None)
    merge(kept.pk, gone.pk)
    page = client.get(f"/paper/number/{gone.pk}/")
    assert page.headers["Location"] == f"/paper/number/{kept.pk}/"


def test_a_vote_for_a_merged_paper_counts_for_the_one_that_stays(client: Client) -> None:
    gone, kept = make_paper(arxiv_id=None), make_paper()
    merge(kept.pk, gone.pk)
    client.force_login(make_user())
    client.post(f"/paper/number/{gone.pk}/vote/", {"voted": "1"})
    assert PaperStats.objects.get(paper=kept).votes == 1


def test_a_merged_paper_can_still_be_saved_by_its_number(client: Client) -> None:
    gone, kept = make_paper(arxiv_id=None), make_paper(title="The one that stays")
    merge(kept.pk, gone.pk)
    client.force_login(make_user())
    assert kept.title in client.get(f"/lists/add/{gone.pk}/").content.decode()


@pytest.mark.parametrize("number", [7, 10**30])
def test_a_number_of_no_paper_is_not_found(client: Client, number: int) -> None:
    assert client.get(f"/paper/number/{number}/").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["10.1000/TIDES", "https://doi.org/10.1000/tides", "https://x.example.org/tides", "2603.00141"],
)
def test_any_name_leads_to_the_paper(client: Client, name: str) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    for scheme, value in (("doi", "10.1000/tides"), ("url", "https://x.example.org/tides")):
        PaperIdentifier.objects.create(paper=paper, scheme=scheme, value=value)
    page = client.get("/paper/", {"name": name})
    assert page.headers["Location"] == "/paper/2603.00141/"


@pytest.mark.parametrize("name", ["", "nonsense", "10.1/none", "2613.00001", "10.1/\x00"])
def test_a_name_of_no_paper_is_not_found(client: Client, name: str) -> None:
    assert client.get("/paper/", {"name": name}).status_code == 404


def test_a_withdrawn_paper_says_so(client: Client) -> None:
    paper = make_paper()
    Paper.objects.filter(pk=paper.pk).update(withdrawn_at=datetime(2026, 3, 4, tzinfo=UTC))
    assert "Why it ranks" in client.get(make_paper().get_absolute_url()).content.decode()
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "Withdrawn on 4 March 2026" in page
    assert "Why it ranks" not in page


def test_a_paper_from_a_journal_links_its_page_and_names_its_keywords(client: Client) -> None:
    paper = make_paper(arxiv_id=None)
    address = "https://journal.example.org/tides"
    Paper.objects.filter(pk=paper.pk).update(url=address, keywords=["tides", "<moons>"])
    page = client.get(paper.get_absolute_url()).content.decode()
    assert f'<a class="button" href="{address}"' in page
    assert "tides, &lt;moons&gt;" in page


def test_each_number_says_who_counted_it_and_when(client: Client) -> None:
    paper = make_paper()
    for day, value in ((date(2026, 3, 2), 3), (date(2026, 3, 4), 512)):
        Signal.objects.create(paper=paper, kind="s2_citations", observed_on=day, value=value)
    page = " ".join(client.get(paper.get_absolute_url()).content.decode().split())
    assert "<dt>Citations by Semantic Scholar</dt><dd>512" in page
    assert "counted on 4 March 2026" in page
    assert "counted on 2 March 2026" not in page


def test_it_says_who_told_of_the_paper(client: Client) -> None:
    paper = make_paper()
    PaperOrigin.objects.create(paper=paper, origin="arxiv_rss:cs.LG", digest=1)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "<dt>Text from</dt><dd>arXiv</dd>" in page
    assert "<dt>Told by</dt><dd>arXiv feed cs.LG</dd>" in page


def make_versions(paper: Paper, count: int) -> None:
    Paper.objects.filter(pk=paper.pk).update(version=count)
    for number in range(1, count + 1):
        text = {"title": "A Draft", "abstract": "An <i>old</i> abstract."} if number < count else {}
        PaperVersion.objects.create(
            paper=paper,
            version=number,
            submitted_at=datetime(2026, 3, number, 14, 3, tzinfo=UTC),
            size_bytes=12_288,
            **text,
        )


def test_it_shows_when_each_version_came_and_what_changed(client: Client) -> None:
    paper = make_paper()
    make_versions(paper, 2)
    page = " ".join(client.get(paper.get_absolute_url()).content.decode().split())
    assert "1 March 2026, 14:03 UTC" in page
    assert "12.0 KB" in page
    removed = '<del><span class="visually-hidden">[removed:] </span>Draft<'
    added = '<ins><span class="visually-hidden">[added:] </span>Paper<'
    assert removed in page
    assert added in page
    assert "&lt;i&gt;old&lt;/i&gt;" in page


def test_each_version_links_its_page_on_arxiv(client: Client) -> None:
    paper = make_paper(arxiv_id="math/0611800")
    make_versions(paper, 2)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert 'href="https://arxiv.org/abs/math/0611800v1"' in page
    assert 'href="https://arxiv.org/abs/math/0611800v2"' in page


def test_versions_of_a_paper_elsewhere_link_no_page_on_arxiv(client: Client) -> None:
    paper = make_paper(arxiv_id=None)
    make_versions(paper, 2)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert '<h2 id="versions">' in page
    assert "arxiv.org" not in page


def test_a_version_whose_text_was_never_read_says_so(client: Client) -> None:
    paper = make_paper()
    make_versions(paper, 2)
    assert "not known here" not in client.get(paper.get_absolute_url()).content.decode()
    PaperVersion.objects.filter(version=1).update(title="", abstract="")
    assert "not known here" in client.get(paper.get_absolute_url()).content.decode()


def test_more_versions_cost_no_more_queries(client: Client) -> None:
    counts = []
    for versions in (2, 20):
        paper = make_paper()
        make_versions(paper, versions)
        with CaptureQueriesContext(connection) as queries:
            client.get(paper.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_draws_how_the_numbers_grew_with_a_table(client: Client) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    for days, value in ((20, 12), (1, 480)):
        day = timezone.now().date() - timedelta(days=days)
        make_signal(paper, value, on=day, kind=Signal.Kind.GITHUB_STARS)
    page = client.get("/paper/2603.00141/").content.decode()
    assert 'aria-label="Stars on GitHub: 12 on ' in page
    assert 'd="M8 92 L992 8"' in page
    assert "<td>480</td>" in page
    assert "style=" not in page


def test_a_paper_without_numbers_has_no_chart(client: Client) -> None:
    make_paper(arxiv_id="2603.00141")
    assert "<svg" not in client.get("/paper/2603.00141/").content.decode()


def test_the_page_shows_how_the_score_came_about(client: Client) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    make_signal(paper, 18)
    page = client.get("/paper/2603.00141/").content.decode()
    assert "<td>18</td><td>0.5</td><td>9</td>" in page
    assert "<td>1.000</td>" in page


def test_it_links_where_else_the_paper_can_be_read(client: Client) -> None:
    paper = make_paper(
        arxiv_id="2603.00141", code_url="https://github.com/a/b", stars=1200, upvotes=3
    )
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1/tides")
    page = client.get("/paper/2603.00141/").content.decode()
    for address in ("abs/2603.00141", "pdf/2603.00141", "html/2603.00141"):
        assert f'href="https://arxiv.org/{address}"' in page
    assert '<a class="button" href="https://doi.org/10.1/tides"' in page
    assert 'href="https://huggingface.co/papers/2603.00141"' in page
    assert "1,200 stars" in page


def test_an_older_paper_has_no_html_on_arxiv(client: Client) -> None:
    make_paper(arxiv_id="math/0611800")
    page = client.get("/paper/math/0611800/").content.decode()
    assert "arxiv.org/html" not in page
    assert "huggingface.co" not in page


def test_it_can_be_cited_in_words_and_shared(client: Client) -> None:
    make_paper(arxiv_id="2603.00141", title="On kestrels & tides", authors=("Ada Moor",))
    page = client.get("/paper/2603.00141/").content.decode()
    assert "Moor, A. (2026). On kestrels &amp; tides (arXiv:2603.00141). arXiv." in page
    assert 'href="mailto:?subject=On%20kestrels%20%26%20tides&amp;body=http' in page
    assert 'data-share="http' in page
