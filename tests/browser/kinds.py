"""Which of the drawn pages show a kind of element, or a shared piece of template, for the first
time: what the others consist of was looked at there."""

from lxml import html

from tests.browser.pages import DrawnPage


def by_kinds(pages: list[DrawnPage]) -> tuple[list[DrawnPage], list[DrawnPage]]:
    """Return the pages that are the first to show something of a kind, and the others."""
    seen: set[tuple[str, ...]] = set()
    first: list[DrawnPage] = []
    others: list[DrawnPage] = []
    for page in pages:
        kinds = kinds_of(page)
        (others if kinds <= seen else first).append(page)
        seen |= kinds
    return first, others


def kinds_of(page: DrawnPage) -> set[tuple[str, ...]]:
    """Elements by name, class, type and role; pieces and layouts by the name of their template."""
    found: set[tuple[str, ...]] = set()
    for element in html.document_fromstring(page.html).iter():
        if isinstance(element.tag, str):
            same = (element.tag, element.get("type", ""), element.get("role", ""))
            found |= {(*same, name) for name in element.get("class", "").split() or [""]}
    for template in page.templates:
        name = template.rpartition("/")[2]
        if name.startswith(("_", "base")) or "/layouts/" in template:
            found.add((template,))
    return found
