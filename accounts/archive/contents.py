"""What is kept about a reader, model by model: where an archive has it, or why it has not.

Every model whose rows hang on a reader must be named here, and every field of those that are
written: tests/accounts/archive/test_contents.py fails for one that is not. Whoever adds a model
adds it here, in rows.py or lists.py, and in docs/archive.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Written:
    """A model whose rows stand under `key` of broadsheet.json: `fields` of it, not `left_out`."""

    key: str
    fields: tuple[str, ...]
    left_out: tuple[str, ...] = ("id", "user")


@dataclass(frozen=True, slots=True)
class NotWritten:
    """`why` is told in README.txt of each archive."""

    why: str


HOLDINGS: dict[str, Written | NotWritten] = {
    "accounts.User": Written(
        "account, settings",
        (
            *("email", "date_joined", "last_login", "is_active", "is_staff", "is_superuser"),
            *("mail_stopped_at", "mail_stopped_why"),
            *("digest_enabled", "digest_hour", "timezone", "digest_days", "digest_size"),
            *("digest_sections", "digest_only_matches", "digest_text_only", "digest_backlog"),
            *("paused_until", "language", "browser_language"),
        ),
        # A password's hash is of use to a thief only; the next moment is worked out anew.
        left_out=("id", "password", "session_generation", "next_due_at"),
    ),
    "account.EmailAddress": Written("account.addresses", ("email", "verified", "primary")),
    "accounts.Follow": Written(
        "follows",
        ("name", "query", "in_digest", "created_at"),
        left_out=(
            *("id", "user", "query_hash", "standing", "changes"),
            *("feed_generation", "feed_key_hash"),
        ),
    ),
    "accounts.Mute": Written("mutes", ("kind", "value", "created_at")),
    "accounts.PaperFeedback": Written("feedback", ("paper", "wants_more", "given_at")),
    "accounts.Delivery": Written(
        "deliveries",
        ("local_date", "state", "reason", "finished_at", "items"),
        left_out=(
            *("id", "user", "due_at", "attempts", "lease_token", "claimed_until"),
            *("message_id", "content_hash", "created_at"),
        ),
    ),
    "accounts.Bounce": Written(
        "bounces",
        ("kind", "said", "happened_at"),
        left_out=("id", "user", "address_hash", "message_id"),
    ),
    "papers.Vote": Written("votes", ("paper", "voted_at", "counted_at")),
    "papers.SeenPaper": Written("seen", ("paper", "seen_at")),
    "papers.SeenHidden": Written("settings.hides_seen", ("user",), left_out=()),
    "papers.PaperRequest": Written(
        "paper_requests",
        ("scheme", "value", "state", "reason", "requested_at"),
        left_out=(
            *("id", "requested_by", "paper", "attempts", "next_due_at"),
            *("lease_token", "leased_until"),
        ),
    ),
    "readinglists.ReadingList": Written(
        "lists",
        (
            *("title", "description", "byline", "is_default", "published_at", "archived_at"),
            *("deleted_at", "created_at", "changed_at"),
        ),
        left_out=("id", "owner", "version"),
    ),
    "readinglists.Entry": Written(
        "lists.items",
        ("paper", "note", "tags", "added_at", "position"),
        left_out=("id", "reading_list", "version", "added_by"),
    ),
    "readinglists.Heading": Written(
        "lists.items", ("title", "position"), left_out=("id", "reading_list", "version")
    ),
    "readinglists.ReadingState": Written(
        "states",
        ("paper", "state", "own_note", "changed_at"),
        left_out=("id", "user", "version"),
    ),
    "readinglists.ShareLink": Written(
        "lists.links",
        ("name", "can_edit", "needs_login", "created_at", "expires_at", "revoked_at"),
        # A key opens nothing once the account is gone, and must not lie about before.
        left_out=("id", "reading_list", "generation", "key_hash", "last_used_at"),
    ),
    "readinglists.Member": Written(
        "lists.members, memberships",
        ("reading_list", "role", "joined_at", "tells_additions"),
        # Who else is in a list is theirs to tell.
        left_out=("id", "user", "share_link", "generation"),
    ),
    "readinglists.Invitation": Written(
        "lists.invitations",
        ("email", "role", "created_at", "expires_at"),
        left_out=("id", "reading_list", "invited_by", "token_hash"),
    ),
    "readinglists.ListChange": Written(
        "lists.history",
        ("user", "kind", "words", "undone_at", "changed_at"),
        left_out=("id", "reading_list", "rows", "undoes", "other_half"),
    ),
    "readinglists.ListFollow": Written(
        "list_follows",
        ("reading_list", "created_at"),
        left_out=("id", "user", "share_link", "generation"),
    ),
    "accounts.WaitingPaper": Written(
        "waiting",
        ("scheme", "value", "names", "title", "wishes", "created_at"),
        left_out=("id", "user", "asked_at"),
    ),
    "readinglists.ListImport": NotWritten(
        "files that you imported into lists, kept for a week; what lists still wait for is written"
    ),
    "readinglists.ImportRow": NotWritten("what was read in files that you imported"),
    "readinglists.WaitingEntry": Written(
        "lists.items",
        ("scheme", "value", "title", "note", "tags", "position", "made_at"),
        left_out=(
            *("id", "reading_list", "change", "added_by", "state", "reason", "attempts"),
            *("next_due_at", "lease_token", "leased_until"),
        ),
    ),
    "accounts.ApiToken": Written(
        "tokens",
        ("name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"),
        # What opens something must not lie about.
        left_out=("id", "user", "token_hash", "beginning"),
    ),
    "accounts.ArchiveUpload": NotWritten("an archive that you were about to import"),
    "account.EmailConfirmation": NotWritten(
        "links mailed to confirm an address; they work for three days"
    ),
    "mfa.Authenticator": NotWritten(
        "passkeys, the key of your authenticator app and recovery codes: what opens an account "
        "must not lie about"
    ),
    "usersessions.UserSession": NotWritten(
        "where you are logged in: shown under Settings, and forgotten with each login"
    ),
    "accounts.User_groups": NotWritten("what an administrator of this site may do"),
    "accounts.User_user_permissions": NotWritten("what an administrator of this site may do"),
    "admin.LogEntry": NotWritten("what an administrator did on this site's own pages"),
    "papers.VoteAllowance": NotWritten("how many votes were given within the last hour"),
    "papers.WeightChange": NotWritten(
        "what an administrator changed in the public formula; everybody can read it"
    ),
    "papers.RankingState": NotWritten("numbers of the whole site"),
    # These name no reader by a key of the database, and yet are about one.
    "sessions.Session": NotWritten("logins that last; they end with the account"),
    "accounts.Suppression": NotWritten(
        "addresses that refused mail, as hashes that lead to nobody; they outlive the account"
    ),
}


def models_about_a_reader() -> Iterator[type[Model]]:
    """Every model with a key to a reader, or to a row that has one, of all apps."""
    found: set[type[Model]] = {get_user_model()}
    while more := {each for each in _all_models() if each not in found and _hangs_on(each, found)}:
        found |= more
    return iter(sorted(found, key=lambda model: model._meta.label))


def _all_models() -> list[type[Model]]:
    return list(apps.get_models(include_auto_created=True))


def _hangs_on(model: type[Model], found: set[type[Model]]) -> bool:
    return any(key.related_model in found for key in model._meta.concrete_fields)
