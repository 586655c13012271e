from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from papers.views.going_back import next_address
from readinglists import list_follows
from readinglists.access import reader_of, reader_posts
from readinglists.list_follows import CannotFollowList
from readinglists.models import ListFollow
from readinglists.sharing import find_link_by_key


@reader_posts
def follow_list(request: HttpRequest, key: str) -> HttpResponse:
    link = find_link_by_key(key)
    if link is None:
        raise Http404(_("This link opens nothing."))
    try:
        list_follows.follow(reader_of(request), link)
    except CannotFollowList as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You follow “%s”.") % link.reading_list.title)
    return redirect("readinglists:shared", key)


@reader_posts
def unfollow_list(request: HttpRequest, pk: int) -> HttpResponse:
    mine = get_object_or_404(ListFollow, pk=pk, user_id=request.user.pk)
    list_follows.unfollow(reader_of(request), mine.reading_list)
    messages.success(request, _("You no longer follow this list."))
    return redirect(next_address(request, otherwise=reverse("readinglists:lists")))
