"""How long each kind of row is kept: the one table, from which the night's work and the docs come.

It decides nothing itself: the spans are constants of the modules that delete. Every table of the
site stands in one of its lines; a test fails when a model is added and not listed.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import forgetting as of_accounts
from accounts.archive import waiting
from accounts.bounces import refusals
from accounts.matching import arrivals
from papers import answer_counts
from papers import forgetting as of_papers
from readinglists import history, invitations, keeping
from readinglists.imports import steps

logger = logging.getLogger(__name__)

HEAD = ("what", "kept", "tables")


@dataclass(frozen=True, slots=True)
class Kept:
    """One line: `kept` in words, or a span after which `forget` deletes it at night.

    A span without `forget` is seen to by a task of its own.
    """

    what: str
    kept: timedelta | str
    tables: tuple[str, ...] = ()
    forget: Callable[[datetime], int] | None = None

    @property
    def in_words(self) -> str:
        if isinstance(self.kept, str):
            return self.kept
        days = self.kept.days
        return "a year" if days == 365 else "a day" if days == 1 else f"{days} days"


WITH_ACCOUNT = "until its reader deletes it or the account"
FOR_GOOD = "for good"
DERIVED = "made anew by the site"

TABLE = (
    Kept("papers, and what sources said of them", FOR_GOOD, (
        "papers.Paper", "papers.PaperIdentifier", "papers.PaperCategory", "papers.PaperOrigin",
        "papers.PaperVersion", "papers.Category", "papers.Announcement", "papers.Repository",
        "papers.Repository_papers", "papers.Signal", "papers.PaperTombstone",
    )),
    Kept("days of trending, weights, refused signals", FOR_GOOD, (
        "papers.TrendingDay", "papers.TrendingPlace", "papers.WeightChange",
        "papers.RefusedSignal", "papers.RankingState",
    )),
    Kept("counters, scores, vectors", DERIVED, (
        "papers.PaperStats", "papers.Standing", "papers.WindowGain", "papers.MeaningPart",
        "papers.MeaningSlot", "papers.MeaningTraining", "papers.PaperVectorA",
        "papers.PaperVectorB",
    )),
    Kept("sources, the ledger of their days, the calendar", FOR_GOOD, (
        "papers.Source", "papers.Batch", "papers.CalendarYear", "papers.Holiday",
    )),
    Kept("accounts and their choices", WITH_ACCOUNT, (
        "accounts.User", "accounts.User_groups", "accounts.User_user_permissions",
        "account.EmailAddress", "accounts.Follow", "accounts.StandingQuery", "accounts.Mute",
        "accounts.PaperFeedback", "mfa.Authenticator", "papers.SeenPaper", "papers.SeenHidden",
        "papers.Vote",
    )),
    Kept("lists", "until the owner deletes them or the account", (
        "readinglists.ReadingList", "readinglists.Entry", "readinglists.Heading",
        "readinglists.ReadingState", "readinglists.Member", "readinglists.ShareLink",
        "readinglists.ListFollow", "readinglists.WaitingEntry",
    )),
    Kept("lists in a bin", timedelta(days=keeping.DAYS_IN_BIN)),
    Kept("history of lists", history.KEPT_FOR, ("readinglists.ListChange",)),
    Kept("invitations after they expired", invitations.LASTS, ("readinglists.Invitation",)),
    Kept("imports of files", steps.KEPT_FOR, ("readinglists.ListImport", "readinglists.ImportRow")),
    Kept("archives that were uploaded and not imported", waiting.UPLOAD_KEPT,
         ("accounts.ArchiveUpload",)),
    Kept("papers of archives that never came", waiting.KEPT, ("accounts.WaitingPaper",)),
    Kept("matches of followed searches", timedelta(days=arrivals.KEPT_DAYS),
         ("accounts.QueryMatch", "accounts.MatchCursor")),
    Kept("issues, but each reader's latest", of_accounts.ISSUES_KEPT, ("accounts.Delivery",),
         of_accounts.forget_issues),
    Kept("refusals and complaints of mail", refusals.KEPT, ("accounts.Bounce",)),
    Kept("how fast mail went to a domain", refusals.PACE_KEPT, ("accounts.MailPace",)),
    Kept("addresses that get no mail, as hashes", "until an operator or the reader takes it back",
         ("accounts.Suppression",)),
    Kept("tokens of the API after they ended", of_accounts.TOKENS_KEPT, ("accounts.ApiToken",),
         of_accounts.forget_tokens),
    Kept("logins", "two weeks after the last", (
        "sessions.Session", "usersessions.UserSession", "account.EmailConfirmation",
    ), of_accounts.forget_sessions),
    Kept("mail in `outbox/`", of_accounts.OUTBOX_KEPT, (), of_accounts.forget_outbox),
    Kept("votes given within the hour", of_papers.ALLOWANCES_KEPT, ("papers.VoteAllowance",),
         of_papers.forget_allowances),
    Kept("papers asked for, found or not", of_papers.REQUESTS_KEPT, ("papers.PaperRequest",),
         of_papers.forget_requests),
    Kept("answers of sources", "until they are stored, seconds", ("papers.FetchedDocument",)),
    Kept("answers that could not be stored", of_papers.PARKED_KEPT, (),
         of_papers.forget_parked_documents),
    Kept("long reads that ended", of_papers.HARVESTS_KEPT, ("papers.Harvest",),
         of_papers.forget_harvests),
    Kept("how often hosts answered", timedelta(days=answer_counts.DAYS_KEPT),
         ("papers.AnswerCount",)),
    Kept("turns of hosts not asked any more", of_papers.GATES_KEPT, ("papers.HostGate",),
         of_papers.forget_gates),
    Kept("what administrators changed in `/admin/`", FOR_GOOD, ("admin.LogEntry",)),
    Kept("the state of the index, and whether this is a restored copy", FOR_GOOD,
         ("papers.SearchEpoch", "papers.RestoredCopy", "papers.Heartbeat")),
    Kept("when the newest backup was made", FOR_GOOD, ("papers.LastBackup",)),
    Kept("Django's own lists of models and rights", FOR_GOOD, (
        "auth.Group", "auth.Group_permissions", "auth.Permission", "contenttypes.ContentType",
    )),
    Kept("backups", "as long as `manage.py backup --keep` says: 30 days is what readers are told"),
)  # fmt: skip


def forget_what_is_over(now: datetime) -> dict[str, int]:
    """Do the night's work; return how many rows of which line went.

    A line that fails is said in the log and keeps no other from its work.
    """
    gone = {}
    for line in TABLE:
        if line.forget is None:
            continue
        try:
            count = line.forget(now)
        except Exception:
            logger.exception("Old rows could not be deleted: %s", line.what)
            continue
        if count:
            gone[line.what] = count
    return gone


def as_markdown() -> str:
    """Return the table as it stands in docs/retention.md."""
    return "\n".join(f"| {' | '.join(row)} |" for row in _rows()) + "\n"


def _rows() -> Iterator[tuple[str, ...]]:
    yield HEAD
    yield tuple("---" for _column in HEAD)
    for line in TABLE:
        yield line.what, line.in_words, ", ".join(f"`{table}`" for table in line.tables)
