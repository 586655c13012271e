"""What the DNS says of who may send the digest: its SPF, DMARC and DKIM records.

It decides whether they are there, are one each, and count. Whether they name the relay, whether
that signs, and the relay's reverse name only a mail that arrived can tell. Nothing is a fault
because nobody answered. Read more: RFC 7208 (SPF), RFC 7489 (DMARC), RFC 6376 (DKIM).
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from config.doctor.findings import Finding, fault, warning, well
from config.doctor.text_records import NotLookedUp, TextsAt

# Endings that the public DNS will not know (RFC 6761, RFC 6762), and two that networks inside use.
NOT_PUBLIC = frozenset(["internal", "invalid", "lan", "local", "localhost", "test"])
POLICIES = ("none", "quarantine", "reject")
# As many names are asked at most for one sender, however long its own is.
MOST_DMARC_NAMES = 8

_SPF = re.compile(r"v=spf1(?= |\Z)", re.IGNORECASE)
# RFC 7208, 12: what is neither makes the whole record an error. A modifier may have any name.
_SPF_TERM = re.compile(
    r"[-+~?]?(all|(include|exists|ip4|ip6):.+|(a|mx|ptr)([:/].*)?)|[a-z][a-z0-9._-]*=.*"
)
_SPF_NAMES_NOBODY = re.compile(r"[-~?]?all|(?!redirect=)[a-z][a-z0-9._-]*=.*")
_DMARC = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?=;|\Z)")


def look(texts_at: TextsAt) -> Iterator[Finding]:
    """A finding for each of the three; `texts_at` is TextRecords.at, or stands in for it."""
    author = _domain_of(settings.DIGEST_FROM_EMAIL)
    envelope = _domain_of(settings.BOUNCE_ADDRESS) or author
    yield _looked_up(_("Mail: SPF"), _spf, envelope, texts_at)
    yield _looked_up(_("Mail: DMARC"), _dmarc, author, texts_at)
    if settings.DKIM_SELECTOR:
        yield _looked_up(_("Mail: DKIM"), _dkim, author, texts_at)
    else:
        words = _("Its key was not looked up: DKIM_SELECTOR does not say where it is.")
        yield well(_("Mail: DKIM"), words)


def _looked_up(
    name: str, judge: Callable[[str, str, TextsAt], Finding], domain: str, texts_at: TextsAt
) -> Finding:
    if not _is_public(domain):
        words = _("“%s” is no name of the public DNS: nothing was looked up.") % domain
        advice = _("Readers elsewhere get mail from a domain of your own only: DIGEST_FROM_EMAIL.")
        return warning(name, words, advice)
    try:
        return judge(name, domain, texts_at)
    except NotLookedUp as error:
        words = _("The records of %s could not be looked up.") % domain
        advice = _("See this machine's DNS (/etc/resolv.conf), then look again.")
        return warning(name, f"{words} {error}", advice)


def _spf(name: str, domain: str, texts_at: TextsAt) -> Finding:
    found = [text for text in texts_at(domain) if _SPF.match(text)]
    if not found:
        advice = _("Publish the one that your relay tells: TXT “v=spf1 include:… ~all”.")
        return fault(name, _("There is none at %s.") % domain, advice)
    if len(found) > 1:
        return fault(name, *_too_many(len(found), domain))
    terms = found[0].lower().split()[1:]
    odd = next((term for term in terms if not _SPF_TERM.fullmatch(term)), None)
    if odd is not None:
        words = _("In the one at %(name)s “%(part)s” is no term, so that nothing of it counts.")
        shown = "".join(filter(str.isprintable, odd))[:40]
        return fault(name, words % {"name": domain, "part": shown}, _("Mend or remove it."))
    if not {"all", "+all"}.isdisjoint(terms):
        words = _("The one at %s lets everybody send in its name.") % domain
        return warning(name, words, _("Name your relay, and end it with “~all” or “-all”."))
    if all(_SPF_NAMES_NOBODY.fullmatch(term) for term in terms):
        words = _("The one at %s names nobody who may send.") % domain
        return warning(name, words, _("Name your relay before “~all” or “-all”."))
    words = _("There is one at %s. Whether it names your relay was not looked at.")
    return well(name, words % domain)


def _dmarc(name: str, domain: str, texts_at: TextsAt) -> Finding:
    """Of the first name upwards that has a record: those below it it counts for (6.6.3)."""
    for place in _upwards(domain):
        where = f"_dmarc.{place}"
        found = [text for text in texts_at(where) if _DMARC.match(text)]
        if len(found) > 1:
            return fault(name, *_too_many(len(found), where))
        if found:
            return _dmarc_policy(name, where, _tags(found[0]), is_above=place != domain)
    advice = _("Publish TXT “v=DMARC1; p=none; rua=mailto:…” there, and be stricter later.")
    return fault(name, _("There is none at _dmarc.%s, nor above.") % domain, advice)


def _dmarc_policy(name: str, where: str, tags: dict[str, str], *, is_above: bool) -> Finding:
    own = policy = tags.get("p", "").lower()
    if is_above:
        policy = tags.get("sp", own).lower()
    if own not in POLICIES or policy not in POLICIES:
        if not tags.get("rua"):
            words = _("The one at %s has no policy, so that it does not count.") % where
            return fault(name, words, _("Write “p=none” after “v=DMARC1;”, stricter later."))
        policy = "none"  # RFC 7489, 6.6.3: it asks for reports, so it is taken as that
    if policy == "none":
        words = _("The one at %s asks to refuse nothing: a beginning, stricter later.")
        return well(name, words % where)
    words = _("The one at %(name)s asks for “%(policy)s”.")
    return well(name, words % {"name": where, "policy": policy})


def _dkim(name: str, domain: str, texts_at: TextsAt) -> Finding:
    where = f"{settings.DKIM_SELECTOR}._domainkey.{domain}"
    found = texts_at(where)
    if not found:
        advice = _("Publish the record that your relay tells, or mend DKIM_SELECTOR.")
        return fault(name, _("There is no key at %s.") % where, advice)
    if len(found) > 1:
        return fault(name, *_too_many(len(found), where))
    tags = _tags(found[0])
    advice = _("Publish the record anew, as your relay tells it.")
    if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return fault(name, _("What is at %s is no key.") % where, advice)
    if not tags["p"]:
        return fault(name, _("The key at %s was withdrawn: it is empty.") % where, advice)
    if not _is_base64(tags["p"]):
        words = _("The key at %s cannot be read; often a part of it is missing.") % where
        return fault(name, words, advice)
    if "y" in re.split(r"\s*:\s*", tags.get("t", "")):
        words = _("The key at %s says that it is only tried out.") % where
        return warning(name, words, _("Take “t=y” out of the record."))
    words = _("There is a key at %s. Whether your relay signs with it was not looked at.")
    return well(name, words % where)


def _too_many(count: int, where: str) -> tuple[str, str]:
    words = _("There are %(count)d at %(name)s, so that none of them counts.")
    return words % {"count": count, "name": where}, _("Make one record of them.")


def _upwards(domain: str) -> Iterator[str]:
    """`domain` and what is above it, nearest first, down to two labels."""
    labels = domain.split(".")
    yield domain
    for count in range(min(len(labels), MOST_DMARC_NAMES) - 1, 1, -1):
        yield ".".join(labels[-count:])


def _tags(text: str) -> dict[str, str]:
    """The tags of a record of DMARC or DKIM; the first of a repeated one counts."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_public(domain: str) -> bool:
    *above, last = domain.split(".")
    return bool(above) and last not in NOT_PUBLIC and not last.strip("[]").isdigit()


def _domain_of(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2].strip(".").lower()
