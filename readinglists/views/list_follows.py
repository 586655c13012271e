from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from papers.views.going_back import next_address
from readinglists import list_follows
from readinglists.access import reader_of, reader_posts
from readinglists.models import ListFollow


@reader_posts
def unfollow_list(request: HttpRequest, pk: int) -> HttpResponse:
    mine = get_object_or_404(ListFollow, pk=pk, user_id=request.user.pk)
    list_follows.unfollow(reader_of(request), mine.reading_list)
    messages.success(request, _("You no longer follow this list."))
    return redirect(next_address(request, otherwise=reverse("readinglists:lists")))
