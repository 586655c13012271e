r"""Finds a paper's code and its project page in what the authors wrote, comment and abstract.

Decides by the host and by the words before an address; whose code it is cannot be told for sure, so
an address behind "we use" is left out. Never opens an address, never joins one broken by a space.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from papers.feeds.text import clean_url

# How far before an address a word says what it leads to, in characters.
CUE_CHARACTERS = 100

_GITHUB_PAGES = frozenset((
    "about", "apps", "blog", "collections", "contact", "enterprise", "explore", "features",
    "login", "marketplace", "notifications", "orgs", "pricing", "search", "security", "settings",
    "sponsors", "topics", "trending", "users",
))  # fmt: skip
_HUGGING_FACE_PAGES = frozenset((
    "blog", "chat", "collections", "datasets", "docs", "join", "learn", "login", "models",
    "papers", "posts", "settings", "spaces", "tasks",
))  # fmt: skip
_NO_PROJECT = re.compile(
    r"(?:^|\.)(?:doi\.org|arxiv\.org|openreview\.net|youtu\.be|youtube\.com|ieee\.org|acm\.org"
    r"|aclanthology\.org|springer\.com|zenodo\.org|kaggle\.com|pypi\.org|drive\.google\.com"
    r"|github\.com|githubusercontent\.com|gitlab\.com|bitbucket\.org|codeberg\.org|hf\.co"
    r"|huggingface\.co|creativecommons\.org|4open\.science|orcid\.org)$"
)

_ADDRESS = re.compile(
    r"(?P<scheme>https?://)?(?<![\w.@-])(?P<host>(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,12})"
    r"(?::\d{2,5})?(?P<path>/[^\s<>\"'|^`\[\]{}\\,;*]*)?",
    re.IGNORECASE,
)
_DOT_IN_WORD = re.compile(r"\.[a-z]{2}", re.IGNORECASE)
_HREF = re.compile(r"\\(?:url|href|path)\s*\{([^{}\s]{1,500})\}")
_ESCAPED = re.compile(r"\{?\\([_%&#])\}?")
_TILDE = re.compile(r"\\(?:string)?~(?:\{\})?|\\textasciitilde(?:\{\}| )?|\$\\sim\$")
_SEGMENT = r"[\w.-]{1,100}"
_REPOSITORY = re.compile(rf"/(?P<owner>[A-Za-z0-9][\w.-]{{0,99}})/(?P<name>{_SEGMENT})", re.ASCII)
_OWN_SERVER = re.compile(r"(?:gitlab|git|codebase|forge)\.[a-z0-9.-]+", re.IGNORECASE)
_GROUPS = re.compile(rf"(?:/{_SEGMENT}){{2,6}}?(?=/-(?:/|$)|/(?:tree|blob|issues)/|/?$)", re.ASCII)
# "…/name.The data are": a full stop without its space.
_GLUED = re.compile(
    r"\.(?:The|This|These|We|Our|In|It|Code|Codes|Data|Dataset|Project|All|For|Keywords|A|An)$"
)
_CUE = re.compile(
    r"\b(?:code\w*|implement\w*|availab\w*|accessib\w*|releas\w*|open[- ]?sourc\w*|publicly"
    r"|repositor\w*|repo|project|github(?!\.)|demo|page|website|software|toolkit|found at)\b",
    re.IGNORECASE,
)
_PAGE_CUE = re.compile(
    r"\b(?:project|web\s?page|website|web\s?site|home\s?page|demo page|page)\b[^.]{0,40}$"
    r"|\b(?:project|web|home)[- ]?(?:page|site)\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:we (?:use|used|adopt|follow|employ)|uses?|using|based (?:on|upon)|built (?:on|upon|with)"
    r"|build(?:s|ing)? (?:on|upon)|adapted from|taken from|forked? (?:of|from)|extends?|baselines?"
    r"|powered by|thanks to)\b(?P<then>[^.;,]{0,30})$",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"\b(?:availab|accessib|accessed|releas|provided|found|published|here\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses with their scheme; "" where none was found."""

    code_url: str = ""
    project_url: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate; of several the one with the highest `weight`, then the first."""

    url: str
    is_code: bool
    weight: int


def find_links(*texts: str) -> Links:
    """Return the code repository and the project page that `texts` name, the first text first.

    Code is a repository on a host of repositories, reduced to the repository itself, else a model
    or data set on Hugging Face. A project page is on *.github.io or the like, or stands behind
    "project page", "website" and such.
    """
    found = [one for text in texts if _is_worth_reading(text) for one in _candidates(text)]
    return Links(
        code_url=_best(one for one in found if one.is_code),
        project_url=_best(one for one in found if not one.is_code),
    )


def _is_worth_reading(text: str) -> bool:
    return "/" in text or ".io" in text


def _best(found: Iterator[_Found]) -> str:
    best = max(found, key=lambda one: one.weight, default=None)
    return best.url if best is not None and best.weight > 0 else ""


def _candidates(text: str) -> Iterator[_Found]:
    text = _ESCAPED.sub(r"\1", _TILDE.sub("~", _HREF.sub(r" \1 ", text)))
    for match in _addresses(text):
        before = text[max(0, match.start() - CUE_CHARACTERS) : match.start()]
        host = match["host"].lower().removeprefix("www.")
        path = match["path"] or ""
        code = _repository(host, path, has_scheme=match["scheme"] is not None)
        if code:
            yield _Found(code, True, _weight(before, code))
        elif page := _page(match, host, before):
            yield page


def _addresses(text: str) -> Iterator[re.Match[str]]:
    """Looked for only between the spaces around a dot within a word: three times as fast."""
    end = 0
    for dot in _DOT_IN_WORD.finditer(text):
        if dot.start() >= end:
            start, end = text.rfind(" ", 0, dot.start()) + 1, text.find(" ", dot.end())
            end = end if end >= 0 else len(text)
            yield from _ADDRESS.finditer(text, start, end)


def _weight(before: str, url: str) -> int:
    if _is_of_others(before):
        return 0
    weight = 2 if _CUE.search(before) else 1
    # Data and models are code for want of better.
    return weight if "//huggingface.co/" in url else weight + 2


def _is_of_others(before: str) -> bool:
    said = _OF_OTHERS.search(before)
    # "Our code based on X is available at" offers its own.
    return said is not None and not _OFFERED.search(said["then"])


def _repository(host: str, path: str, *, has_scheme: bool) -> str:
    """Return the address of the repository, "" when this is none."""
    if host in ("github.com", "raw.githubusercontent.com"):
        return _two_parts("github.com", path, _GITHUB_PAGES)
    if host in ("codeberg.org", "bitbucket.org"):
        return _two_parts(host, path, frozenset())
    if host in ("huggingface.co", "hf.co"):
        kind = "/datasets" if path.startswith("/datasets/") else ""
        path = path.removeprefix(kind)
        return _two_parts("huggingface.co", path, _HUGGING_FACE_PAGES, kind)
    if host == "anonymous.4open.science" and path.startswith("/r/"):
        return _one_part(host, path)
    if host == "gitlab.com" or (has_scheme and _OWN_SERVER.fullmatch(host)):
        return _in_groups(host, path)
    return ""


def _two_parts(host: str, path: str, refused: frozenset[str], kind: str = "") -> str:
    match = _REPOSITORY.match(path)
    if match is None or match["owner"].lower() in refused:
        return ""
    name = _name(match["name"])
    return f"https://{host}{kind}/{match['owner']}/{name}" if name else ""


def _one_part(host: str, path: str) -> str:
    match = re.match(_SEGMENT, path.removeprefix("/r/"))
    name = _name(match[0]) if match else ""
    return f"https://{host}/r/{name}" if name else ""


def _in_groups(host: str, path: str) -> str:
    match = _GROUPS.match(_trimmed(path))
    if match is None:
        return ""
    groups, _slash, last = match[0].rpartition("/")
    name = _name(last)
    return f"https://{host}{groups}/{name}" if name else ""


def _name(text: str) -> str:
    """The name of a repository; "" where a space broke it behind its hyphen."""
    name = _GLUED.sub("", text.rstrip("._")).rstrip(".").removesuffix(".git")
    return "" if name.endswith("-") or not name.strip(".") else name


def _page(match: re.Match[str], host: str, before: str) -> _Found | None:
    is_page = host.endswith((".github.io", ".gitlab.io")) or host == "sites.google.com"
    if not is_page and (match["scheme"] is None or _NO_PROJECT.search(host)):
        return None
    cue = _PAGE_CUE.search(before) is not None
    if not (is_page or cue) or _is_of_others(before):
        return None
    path = _trimmed(match["path"] or "")
    if path.endswith("-"):
        return None
    scheme = (match["scheme"] or "https://").lower()
    url = clean_url(f"{scheme}{match['host'].lower()}{path}")
    return _Found(url, False, is_page + 2 * cue) if url else None


def _trimmed(path: str) -> str:
    """`path` without what belongs to the sentence around it."""
    path = path.rstrip(".!?:'\"")
    unopened = path.count(")") - path.count("(")
    end = len(path)
    while unopened > 0 and path.endswith(")", 0, end):
        unopened -= 1
        end -= 1
        while path.endswith((".", "!", "?", ":"), 0, end):
            end -= 1
    return _GLUED.sub("", path[:end])
