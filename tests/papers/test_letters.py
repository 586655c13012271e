import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import override
from pytest_django import Settings

from papers.letters import Block, attach_html, read_blocks


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL, settings.SITE_NAME = "https://papers.example.org", "Broad<b>sheet"


def html_of(text: str, subject: str = "A subject") -> str:
    message = EmailMultiAlternatives(subject, text)
    attach_html(message)
    return str(message.alternatives[0][0])


def test_lines_of_a_block_are_one_paragraph() -> None:
    assert list(read_blocks("One\ntwo.\n\n\nThree.")) == [
        Block("text", ("One two.",)),
        Block("text", ("Three.",)),
    ]


def test_the_line_before_an_address_names_it() -> None:
    (block,) = read_blocks("Say yes:\nhttps://papers.example.org/yes/")
    assert block == Block("button", ("Say yes",), "https://papers.example.org/yes/")


def test_an_address_alone_is_a_link() -> None:
    (block,) = read_blocks("https://papers.example.org")
    assert block == Block("link", (), "https://papers.example.org")


@pytest.mark.parametrize(
    "line",
    [
        "https://elsewhere.example/",
        "https://papers.example.org.elsewhere.example/",
        "https://papers.example.org@elsewhere.example/",
        "See https://papers.example.org/yes/",
        "javascript:alert(1)",
    ],
)
def test_nothing_else_becomes_a_link(line: str) -> None:
    assert html_of(line).count("<a ") == 1  # the name of the site


def test_words_set_apart_are_no_link() -> None:
    html = html_of("    https://papers.example.org/yes/")
    assert 'href="https://papers.example.org/yes/"' not in html


def test_indents_tell_words_from_codes() -> None:
    kinds = [block.kind for block in read_blocks("    A title\n\n        ABCD-EFG\n\n- a\n- b")]
    assert kinds == ["quote", "code", "items"]


def test_everything_is_escaped() -> None:
    html = html_of(
        "<b>x\n\n    <b>x\n\n        <b>x\n\n- <b>x\n\n<b>x:\n"
        'https://papers.example.org/"><b>x\n\nHi\n--\n<b>x',
        subject="<b>x",
    )
    assert "<b>" not in html
    assert html.count("&lt;b&gt;x") >= 8


def test_every_element_carries_its_style() -> None:
    html = html_of("Say yes:\nhttps://papers.example.org/yes/")
    assert 'class="button" href="https://papers.example.org/yes/" style="' in html
    assert "/* mail.css */" not in html
    assert "prefers-color-scheme: dark" in html


def test_language_and_direction_are_named() -> None:
    assert '<html lang="en" dir="ltr"' in html_of("x")
    with override("ar"):
        assert '<html lang="ar" dir="rtl"' in html_of("x")
