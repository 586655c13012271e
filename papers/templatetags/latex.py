"""Shows titles and abstracts, in which authors write TeX, in templates."""

from django import template
from django.utils.safestring import SafeString

from papers.latex import to_html, to_text

register = template.Library()


@register.filter
def tex(text: str) -> SafeString:
    """The text as HTML with MathML: for headings, links and paragraphs."""
    return to_html(text)


@register.filter
def plain(text: str) -> str:
    """The text in plain characters: for <title>, labels and sentences."""
    return to_text(text)
