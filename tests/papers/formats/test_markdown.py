import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from papers.formats import Head, Item
from tests.papers.formats.sample import PAPER, written

ITEM = (
    "- [Kestrels at dusk](https://arxiv.org/abs/2603.00141). "
    "Ada van der Moor, Björn Ål (2026). arXiv:2603.00141"
)


def test_a_list_is_written_to_be_read() -> None:
    head = Head("My owls", "http://localhost/lists/7/", "Why\r\nand what", ("A note.",))
    items = [Item(PAPER), Item(PAPER, "One\n\nTwo", ("to read", "owls"), "Birds")]
    assert written("md", *items, head=head) == (
        "# My owls\n\nWhy\nand what\n\n<http://localhost/lists/7/>\n\nA note.\n"
        f"\n{ITEM}\n\n## Birds\n\n{ITEM}\n  Tags: to read, owls\n\n  One\n\n  Two\n"
    )


def test_published_papers_say_where() -> None:
    paper = replace(PAPER, journal_ref="J. Owls [3]", doi="10.1000/a_b")
    assert r". J. Owls \[3\]. arXiv:2603.00141. doi:10.1000/a\_b" in written("md", paper)


@pytest.mark.promise(38)
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:y)",
        "# x",
        "- x",
        "1. x",
        "`a",
        "***",
        "a|b",
        "&lt;",
    ],
)
def test_nothing_in_a_text_is_markup(text: str) -> None:
    nasty = replace(PAPER, title=text, authors=(text,), url="https://example.org/a)[b](c")
    html = MarkdownIt("commonmark").render(written("md", Item(nasty, text, section=text)))
    assert html.count("<li>") == html.count("<a ") == html.count("<h2>") == 1
    assert not re.search(r"<(script|code|em|strong|h1|ol|hr|blockquote)", html)


def test_a_note_comes_back_without_its_backslashes() -> None:
    note = "# One *two*\n\n  - three\n10) four <b>\n\\*"
    text = written("md", Item(PAPER, note))
    (_item, *lines) = text.split("\n\n", 1)[1].rstrip("\n").split("\n")
    back = "\n".join(line.removeprefix("  ") for line in lines)
    _item, back = text.strip("\n").split("\n\n", 1)
    back = "\n".join(line.removeprefix("  ") for line in back.split("\n"))
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", back) == note


def test_what_follows_a_section_can_be_in_none() -> None:
    assert "\n##\n" in written("md", Item(PAPER, section="Birds"), Item(PAPER))
