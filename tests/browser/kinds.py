"""Few of the drawn pages that show together every kind of element and every shared piece of
template that all of them show."""

from lxml import html

from tests.browser.pages import DrawnPage

Kinds = set[tuple[str, ...]]


def by_kinds(pages: list[DrawnPage]) -> tuple[list[DrawnPage], list[DrawnPage]]:
    """Return pages that show together all kinds, and the others.

    The cover is greedy: next is whichever page shows most that none before it does.
    """
    missing = {number: kinds_of(page) for number, page in enumerate(pages)}
    chosen: set[int] = set()
    while (most := max(missing, key=lambda number: len(missing[number]))) not in chosen:
        chosen.add(most)
        shown = set(missing[most])
        for kinds in missing.values():
            kinds -= shown
    few = [page for number, page in enumerate(pages) if number in chosen]
    return few, [page for number, page in enumerate(pages) if number not in chosen]


def kinds_of(page: DrawnPage) -> Kinds:
    """Elements by name, class, type and role; pieces and layouts by the name of their template."""
    found: Kinds = set()
    for element in html.document_fromstring(page.html).iter():
        if isinstance(element.tag, str):
            same = (element.tag, element.get("type", ""), element.get("role", ""))
            found |= {(*same, name) for name in element.get("class", "").split() or [""]}
    for template in page.templates:
        name = template.rpartition("/")[2]
        if name.startswith(("_", "base")) or "/layouts/" in template:
            found.add((template,))
    return found
