"""What one may subscribe to: all papers of the day, a category, a search, what is added to a list.

It decides what a Subscribe box stands for by where it stands, and whether that can be had at all;
it never writes before `follow`, and never holds a list's key longer than a request. Read more:
docs/decisions.md, "Subscribe".
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts import follows
from accounts.follows import CannotFollow
from accounts.models import User
from papers.mailing import harmless
from papers.search.tree import And, InCategory, Node
from readinglists import list_follows
from readinglists.list_follows import CannotFollowList, LinkEnded
from readinglists.models import ReadingList, ShareLink
from readinglists.sharing import find_link, find_link_by_key

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class TopicGone(CannotFollow):
    """A list's link opens nothing any more; the message says so in words."""


class Kind(StrEnum):
    DIGEST = "digest"
    CATEGORY = "category"
    SEARCH = "search"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Topic:
    """`name`: a category's code, a search as typed or a list's title. A list is one of `link` (or,
    for its box only, of `key`) or a `public_list`."""

    kind: Kind = Kind.DIGEST
    name: str = ""
    query: str = ""
    link: ShareLink | None = None
    key: str = ""
    public_list: ReadingList | None = None

    @property
    def is_whole_digest(self) -> bool:
        """Whether the day's papers are wanted too, not only what matches."""
        return self.kind in (Kind.DIGEST, Kind.CATEGORY)

    @property
    def mail_name(self) -> str:
        """The name as a mail shows it: a stranger chose it, and whose mailbox it goes to."""
        return harmless(self.name)


def of_query(text: str) -> Topic:
    """Return what the box of a search, or of a category, stands for. Raises CannotFollow."""
    text = " ".join(text.split())
    code = _category(follows.read_query(text).tree)
    if code:
        return Topic(Kind.CATEGORY, code, text)
    return Topic(Kind.SEARCH, text, text)


def of_page(*, query: str = "", reading_list: ReadingList | None = None, key: str = "") -> Topic:
    """Return what the box of a page stands for: the digest where the page's own cannot be had."""
    if reading_list is not None:
        public = None if key else reading_list
        return Topic(Kind.LIST, reading_list.title, key=key, public_list=public)
    try:
        return of_query(query) if query else Topic()
    except CannotFollow:
        return Topic()


def asked_for(*, query: str | None, key: str | None, public: str | None = None) -> Topic:
    """Return what a box was sent for. Raises CannotFollow, TopicGone among it."""
    if key is not None:
        return _of_link(find_link_by_key(key), key)
    if public is not None:
        return _of_public_list(int(public) if _NUMBER.fullmatch(public) else 0)
    return Topic() if query is None else of_query(query)


def again(*, query: str, link_id: int, generation: int, public_list: int = 0) -> Topic:
    """Return what a link from a mail is for, as it is now. Raises CannotFollow, TopicGone."""
    if public_list:
        return _of_public_list(public_list)
    if link_id:
        return _of_link(find_link(link_id, generation))
    return of_query(query) if query else Topic()


def follow(user: User, topic: Topic) -> bool:
    """Add the topic to what `user` is mailed; return False where nothing was to be added.

    Raises CannotFollow beyond FOLLOWS_PER_READER and for the reader's own list, TopicGone when the
    list's link has ended meanwhile.
    """
    if topic.link is not None or topic.public_list is not None:
        try:
            return _follow_list(user, topic)
        except LinkEnded as error:
            raise TopicGone(str(error)) from error
        except CannotFollowList as error:
            raise CannotFollow(str(error)) from error
    if not topic.query:
        return False
    known = follows.find(user, follows.read_query(topic.query))
    return known is None and bool(follows.follow(user, topic.query))


def _of_link(link: ShareLink | None, key: str = "") -> Topic:
    if link is None:
        raise TopicGone(_("The link of this list was withdrawn: nothing of it is mailed any more."))
    if link.needs_login:
        raise CannotFollow(_("This list is for those who are logged in: follow it on its page."))
    return Topic(Kind.LIST, link.reading_list.title, link=link, key=key)


def _of_public_list(pk: int) -> Topic:
    found = ReadingList.objects.public().filter(pk=pk).first()
    if found is None:
        raise TopicGone(_("This list is not public any more: nothing of it is mailed."))
    return Topic(Kind.LIST, found.title, public_list=found)


def _follow_list(user: User, topic: Topic) -> bool:
    if topic.link is not None:
        return list_follows.follow(user, topic.link)
    assert topic.public_list is not None  # noqa: S101
    return list_follows.follow_public(user, topic.public_list)


def _category(tree: Node) -> str:
    """Return the code of the one category that is all that is asked for, else ""."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    match parts:
        case (InCategory(code),) if not code.endswith("*"):
            return code
    return ""
