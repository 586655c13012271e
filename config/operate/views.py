"""What administrators see of the site's state, beside /status/, which is for everybody."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.doctor.examine import examine, is_healthy
from config.doctor.mail import MailRefused, send_test
from config.operate.settings_in_force import in_force
from papers.access import administrators_only, reader_of


@never_cache
@require_safe
@administrators_only
def operate(request: HttpRequest) -> HttpResponse:
    found = examine(asks_others=False)
    context = {
        "section": "status",
        "findings": found,
        "is_healthy": is_healthy(found),
        "groups": in_force(),
    }
    return render(request, "operate/operate.html", context)


@require_POST
@administrators_only
def send_test_mail(request: HttpRequest) -> HttpResponse:
    """Send a short mail to the administrator's own address, and to no other."""
    to = str(getattr(reader_of(request), "email", ""))
    try:
        send_test(to)
    except MailRefused as error:
        messages.error(request, _("No mail was sent. %s") % error)
    else:
        messages.success(request, _("A mail to %s was handed over. See whether it comes.") % to)
    return redirect("operate")
