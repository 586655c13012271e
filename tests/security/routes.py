"""Every route of the site, from the URL conf, and an address for each in a small world.

A route that comes with a parameter unknown here fails the tests with words that say what to add.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import feed_keys, follows, outbox, subscribe, tokens
from accounts.digest import links, unsubscribe
from accounts.models import Delivery, User
from papers.models import Harvest, PaperRequest, Source
from readinglists import invitations, keeping, publishing, sharing
from readinglists.models import Entry, Heading, ListFollow, ListImport, Role
from tests.accounts.archive.sample import make_rich_reader
from tests.accounts.entering import give_app
from tests.accounts.passkeys import give_passkey
from tests.factories import make_member

ABSENT = 10**9
API = "api/v1/"
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True, slots=True)
class Route:
    """`name` as `reverse` takes it, "admin:..." among them; `path` with its parameters."""

    name: str
    path: str
    view: Callable[..., Any]

    @property
    def parameters(self) -> list[str]:
        return [found[2] or found[3] for found in _PARAMETER.finditer(self.path)]


@dataclass(slots=True)
class World:
    """One object of each kind, all of `owner`, who is also an administrator."""

    owner: User
    values: dict[str, Any] = field(default_factory=dict)

    def anew(self) -> "World":
        """The same rows for one more test, with a mail in the outbox of that test."""
        owner = User.objects.get(pk=self.owner.pk)
        return World(owner, self.values | {"name": _write_mail()})

    def address(self, route: Route, **others: Any) -> str:
        """Raises KeyError, in words, for a parameter that nobody gave a value."""

        def value(found: re.Match[str]) -> str:
            name = found[2] or found[3]
            return str(others.get(name, self._value(route, name)))

        path = _PARAMETER.sub(value, route.path)
        return "/" + path.replace("^", "").replace("\\Z", "").replace("$", "").replace("\\", "")

    def _value(self, route: Route, name: str) -> Any:
        if route.name.startswith("admin:") and name in ("object_id", "app_label", "id"):
            return self._of_admin(route, name)
        for key in (f"{route.name} {name}", f"{route.name.partition(':')[0]} {name}", name):
            if key in self.values:
                return self.values[key]
        raise KeyError(
            f"tests/security/routes.py, make_world: give “{route.name} {name}” a value, so that "
            f"the route /{route.path} is covered"
        )

    def _of_admin(self, route: Route, name: str) -> Any:
        if name == "app_label":
            return "papers"
        for model in admin.site._registry:
            if route.name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
                row = model._default_manager.first()
                return row.pk if row is not None else ABSENT
        return self.owner.pk


def all_routes() -> list[Route]:
    """Those that browsers are for; programs' operations are asked by test_api.py.

    Of two with one path the first answers, and the other is none.
    """
    first: dict[str, Route] = {}
    for route in _walk(get_resolver().url_patterns, "", ""):
        first.setdefault(route.path, route)
    return [route for route in first.values() if not route.path.startswith(API)]


def _walk(patterns: list[Any], path: str, namespace: str) -> Iterator[Route]:
    for each in patterns:
        here = path + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _walk(each.url_patterns, here, inner)
        elif isinstance(each, URLPattern):
            yield Route(f"{namespace}{each.name}", here, each.callback)


def make_world() -> World:
    owner = make_rich_reader()
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    owner.refresh_from_db()
    entry = Entry.objects.filter(reading_list__owner=owner, reading_list__deleted_at=None)[0]
    shown = entry.reading_list
    follow = follows.follow(owner, "kestrel")
    delivery = Delivery.objects.get(user=owner)
    source = Source.objects.create(kind=Source.Kind.SYNDICATION, key="https://example.org/feed")
    address = EmailAddress.objects.get(user=owner)
    today = timezone.now().date()
    manage = links.MANAGE.token_for(owner, today)
    followed = ListFollow.objects.filter(user=owner).order_by("pk")[0]
    wish = subscribe.Wish("new@example.org", "UTC")
    heading = Heading.objects.filter(reading_list__owner=owner)[0]
    values = {
        "day": date(2026, 3, 2),
        "announced_on": date(2026, 3, 2),
        "month": "2026-03",
        "local_date": delivery.local_date,
        "category": "cs.LG",
        "ranking": "week",
        "window": "week",
        "text": "nonsense",
        "arxiv_id": entry.paper.arxiv_id,
        "paper_id": entry.paper_id,
        "paper_pk": entry.paper_id,
        "pk": shown.pk,
        "papers pk": source.pk,
        "papers:paper_request pk": PaperRequest.objects.get(requested_by=owner).pk,
        "accounts pk": follow.pk,
        "heading_pk": heading.pk,
        "readinglists:unfollow_list pk": followed.pk,
        "readinglists key": sharing.key_of(sharing.make_link(shown)),
        "accounts:follow_feed key": feed_keys.key_of(follow),
        "ending": "atom",
        "author": str(entry.paper.authors[0]),
        "papers:cite ending": "bib",
        "papers:search_file ending": "bib",
        "papers:cite_by_number ending": "bib",
        "accounts:judge token": links.JUDGE.token_for(owner, today),
        "accounts:unsubscribe token": unsubscribe.token_for(owner.pk),
        "accounts:manage token": manage,
        "accounts:manage_subscription token": manage,
        "accounts:manage_unfollow token": manage,
        "accounts:confirm_subscription token": subscribe.make_token(wish),
        "name": _write_mail(),
        "account_confirm_email key": EmailConfirmationHMAC(address).key,
        "account_reset_password_from_key uidb36": "1",
        "account_reset_password_from_key key": "set-password",
        "admin:view_on_site content_type_id": ABSENT,
        "admin:view_on_site object_id": ABSENT,
        "admin url": "nowhere/",
    }
    by_number = ("paper_by_number", "cite_by_number", "paper_picture_by_number")
    for name in ("vote", "mark_seen", *by_number):
        values[f"papers:{name} pk"] = entry.paper_id
    backfill = Harvest.objects.create(
        interface=Harvest.Interface.OAI, first_on=today, window_first_on=today
    )
    for name in ("pause_backfill", "resume_backfill", "stop_backfill"):
        values[f"papers:{name} pk"] = backfill.pk
    values["accounts:revoke_token pk"] = tokens.make_token(owner, "a shell", ["read"])[0].pk
    values |= _of_lists(owner, entry)
    values |= _of_logins(owner)
    return World(owner, values)


def client_of_owner(world: World) -> Client:
    """Who has just given their password again, and whose requests raise what goes wrong."""
    client = Client(raise_request_exception=True)
    client.force_login(world.owner)
    client.post("/accounts/reauthenticate/", {"password": "a long passphrase"})
    return client


def _write_mail() -> str:
    return outbox.write_message(b"To: a@example.org\nContent-Type: text/html\n\n<p>B")


def _of_lists(owner: User, entry: Entry) -> dict[str, Any]:
    """Numbers and tokens for the routes of lists that do not take the list's own number."""
    shown = entry.reading_list
    asked = invitations.invite(shown, "invited@example.org", Role.VIEWER, by=owner)
    change = shown.changes.earliest("pk").pk
    heading = Heading.objects.filter(reading_list=shown)[0]
    link = shown.share_links.open().latest("pk")
    numbers = [
        (entry.pk, ("entry", "tags", "remove", "move", "note")),
        (heading.pk, ("rename_heading", "move_heading", "remove_heading")),
        (link.pk, ("change_link", "rotate_link", "revoke_link", "delete_link")),
        (make_member(reading_list=shown).pk, ("change_role", "remove_member", "transfer")),
        (
            asked.invitation.pk,
            ("resend_invitation", "withdraw_invitation", "answer_invitation"),
        ),
        (_make_import(owner).pk, ("show_import", "write_import", "delete_import")),
        (keeping.lists_in_bin(owner)[0].pk, ("restore", "delete_for_good")),
        (change, ("undo",)),
    ]
    values: dict[str, Any] = {
        f"readinglists:{name} pk": pk for pk, names in numbers for name in names
    }
    publishing.publish(shown)
    values["readinglists token"] = "A" * 43
    values["readinglists:invitation token"] = asked.token
    values["readinglists:undo_states token"] = "A" * 43
    return values


