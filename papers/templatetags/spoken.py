from django import template
from django.utils.safestring import SafeString

from papers.spoken import marked

register = template.Library()


@register.filter
def spoken(text: object) -> SafeString | str:
    """A stored English sentence in the language of the page, or marked as English."""
    return marked(str(text or ""))
