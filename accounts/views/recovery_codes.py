from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
@login_required
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def show(request: HttpRequest) -> HttpResponse:
    context = {"unused_codes": _codes_of(request), "section": "settings"}
    return render(request, "mfa/recovery_codes/index.html", context)


@never_cache
@require_safe
@login_required
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def download(request: HttpRequest) -> HttpResponse:
    text = "".join(f"{code}\n" for code in _codes_of(request))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def _codes_of(request: HttpRequest) -> list[str]:
    kind = Authenticator.Type.RECOVERY_CODES
    row = get_object_or_404(Authenticator, user_id=request.user.pk, type=kind)
    codes: list[str] = row.wrap().get_unused_codes()
    return codes
