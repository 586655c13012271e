from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.digest import again, overview
from accounts.digest.waiting import released_until
from accounts.models import Delivery
from papers.access import administrators_only
from papers.numerals import grouped
from papers.row_numbers import read_row_number


@never_cache
@require_safe
@administrators_only
def operate(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    held_until = released_until(now)
    context = {
        "section": "status",
        "states": [state.label for state in Delivery.State],
        "days": overview.days(now.date()),
        "waiting": overview.waiting(now),
        "is_held": held_until < now,
        "lateness": overview.lateness(now),
        "troubles": overview.troubles(now.date()),
        "rows": overview.rows(now.date()),
    }
    return render(request, "accounts/operate.html", context)


@require_POST
@administrators_only
def try_again(request: HttpRequest) -> HttpResponse:
    """Retry one issue, named by its number, or all that ended for one reason."""
    number = request.POST.get("delivery", "")
    ids: Iterable[int] | QuerySet[Delivery, Any]
    if number:
        read = read_row_number(number)
        ids = [read] if read is not None else []
    else:
        # NUL cannot be asked of the database.
        named = (request.POST.get(name, "").replace("\0", "") for name in ("state", "reason"))
        state, reason = named
        ids = overview.ended_so(timezone.now().date(), state, reason)
    count = again.try_again(ids)
    if count:
        words = ngettext(
            "%s issue is due again and goes out within a minute.",
            "%s issues are due again and go out from the next minute on.",
            count,
        )
        messages.success(request, words % grouped(count))
    else:
        words = _("Nothing to try again: a later issue holds those papers, or it has gone out.")
        messages.info(request, words)
    return redirect("accounts:operate")
