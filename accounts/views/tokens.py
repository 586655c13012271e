from typing import cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ApiToken, User
from accounts.token_forms import TokenForm
from accounts.tokens import TokenNameTakenError, TooManyTokensError, make_token, revoke


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def list_tokens(request: HttpRequest) -> HttpResponse:
    """The reader's tokens; POST makes one and shows its text, this once."""
    form = TokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    reader, now = cast("User", request.user), timezone.now()
    name, scopes = form.cleaned_data["name"], form.cleaned_data["scopes"]
    try:
        made, text = make_token(reader, name, scopes, expires_at=form.expires_at(now))
    except TokenNameTakenError as error:
        form.add_error("name", str(error))
        return _page(request, form, status=422)
    except TooManyTokensError as error:
        form.add_error(None, str(error))
        return _page(request, form, status=422)
    return _page(request, TokenForm(), made=made, text=text, status=201)


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    mine = get_object_or_404(ApiToken, pk=pk, user_id=request.user.pk)
    revoke(mine, now=timezone.now())
    messages.success(request, _("“%s” opens nothing any more.") % mine.name)
    return redirect("accounts:tokens")


def _page(
    request: HttpRequest,
    form: TokenForm,
    *,
    made: ApiToken | None = None,
    text: str = "",
    status: int = 200,
) -> HttpResponse:
    now, reader = timezone.now(), cast("User", request.user)
    mine = ApiToken.objects.of(reader.pk)
    context = {
        "section": "settings",
        "form": form,
        "tokens": list(mine.usable(now=now)),
        "ended": list(mine.exclude(pk__in=mine.usable(now=now))[:10]),
        "made": made,
        "text": text,
        "site_url": settings.SITE_URL,
    }
    return render(request, "accounts/tokens.html", context, status=status)
