from typing import Any

from django import template
from django.utils import timezone

from accounts.matching.lag import read_lag

register = template.Library()


@register.inclusion_tag("accounts/_match_lag.html")
def match_lag() -> dict[str, Any]:
    """What waits to be matched with the searches that readers follow."""
    return {"lag": read_lag(now=timezone.now())}
