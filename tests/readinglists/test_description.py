import pytest
from lxml.html import fragments_fromstring

from readinglists.description import render, to_plain


def test_markdown_is_shown() -> None:
    assert render("What *we* **read**") == "<p>What <em>we</em> <strong>read</strong></p>"
    assert render("- a\n- b") == "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"


def test_headings_stand_below_the_pages_own() -> None:
    assert render("# A") == "<h2>A</h2>"
    assert render("###### A") == "<h6>A</h6>"


def test_links_leave_nothing_behind() -> None:
    expected = '<p><a href="https://a.b" rel="nofollow noreferrer">x</a></p>'
    assert render("[x](https://a.b)") == expected


def test_images_are_not_shown() -> None:
    assert "<img" not in render("![x](https://a.b/c.png)")


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<b hx-get="/x">c</b>',
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
        '[x](https://a.b "t\\" onmouseover=alert(1)")',
        "```html hx-get=/x\n<script>\n```",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_nothing_in_it_runs(text: str) -> None:
    for element in fragments_fromstring(f"<div>{render(text)}</div>")[0].iter():
        assert element.tag not in ("script", "b", "img")
        assert set(element.attrib) <= {"href", "rel", "title"}
        assert element.get("href", "https:").startswith("https:")


def test_its_beginning_is_plain() -> None:
    assert to_plain("# A\n\nhello *wor*ld\n[l](http://q)") == "A hello world l"
    assert to_plain("a b c d", words=2) == "a b…"
