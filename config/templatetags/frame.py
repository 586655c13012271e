"""Parts of the frame around every page, drawn once in a process for each of their few values.

Most of drawing a page's frame is finding the same addresses, files and translations again: for a
signed-in reader it was up to a tenth of a page (docs/decisions.md, "The frame of pages").
"""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def frame(name: str, **values: Any) -> SafeString:
    """Draw a template that shows nothing but these values, of which each has a few only.

    What says anything of one reader or one page has no place in it.
    """
    draw = _draw if settings.DEBUG else _drawn
    return draw(name, get_language(), get_script_prefix(), **values)


def _draw(name: str, _language: str | None, _prefix: str, **values: Any) -> SafeString:
    return render_to_string(name, values)


_drawn = lru_cache(maxsize=500)(_draw)
