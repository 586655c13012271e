import json
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from accounts.follow_buttons import Button, button_for
from accounts.models import User

register = template.Library()


@register.inclusion_tag("accounts/_follow_button.html", takes_context=True)
def follow_button(context: RequestContext, text: str, label: str = "") -> dict[str, Any]:
    """The button that follows the search `text`, or ends it; nothing for what none can follow."""
    user = context.get("user")
    reader = user if isinstance(user, User) else None
    return button_context(button_for(reader, text), label)


def button_context(button: Button | None, label: str = "") -> dict[str, Any]:
    if button is None:
        return {}
    return {
        "button": button,
        "label": label or _("Follow this search"),
        "sent": json.dumps({"q": button.query_text, "label": label}),
    }
