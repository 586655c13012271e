"""What readers and visitors of a mixed load ask for: nine reads to one write, drawn by chance.

Nothing here asks the site or the database, so that the process of the client stays small: whom it
plays and what there is comes as plain data (benchmarks/mixed_people.py).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

WRITES = 0.1
CSRF = "k" * 32
# Of a hundred reads of a visitor and of a reader.
OF_A_VISITOR = {
    "front": 16, "trending": 13, "deep": 3, "new": 12, "search": 18, "paper": 18, "author": 4,
    "feed": 5, "shared list": 4, "API": 7,
}  # fmt: skip
OF_A_READER = {
    "front": 18, "trending": 12, "new": 8, "search": 16, "typed": 8, "paper": 18, "list": 12,
    "lists": 4, "follows": 4,
}  # fmt: skip
OF_WRITES = {"save": 30, "vote": 30, "note": 12, "move": 12, "make list": 6, "follow": 10}
READERS = 0.5  # of the reads; all writes are theirs


@dataclass
class Reader:
    """`unsaved` and `unvoted` are papers, `noted` entries with the version of their note."""

    pk: int
    cookie: str
    list_id: int
    unsaved: list[int]
    unvoted: list[int]
    moved: list[int]
    noted: dict[int, int]
    is_writing: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Who asks, and what for: addresses of pages, and words that make searches."""

    readers: list[Reader]
    pages: dict[str, list[str]]
    words: list[str]
    run: int


@dataclass(slots=True)
class Request:
    """`told` is what must be in the database once the answer was a redirect."""

    kind: str
    address: str
    reader: Reader | None = None
    form: dict[str, str] | None = None
    told: tuple[Any, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def expects(self, status: int) -> bool:
        return status == 302 if self.form is not None else status in (200, 304)

    def as_bytes(self, host: str) -> bytes:
        head = {"Host": host, "Accept-Encoding": "gzip", **self.headers}
        if self.reader:
            head["Cookie"] = self.reader.cookie
        body = b""
        if self.form is not None:
            body = urlencode(self.form | {"csrfmiddlewaretoken": CSRF}).encode()
            head["Content-Type"] = "application/x-www-form-urlencoded"
            head["Content-Length"] = str(len(body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        method = "GET" if self.form is None else "POST"
        return f"{method} {self.address} HTTP/1.1\r\n{lines}\r\n".encode() + body


def requests(people: People, seed: int) -> Iterator[Request]:
    """Yield requests without an end."""
    chance = random.Random(seed)
    number = 0
    while True:
        if chance.random() < WRITES:
            number += 1
            write = _write(people, chance, f"{people.run}x{seed}x{number}")
            if write is not None:
                yield write
                continue
        yield _read(people, chance)


def _read(people: People, chance: random.Random) -> Request:
    reader = chance.choice(people.readers) if chance.random() < READERS else None
    kind = _draw(OF_A_READER if reader else OF_A_VISITOR, chance)
    request = Request(kind, _address(kind, people, reader, chance), reader)
    if kind == "typed":
        request.headers |= {"HX-Request": "true", "HX-Target": "search-answer"}
    return request


def _address(kind: str, people: People, reader: Reader | None, chance: random.Random) -> str:
    match kind:
        case "list":
            assert reader
            return f"/lists/{reader.list_id}/"
        case "search":
            return f"/search/?q={quote(_words(people, chance))}"
        case "typed":
            return f"/search/?q={quote(_words(people, chance)[: chance.randint(3, 12)])}"
        case _:
            pages = people.pages[kind]
            # A few pages are asked for by many.
            return pages[min(int(chance.paretovariate(0.7)) - 1, len(pages) - 1)]


def _words(people: People, chance: random.Random) -> str:
    return " ".join(chance.sample(people.words, 2))


def _write(people: People, chance: random.Random, name: str) -> Request | None:
    """A reader who waits for an answer writes nothing else; None where this one has to wait."""
    reader = chance.choice(people.readers)
    if reader.is_writing:
        return None
    match _draw(OF_WRITES, chance):
        case "save" if reader.unsaved:
            paper = reader.unsaved.pop()
            form = {"saved": "1"}
            return Request("save", f"/lists/save/{paper}/", reader, form, ("save", paper))
        case "vote" if reader.unvoted:
            paper = reader.unvoted.pop()
            form = {"voted": "1"}
            return Request("vote", f"/paper/number/{paper}/vote/", reader, form, ("vote", paper))
        case "note" if reader.noted:
            entry = chance.choice(list(reader.noted))
            text = f"Read on {name}, twice."
            form = {"note": text, "seen": str(reader.noted[entry])}
            return Request(
                "note", f"/lists/entries/{entry}/note/", reader, form, ("note", entry, text)
            )
        case "move" if reader.moved:
            entry = chance.choice(reader.moved)
            return Request("move", f"/lists/entries/{entry}/move/", reader, {}, ("move", entry))
        case "make list":
            form = {"title": f"List {name}", "description": "Made *now*."}
            return Request("make list", "/lists/new/", reader, form, ("make list", form["title"]))
        case "follow":
            form = {"q": f"soak{name} lighthouse"}
            return Request("follow", "/follows/follow/", reader, form, ("follow", form["q"]))
    return None


def _draw(weights: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
