from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Add `site_name`, `site_url` and `outbox_shown` to every page."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "outbox_shown": settings.OUTBOX_SHOWN,
    }
