"""Which categories are a reader's own: those they follow, else those of what they saved."""

from collections import Counter

from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import Follow
from papers.models import Paper
from papers.search.language import parse
from papers.search.tree import And, InCategory, Node, Or
from readinglists.models import ReadingList

# Of what somebody saved, the commonest: the rest is what they came across.
MOST_OF_SAVED = 5
NEWEST_LOOKED_AT = 200


def find_own_categories(user: AbstractBaseUser) -> list[str]:
    """Return the codes of the categories that `user` follows as such, else of their papers."""
    return _followed(user) or _of_papers(user)


def _followed(user: AbstractBaseUser) -> list[str]:
    follows = Follow.objects.of(user.pk).filter(query__contains="cat:")
    trees = [parse(text).tree for text in follows.values_list("query", flat=True)]
    codes = {code for tree in trees for code in _named(tree)}
    return sorted(code for code in codes if not code.endswith("*"))


def _named(tree: Node) -> list[str]:
    """The categories of a search that asks for nothing else."""
    if isinstance(tree, And) and len(tree.parts) == 1:
        (tree,) = tree.parts
    parts = tree.parts if isinstance(tree, Or) else (tree,)
    codes = [part.code for part in parts if isinstance(part, InCategory)]
    return codes if len(codes) == len(parts) else []


def _of_papers(user: AbstractBaseUser) -> list[str]:
    lists = ReadingList.objects.of(user)
    saved = Paper.objects.filter(entries__reading_list__in=lists)
    liked = Paper.objects.filter(vote_rows__user_id=user.pk)
    counted: Counter[str] = Counter()
    for papers in (saved, liked):
        newest = papers.order_by("-pk").exclude(primary_category=None)[:NEWEST_LOOKED_AT]
        counted.update(
            code for code in newest.values_list("primary_category_id", flat=True) if code
        )
    return sorted(code for code, _papers in counted.most_common(MOST_OF_SAVED))
