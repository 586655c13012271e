from dataclasses import replace

from papers.formats import Item
from tests.papers.formats.sample import PAPER, written


def test_each_paper_is_a_line_under_its_section() -> None:
    published = replace(PAPER, arxiv_id="", doi="10.1000/owls")
    elsewhere = replace(PAPER, arxiv_id="", url="https://example.org/a")
    numbered = replace(PAPER, arxiv_id="", url="", page="http://localhost/paper/number/7/")
    items = [Item(PAPER), Item(published, section="Birds"), Item(elsewhere), Item(numbered)]
    assert written("txt", *items).splitlines() == [
        "2603.00141",
        "# Birds",
        "10.1000/owls",
        "#",
        "https://example.org/a",
        "http://localhost/paper/number/7/",
    ]
