"""Names for browsers, for a reader who looks where they are logged in.

What a browser says of itself (RFC 9110, 10.1.5) is a pile of history: each names those that it is
like. So the first of these words that is in it counts, the particular before the general.
"""

from django.utils.translation import gettext as _

_BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet")),
    *(("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrom", "Chrome")),
    *(("Safari", "Safari"), ("curl", "curl"), ("python", "Python")),
)
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS")),
    *(("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def name_browser(user_agent: str) -> str:
    """Return "Firefox, Linux" or as much of it as is known."""
    known = [_first(user_agent, names) for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, known)) or _("Unknown browser")


def _first(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for word, name in names if word in user_agent), "")
