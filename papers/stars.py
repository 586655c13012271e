"""Counting the stars of the repositories that papers name, each once a day.

It decides whose turn it is: first those of the newest papers. Growth cannot be asked for later, so
a day's number is kept. Read more: papers/feeds/github.py.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, QuerySet

from papers.counts import Counted, store_counts
from papers.feeds.github import StarCount, fetch_stars, parse_stars, repository_name
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FeedError, FetchError, HostBusyError
from papers.models import Paper, Repository, Signal, TextSource

# An hour's round: GitHub answers 60 questions an hour to strangers, 5,000 to holders of a token.
MOST_WITHOUT_TOKEN = 50
MOST_WITH_TOKEN = 1_000
AGAIN_AFTER = timedelta(hours=23)
GONE_AGAIN_AFTER = timedelta(days=30)
NOT_FOUND = (404, 410, 451)
# One refusal is about one repository, so many in a row are about this site.
MOST_REFUSED_IN_A_ROW = 5
LINKED_AT_ONCE = 1_000

_LINK = """
INSERT INTO papers_repository_papers (repository_id, paper_id)
SELECT r.id, p.id FROM unnest(%s::bigint[], %s::text[]) AS named(paper_id, name)
JOIN papers_paper p ON p.id = named.paper_id
JOIN papers_repository r ON r.name = named.name
ON CONFLICT DO NOTHING
"""


def count_stars(
    *, now: datetime, most: int | None = None, go_on: Callable[[], bool] = lambda: True
) -> Counted:
    """Ask for the repositories whose turn it is, at most `most`, and store what they say.

    `go_on` is asked before each whether the turn is still ours. Raises FeedError after storing
    what came, when GitHub cannot be reached, wants to be left alone or refuses again and again; a
    repository that is gone or cannot be read is only marked.
    """
    link_repositories(now=now)
    if most is None:
        most = MOST_WITH_TOKEN if settings.GITHUB_TOKEN else MOST_WITHOUT_TOKEN
    counted, refused = Counted(), 0
    for repository in _due(now)[:most]:
        if not go_on():
            break
        counted.asked += 1
        try:
            stars = _ask(repository, now=now)
        except FeedError as error:
            refused = 0 if _is_gone(error) else refused + 1
            _note_problem(repository, error, now=now)
            if _is_about_github(error) or refused == MOST_REFUSED_IN_A_ROW:
                raise
        else:
            refused = 0
            counted.answered += 1
            counted.changed += _store(repository, stars, now=now)
    return counted


def link_repositories(*, now: datetime) -> int:
    """Link each paper to the repository that it names, a new one due `now`; return how many were.

    Papers that have one are left alone: theirs may have another name by now.
    """
    papers = Paper.objects.filter(code_url__icontains="github.com/", repositories=None)
    papers = papers.exclude(text_source=TextSource.SAMPLE)
    named = [
        (pk, name)
        for pk, url in papers.order_by("pk").values_list("pk", "code_url").iterator()
        if (name := repository_name(url))
    ]
    for start in range(0, len(named), LINKED_AT_ONCE):
        _link(dict(named[start : start + LINKED_AT_ONCE]), now)
    return len(named)


def _link(named: dict[int, str], now: datetime) -> None:
    rows = [Repository(name=name, next_due_at=now) for name in sorted(set(named.values()))]
    Repository.objects.bulk_create(rows, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [list(named), list(named.values())])


def _due(now: datetime) -> QuerySet[Repository]:
    due = Repository.objects.filter(next_due_at__lte=now, papers__isnull=False)
    newest = due.annotate(announced_on=Max("papers__announced_on"))
    return newest.order_by(F("announced_on").desc(nulls_last=True), "next_due_at", "pk")


def _ask(repository: Repository, *, now: datetime) -> StarCount | None:
    """What GitHub says, or None for "as before"; the row's validators and next turn are kept."""
    etag = "" if repository.stars is None else repository.etag
    answer = fetch_stars(repository.name, etag=etag)
    said = None if answer.not_modified else parse_apart(parse_stars, answer.body)
    Repository.objects.filter(pk=repository.pk).update(
        etag=answer.etag, checked_at=now, next_due_at=now + AGAIN_AFTER, problem=""
    )
    return said


def _store(repository: Repository, said: StarCount | None, *, now: datetime) -> int:
    if said is not None and said.name != repository.name:
        repository = _rename(repository, said.name)
    stars = repository.stars if said is None else said.stars
    if stars is None:
        return 0
    Repository.objects.filter(pk=repository.pk).update(stars=stars)
    papers = repository.papers.values_list("pk", flat=True)
    values = dict.fromkeys(papers, stars)
    return store_counts(Signal.Kind.GITHUB_STARS, values, day=now.astimezone(UTC).date())


@transaction.atomic
def _rename(repository: Repository, name: str) -> Repository:
    """Follow a renamed repository; one that has a row under its new name joins that."""
    other = Repository.objects.filter(name=name).first()
    if other is None:
        Repository.objects.filter(pk=repository.pk).update(name=name)
        return repository
    other.papers.add(*repository.papers.all())
    Repository.objects.filter(pk=repository.pk).delete()
    return other


def _is_gone(error: FeedError) -> bool:
    return isinstance(error, FetchError) and error.status in NOT_FOUND


def _is_about_github(error: FeedError) -> bool:
    """Whether the next repository would fare no better."""
    return isinstance(error, FetchError) and (
        error.host_wide or error.status == 0 or error.status >= 500
    )


def _note_problem(repository: Repository, error: FeedError, *, now: datetime) -> None:
    """Say at the repository why it has no news, and let others go first.

    It keeps its turn where GitHub asked for a pause, or was not asked at all.
    """
    if isinstance(error, HostBusyError) or (isinstance(error, FetchError) and error.host_wide):
        return
    is_gone = _is_gone(error)
    Repository.objects.filter(pk=repository.pk).update(
        problem="GitHub has no such public repository." if is_gone else str(error),
        checked_at=now,
        next_due_at=now + (GONE_AGAIN_AFTER if is_gone else AGAIN_AFTER),
    )
