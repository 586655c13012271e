"""Shows the description of a list in templates."""

from django import template
from django.utils.safestring import SafeString

from readinglists import description

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return description.render(text)


@register.filter
def beginning(text: str) -> str:
    """The first words, without marks: for a line about a list."""
    return description.to_plain(text)