def _of_logins(owner: User) -> dict[str, Any]:
    give_app(owner)
    passkey = give_passkey(owner)
    there = UserSession.objects.create(user=owner, session_key="A" * 32, ip="127.0.0.1")
    keys = dict.fromkeys(("mfa_edit_webauthn pk", "mfa_remove_webauthn pk"), passkey.pk)
    return {"accounts:end_session pk": there.pk, **keys}


def _make_import(owner: User) -> ListImport:
    tomorrow = timezone.now() + timedelta(days=1)
    return ListImport.objects.create(user=owner, state="ready", expires_at=tomorrow)


SESSIONS = frozenset({"django_session", "usersessions_usersession"})
_ROW = "(to_jsonb(t) - 'last_used_at')::text"


def rows(*, without: frozenset[str] = SESSIONS) -> dict[str, list[str]]:
    """Every row of every table as text. Left out: sessions, and when a link was last opened."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in _tables(cursor, without):
            cursor.execute(f"SELECT {_ROW} FROM {_quoted(table)} t ORDER BY 1")  # noqa: S608
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def digests() -> dict[str, str | None]:
    """A digest of each table's `rows`, by one question instead of one a table."""
    with connection.cursor() as cursor:
        tables = _tables(cursor, SESSIONS)
        parts = [
            f"SELECT {n}, md5(string_agg({_ROW}, E'\\n' ORDER BY {_ROW})) FROM {_quoted(table)} t"  # noqa: S608
            for n, table in enumerate(tables)
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return {tables[n]: digest for n, digest in cursor.fetchall()}


def _tables(cursor: Any, without: frozenset[str]) -> list[str]:
    return sorted(set(connection.introspection.table_names(cursor)) - without)


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
