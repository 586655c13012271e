"""A reader's saved queries: followed, renamed, ended.

It decides what may be followed and that the same question is followed once, however it is typed;
what new papers match it is in accounts/matching/. Never asks the index. Read more: DESIGN 3.6.
"""

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import feed_keys
from accounts.matching.needed import NEEDED_VERSION, needed
from accounts.models import Follow, StandingQuery, User
from papers.mailing import one_line
from papers.search.language import LONGEST_QUERY_CHARACTERS, QueryTooLong, parse
from papers.search.split import query_hash, split
from papers.search.tree import And, InCategory, Node, Phrase, Query, Word

LONGEST_NAME = 200


class CannotFollow(ValueError):
    """The message is in words for the reader."""


def follow(user: User, text: str, name: str = "") -> Follow:
    """Follow the query `text` and return the follow; one that is there already is left as it is.

    Without a name it is called as it was typed, an author or a category by itself. Raises
    CannotFollow for a query that asks for nothing, for one that is too long, and beyond
    FOLLOWS_PER_READER of them.
    """
    query = read_query(text)
    wanted = query_hash(query.tree)
    with transaction.atomic():
        # Two tabs of a reader at once must not pass the limit together.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        known = find(user, query)
        if known is not None:
            return known
        _refuse_too_many(Follow.objects.of(user.pk).count())
        made = Follow.objects.create(
            user=user,
            name=clean_name(name) or default_name(text, query.tree),
            query=str(query.tree),
            query_hash=wanted,
            changes=bool(split(query.tree).changing),
            standing_id=_standing_id(query.tree),
        )
        feed_keys.set_key(made)
    return made


def _refuse_too_many(followed: int) -> None:
    if followed >= settings.FOLLOWS_PER_READER:
        words = ngettext(
            "You follow %s search, which is the most. Remove it to follow another.",
            "You follow %s searches, which is the most. Remove one to follow another.",
            followed,
        )
        raise CannotFollow(words % followed)


def read_query(text: str) -> Query:
    """Return the query that `text` means; raises CannotFollow when there is nothing to follow."""
    try:
        query = parse(text)
    except QueryTooLong as error:
        raise CannotFollow(str(error)) from error
    if query.is_empty:
        raise CannotFollow(_("There is nothing to follow: a search needs a word or an operator."))
    if len(str(query.tree)) > LONGEST_QUERY_CHARACTERS:
        # A field before a bracket is written before each word of it, and must be read back.
        raise CannotFollow(
            _("Written out, this search has more than %s characters. Try fewer words.")
            % LONGEST_QUERY_CHARACTERS
        )
    return query


def find(user: User, query: Query) -> Follow | None:
    """Return the follow of `user` that asks just what `query` asks."""
    return Follow.objects.of(user.pk).filter(query_hash=query_hash(query.tree)).first()


def rename(follow: Follow, name: str) -> None:
    """Call it `name`; raises CannotFollow for a name without a character."""
    follow.name = clean_name(name)
    if not follow.name:
        raise CannotFollow(_("A name needs at least one character."))
    follow.save(update_fields=["name"])


def default_name(text: str, tree: Node) -> str:
    """Return how the query typed as `text` is called where nobody named it."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    match parts:
        case (Word(name, "au") | Phrase(name, "au") | InCategory(name),):
            return clean_name(name)
    return clean_name(text) or clean_name(str(tree))


def clean_name(name: str) -> str:
    """One line, without what a database or a header cannot hold; at most 200 characters."""
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1].rstrip()}…"


def release(standing_id: int) -> None:
    """Take one follower from a standing query; without any it goes, and its matches with it."""
    with transaction.atomic():
        # Whoever writes matches of it or begins to follow it waits, or is waited for.
        row = StandingQuery.objects.select_for_update().filter(pk=standing_id).first()
        if row is not None and row.followers > 1:
            row.followers -= 1
            row.save(update_fields=["followers"])
        elif row is not None:
            row.delete()


# One statement: two readers may be the first to follow it, or the last one ends as another begins.
_TAKE = """
INSERT INTO accounts_standingquery (hash, text, followers, needed, needed_version)
VALUES (%s, %s, 1, %s, %s)
ON CONFLICT (hash) DO UPDATE SET followers = accounts_standingquery.followers + 1
RETURNING id
"""


def _standing_id(tree: Node) -> int | None:
    """Return the row of what lasts of `tree`, with one follower more; None where nothing does."""
    lasting = split(tree).lasting
    if lasting is None:
        return None
    with connection.cursor() as cursor:
        text, needs = str(lasting), needed(lasting)
        cursor.execute(_TAKE, [query_hash(lasting), text, needs, NEEDED_VERSION])
        return int(cursor.fetchone()[0])
