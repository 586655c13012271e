"""Counting the stars of the repositories that papers name, each once a day.

It decides whose turn it is: first those of the newest papers. Growth cannot be asked for later, so
a day's number is kept. Read more: papers/feeds/github.py.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet

from papers.counts import Counted, store_counts
from papers.feeds.github import StarCount, fetch_stars, parse_stars, repository_name
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FetchError, ParseError
from papers.models import Paper, Repository, Signal

# An hour's round: GitHub answers 60 questions an hour to strangers, 5,000 to holders of a token.
MOST_WITHOUT_TOKEN = 50
MOST_WITH_TOKEN = 1_000
AGAIN_AFTER = timedelta(hours=23)
GONE_AGAIN_AFTER = timedelta(days=30)
NOT_FOUND = (404, 410, 451)


def count_stars(*, now: datetime, most: int | None = None) -> Counted:
    """Ask for the repositories whose turn it is, at most `most`, and store what they say.

    Raises FetchError after storing what came, when GitHub cannot be reached or wants to be left
    alone; a repository that is gone or unreadable is only marked.
    """
    link_repositories()
    most = most or (MOST_WITH_TOKEN if settings.GITHUB_TOKEN else MOST_WITHOUT_TOKEN)
    counted = Counted()
    for repository in _due(now)[:most]:
        counted.asked += 1
        try:
            stars = _ask(repository, now=now)
        except FetchError as error:
            if error.host_wide or not error.status:
                raise
            _note_problem(repository, error, now=now)
        except ParseError as error:
            _note_problem(repository, error, now=now)
        else:
            counted.answered += 1
            counted.changed += _store(repository, stars, now=now)
    return counted


def link_repositories() -> int:
    """Make a row for each repository that a paper names and none is linked to; return how many."""
    papers = Paper.objects.filter(code_url__icontains="github.com/", repositories=None)
    made = 0
    for pk, url in papers.values_list("pk", "code_url").iterator():
        if name := repository_name(url):
            repository, is_new = Repository.objects.get_or_create(name=name)
            repository.papers.add(pk)
            made += is_new
    return made


def _due(now: datetime) -> QuerySet[Repository]:
    due = Repository.objects.filter(next_due_at__lte=now)
    newest = due.annotate(announced_on=Max("papers__announced_on"))
    return newest.order_by("-announced_on", "next_due_at", "pk")


def _ask(repository: Repository, *, now: datetime) -> StarCount | None:
    """What GitHub says, or None for "as before"; the row's validators and next turn are kept."""
    answer = fetch_stars(repository.name, etag=repository.etag)
    said = None if answer.not_modified else parse_apart(parse_stars, answer.body)
    Repository.objects.filter(pk=repository.pk).update(
        etag=answer.etag, checked_at=now, next_due_at=now + AGAIN_AFTER, problem=""
    )
    return said


def _store(repository: Repository, said: StarCount | None, *, now: datetime) -> int:
    stars = repository.stars if said is None else said.stars
    if stars is None:
        return 0
    Repository.objects.filter(pk=repository.pk).update(stars=stars)
    if said is not None and said.name != repository.name:
        repository = _rename(repository, said.name)
    papers = repository.papers.values_list("pk", flat=True)
    values = dict.fromkeys(papers, stars)
    return store_counts(Signal.Kind.GITHUB_STARS, values, day=now.astimezone(UTC).date())


def _rename(repository: Repository, name: str) -> Repository:
    """Follow a renamed repository; one that has a row under its new name joins that."""
    other = Repository.objects.filter(name=name).first()
    if other is None:
        Repository.objects.filter(pk=repository.pk).update(name=name)
        return repository
    other.papers.add(*repository.papers.all())
    repository.delete()
    return other


def _note_problem(repository: Repository, error: Exception, *, now: datetime) -> None:
    is_gone = isinstance(error, FetchError) and error.status in NOT_FOUND
    Repository.objects.filter(pk=repository.pk).update(
        problem="GitHub has no such public repository." if is_gone else str(error),
        checked_at=now,
        next_due_at=now + (GONE_AGAIN_AFTER if is_gone else AGAIN_AFTER),
    )
