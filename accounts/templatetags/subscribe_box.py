from typing import Any

from django import template
from django.template.context import RequestContext

from accounts import topics
from accounts.models import User
from readinglists.models import ReadingList

register = template.Library()


@register.inclusion_tag("accounts/_subscribe_box.html", takes_context=True)
def subscribe_box(
    context: RequestContext,
    query: str = "",
    *,
    category: str | None = None,
    reading_list: ReadingList | None = None,
    key: str = "",
) -> dict[str, Any]:
    """The box of a page of this search, category or list; nothing for who is logged in."""
    if isinstance(context.get("user"), User):
        return {}
    asked = f"cat:{category}" if category else query
    return {"topic": topics.of_page(query=asked, reading_list=reading_list, key=key)}
