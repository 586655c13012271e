"""What stands on the site of the pictures: readers, lists, follows, odd papers.

Run beside the site by `manage.py shell`; prints the addresses of what it made as JSON.
"""

import json
import sys

from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from accounts import follows
from accounts.digest import unsubscribe
from accounts.digest.links import MANAGE
from accounts.models import User
from config.errors import render_fault
from papers.models import Paper
from papers.votes import set_vote
from readinglists import entries, invitations, publishing, sharing
from readinglists.models import ReadingList, Role
from tests.browser import odd_papers
from tests.browser.gallery import NEWCOMER, READER, STAFF
from tests.browser.reader import PASSWORD
from tests.factories import make_member, make_user

FAULTS = ("500", "503", "429", "413", "400", "403_csrf")


def build() -> None:
    today = timezone.now().date()
    odd = odd_papers.load(today)
    reader = make_user(email=READER, password=PASSWORD)
    make_user(email=NEWCOMER, password=PASSWORD)
    make_user(email=STAFF, password=PASSWORD, is_staff=True, is_superuser=True)
    papers = list(Paper.objects.order_by("-pk")[:14])
    for paper in papers[:5]:
        set_vote(reader, paper, voted=True, now=timezone.now())
    reading_list = _make_list(reader, papers)
    link = sharing.make_link(reading_list, "For the reading group")
    sharing.make_link(reading_list, "Edits by the lab", can_edit=True, needs_login=True)
    for query in (
        "cat:cs.LG",
        'au:"Ada Moor"',
        "kestrel OR language model",
        "title:moor cat:cs.CV",
    ):
        follows.follow(reader, query)
    addresses = {f"paper-{name}": address for name, address in odd.items()}
    addresses |= {
        "list": reading_list.get_absolute_url(),
        "entry": f"/lists/entries/{reading_list.entries.earliest('pk').pk}/",
        "shared": f"/l/{sharing.key_of(link)}/",
        "unsubscribe": unsubscribe.url_path(reader.pk),
        "manage": f"/manage/{MANAGE.token_for(reader, today)}/",
        "public": f"/public/{reading_list.pk}/",
        "empty-list": ReadingList.objects.create(owner=reader, title="Later").get_absolute_url(),
        "follow": f"/follows/{follows.follow(reader, 'cat:cs.LG').pk}/",
    }
    sys.stdout.write(json.dumps({"addresses": addresses, "faults": _faults()}))


def _make_list(reader: User, papers: list[Paper]) -> ReadingList:
    made = ReadingList.objects.create(
        owner=reader,
        title="Kestrels, counts and how far to trust them",
        description="For the *Thursday* group: read the first two, skim the rest.",
    )
    for paper in papers:
        entries.add(made, paper, by=reader)
    first, second = made.entries.order_by("pk")[:2]
    entries.set_note(
        first, "Read section 3 **twice**; the proof is short.", by=reader, seen=first.version
    )
    entries.set_tags(second, ["method", "to discuss"], by=reader, seen=second.version)
    make_member(reading_list=made, user=make_user(email="tam@example.org"))
    make_member(
        reading_list=made,
        user=make_user(email="a.very.long.address.of.a.collaborator@moorland.example.org"),
        role=Role.VIEWER,
    )
    invitations.invite(made, "ingrid@example.org", Role.EDITOR, by=reader)
    publishing.publish(made)
    return made


def _faults() -> dict[str, str]:
    """The pages that no address leads to, as they would be sent."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return {
        name: render_fault(int(name))
        if name in ("500", "503")
        else render_to_string(f"{name}.html", request=request)
        for name in FAULTS
    }
