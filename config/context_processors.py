from django.conf import settings
from django.http import HttpRequest

from accounts.digest.failing import failing
from papers.arming import restored_copy


def site(request: HttpRequest) -> dict[str, object]:
    """Add to every page what its frame is made of."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "outbox_shown": settings.OUTBOX_SHOWN,
        "languages": settings.LANGUAGES,
        "has_public_lists": settings.PUBLIC_LISTS,
        # Functions, so that only pages that show them ask the database.
        "restored_copy": restored_copy,
        "issues_failing": failing,
    }
