"""What a search text means: a tree of what a paper must hold, and notes on what was unclear.

It decides how words and operators are joined; it never fails on what it does not understand, nor
drops it unsaid: that is searched as plain words. Never touches the index. Read more:
docs/search.md.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from papers.search.contradictions import contradictions
from papers.search.fields import LISTED_FIELDS, SORT_FIELDS, TEXT_FIELDS, interpret, is_field
from papers.search.pieces import is_searchable, joined, negated, plain, wanted, word
from papers.search.remarks import Remarks
from papers.search.spaced import bounds_apart, with_spans_joined
from papers.search.tokens import Token, alternatives, clean, tokenise
from papers.search.tree import (
    NOTHING,
    SORTS,
    And,
    Node,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    TextField,
)

LONGEST_QUERY_CHARACTERS = 1000
MOST_TERMS = 64
DEEPEST_BRACKETS = 10
SHORTEST_PREFIX = 2

_FIELD = re.compile(r"(?P<name>[A-Za-z]{2,12}):(?P<value>.*)", re.DOTALL)
_NO_VALUE_YET = ("", ">", "<", ">=", "<=", "=", "\u2265", "\u2264")
_DOTS_BEFORE = re.compile(r"^(?:\.\.+|\u2026)(?=\d)")
_VALUES = ("phrase", "word", "open", "unclosed")
# Signs that stand between words in titles; that they are not searched surprises nobody.
_PUNCTUATION = frozenset("-\u2013\u2014&/,;:.+\u2026\u00b7\u2022")
# Names before a colon that are no attempt at an operator.
_NOT_MEANT = frozenset({"http", "https", "ftp", "mailto"})


class QueryTooLong(ValueError):
    """The message is in words for the reader."""


def parse(text: str, *, today: date | None = None) -> Query:
    """Return the query that `text` means; `parse(str(query)).tree` is `query.tree` again.

    Places in the notes are characters of `text`; `today` (default: now, in UTC) decides what
    "yesterday" is. Raises QueryTooLong above 1,000 characters, as typed or with all operators
    written out in full (ti:(a b) is ti:a ti:b), and nothing else.
    """
    if len(text) > LONGEST_QUERY_CHARACTERS:
        raise _too_long(_("This search has %(length)d characters"), text)
    tokens = with_spans_joined(tuple(tokenise(text)))
    query = _Parser(tokens, today or timezone.now().date()).parse()
    # What is kept of a search is its printed form, which is read back.
    if len(str(query)) > LONGEST_QUERY_CHARACTERS:
        raise _too_long(_("Written out in full, this search has %(length)d characters"), str(query))
    return query


def _too_long(finding: str, text: str) -> QueryTooLong:
    words = _("%(finding)s; %(limit)d is the most that can be searched. Try fewer words.")
    counted = finding % {"length": len(text)}
    return QueryTooLong(words % {"finding": counted, "limit": LONGEST_QUERY_CHARACTERS})


class _Parser:
    def __init__(self, tokens: tuple[Token, ...], today: date) -> None:
        self.tokens = tokens
        self.today = today
        self.place = 0
        self.depth = 0
        self.ignored_brackets = 0
        self.terms = 0
        self.remarks = Remarks()
        self.sort: Sort | None = None
        self.places: dict[Node, Token] = {}

    def parse(self) -> Query:
        tree = self._either(None)
        if not isinstance(tree, And | Or):
            tree = And((tree,))
        if isinstance(tree, And):
            self._note_contradictions(tree.parts)
        self._note_bounds_apart()
        return Query(tree, self.remarks.told(), self.sort)

    def _either(self, field: str | None) -> Node:
        parts = [self._all(field)]
        while (token := self._peek()) and token.kind == "or":
            self.place += 1
            parts.append(self._all(field))
            if NOTHING in parts[-2:]:
                self._note(_("OR needs something on both sides: it was left out."), token)
        return joined(Or, [part for part in parts if part != NOTHING])

    def _all(self, field: str | None) -> Node:
        parts: list[Node] = []
        while (token := self._peek()) and token.kind != "or":
            if token.kind == "close" and self._closes(token):
                break
            if token.kind in ("close", "and"):
                self.place += 1
                self._note_lone_and(token, is_first=not parts)
            elif part := self._one(field):
                parts.append(part)
        return joined(And, parts)

    def _closes(self, token: Token) -> bool:
        if self.ignored_brackets:
            self.ignored_brackets -= 1
            return False
        if self.depth == 0:
            self._note(_("This bracket closes none: it was left out."), token)
        return self.depth > 0

    def _one(self, field: str | None) -> Node | None:
        token = self.tokens[self.place]
        self.place += 1
        match token.kind:
            case "not":
                return self._excluded(token, field)
            case "open":
                return self._group(token, field)
            case "unclosed":
                self._note_unclosed(token)
                return None
            case "phrase":
                return self._counted(token, self._value(token, field, token.text, is_phrase=True))
            case _:
                return self._word(token, field)

    def _excluded(self, sign: Token, field: str | None) -> Node | None:
        is_excluded = True
        while (token := self._peek()) and token.kind in ("not", "unclosed"):
            self.place += 1
            if token.kind == "not":
                sign, is_excluded = token, not is_excluded
            else:
                self._note_unclosed(token)
        if token is None or token.kind in ("or", "and", "close"):
            self._note(_("Nothing follows that could be left out of the search."), sign)
            return None
        node = self._one(field)
        return negated(node) if is_excluded else node

    def _group(self, bracket: Token, field: str | None) -> Node | None:
        if self.depth == DEEPEST_BRACKETS:
            self.ignored_brackets += 1
            note = _("Brackets within more than %(count)d brackets are left out.")
            self._note(note % {"count": DEEPEST_BRACKETS}, bracket)
            return None
        self.depth += 1
        tree = self._either(field)
        self.depth -= 1
        if self._peek() is None:
            note = _("This bracket is not closed: it is taken to end with the search.")
            self._note(note, bracket)
        else:
            self.place += 1
        if tree == NOTHING:
            self._note(_("These brackets hold nothing that can be searched."), bracket)
            return None
        return tree

    def _word(self, token: Token, field: str | None) -> Node | None:
        if token.text.startswith("*") and is_searchable(token.text):
            note = _("A word cannot begin with an asterisk: it was left out.")
            self._note(note, token)
            words = token.text.lstrip("*(-")
            token = Token("word", words, token.start, token.end)
        match = _FIELD.fullmatch(token.text)
        if match and is_field(name := match["name"].lower()):
            return self._field(token, name, match["value"])
        if match and (value := self._value_of_unknown(token, match)):
            self._note_unknown_field(token, match["name"], value)
            token = replace(token, text=match["name"])
        return self._one_of(token, field, token.text)

    def _field(self, token: Token, name: str, value: str) -> Node | None:
        is_phrase = False
        while value in _NO_VALUE_YET and (following := self._following_value()):
            self.place += 1
            if following.kind == "unclosed":
                self._note_unclosed(following)
                continue
            if following.kind == "open" and not value:
                return self._group(following, name)
            value = clean(value + following.text)
            is_phrase = following.kind == "phrase"
            token = Token("word", token.text + following.text, token.start, following.end)
        if not is_searchable(value):
            note = _("%(name)s: needs a value: it was left out.")
            self._note(note % {"name": name}, token)
            return None
        if name in SORT_FIELDS:
            self._sorted(token, value.lower())
            return None
        if is_phrase:
            return self._counted(token, self._value(token, name, value, is_phrase=True))
        return self._one_of(token, name, value)

    def _one_of(self, token: Token, name: str | None, value: str) -> Node | None:
        """The value, or where it is several, as in cats|dogs, one of them."""
        values = [value]
        if name in LISTED_FIELDS:
            values = alternatives(value.replace(",", "|"))
        elif name is None or name in TEXT_FIELDS:
            values = alternatives(value)
        choices = [(name, values[0]), *(_named(name, one) for one in values[1:])]
        if not all(_is_choice(one) for _field, one in choices):
            choices = [(name, value)]
        found = [self._counted(token, self._value(token, *choice)) for choice in choices]
        parts = [part for part in found if part is not None]
        return joined(Or, parts) if parts else None

    def _following_value(self) -> Token | None:
        token = self._peek()
        if token is None or token.kind not in _VALUES:
            return None
        match = _FIELD.fullmatch(token.text) if token.kind == "word" else None
        return None if match and is_field(match["name"].lower()) else token

    def _sorted(self, token: Token, value: str) -> None:
        for sort in SORTS:
            if sort == value:
                if self.sort not in (None, sort):
                    self._note(_("Only one order is possible: this one is used."), token)
                self.sort = sort
                return
        note = _("There is no such order; there are %(names)s.")
        self._note(note % {"names": ", ".join(SORTS)}, token)

    def _value(
        self, token: Token, name: str | None, value: str, *, is_phrase: bool = False
    ) -> Node | None:
        if name in SORT_FIELDS:
            self._sorted(token, value.lower())
            return None
        if name is not None and name not in TEXT_FIELDS:
            return self._filter(token, name, value)
        field = TEXT_FIELDS[name] if name else None
        if not is_searchable(value):
            self._note_signs(token)
            return None
        return Phrase(value, field) if is_phrase else self._text(token, value, field)

    def _filter(self, token: Token, name: str, value: str) -> Node | None:
        try:
            meaning = interpret(name, value, today=self.today)
        except ValueError as error:
            words = plain(value, None)
            note = _("Not understood (%(reason)s): searched as the words “%(words)s” instead.")
            self._note(note % {"reason": error, "words": words and words.text}, token)
            return words
        if meaning.remark:
            self._note(meaning.remark, token)
        return meaning.node

    def _text(self, token: Token, text: str, field: TextField | None) -> Node | None:
        if text.startswith("-"):
            return negated(self._text(token, text.lstrip("-"), field))
        # After a day, dots before a number would be read as a span (spaced.py).
        text = _DOTS_BEFORE.sub("", text)
        if "*" in text:
            return self._prefix(token, text, field)
        match = _FIELD.fullmatch(text)
        if field is None and match and self._is_attempt(match):
            words = plain(text, None)
            note = _("There is no field “%(name)s”: searched as the words “%(words)s” instead.")
            self._note(note % {"name": match["name"], "words": words and words.text}, token)
            return words
        return word(text, field)

    def _prefix(self, token: Token, text: str, field: TextField | None) -> Node | None:
        stem = text.rstrip("*")
        if "*" in stem:
            words = plain(stem, field)
            note = _("An asterisk counts only at the end of a word: searched as “%(words)s”.")
            self._note(note % {"words": words and words.text}, token)
            return words
        if sum(map(str.isalnum, stem)) >= SHORTEST_PREFIX:
            return Prefix(stem, field)
        note = _("Too many words begin so: searched as the word “%(word)s”.")
        self._note(note % {"word": stem}, token)
        return self._text(token, stem, field)

    def _is_attempt(self, match: re.Match[str]) -> bool:
        value = match["value"]
        return (
            match["name"].lower() not in _NOT_MEANT
            and value[:1] not in ("", "/", ":")
            and is_searchable(value)
        )

    def _counted(self, token: Token, node: Node | None) -> Node | None:
        if node is None:
            return None
        self.terms += 1
        if self.terms <= MOST_TERMS:
            self.places[wanted(node)] = token
            return node
        if self.terms == MOST_TERMS + 1:
            note = _("A search has %(count)d words or operators at most: from here on left out.")
            text = note % {"count": MOST_TERMS}
            self.remarks.add(text, token, until=self.tokens[-1].end)
        return None

    def _note_lone_and(self, token: Token, *, is_first: bool) -> None:
        following = self._peek()
        is_last = following is None or following.kind in ("or", "close")
        if token.text in ("AND", "&&") and (is_first or is_last):
            self._note(_("AND needs something on both sides: it was left out."), token)

    def _value_of_unknown(self, name: Token, match: re.Match[str]) -> Token | None:
        """A title may hold a colon; brackets or quotes right after it are meant as a value."""
        following = self._peek()
        if match["value"] or following is None or following.start != name.end:
            return None
        return following if following.kind in ("phrase", "open") else None

    def _note_unknown_field(self, token: Token, name: str, value: Token) -> None:
        note = _("There is no field “%(name)s”: searched as the word “%(name)s” and %(value)s.")
        shown = f'"{value.text}"' if value.kind == "phrase" else _("what stands in the brackets")
        self.remarks.add(note % {"name": name, "value": shown}, token, until=value.end)

    def _note_contradictions(self, parts: Sequence[Node]) -> None:
        for one, other in contradictions([part for part in parts if wanted(part) in self.places]):
            places = [self.places[wanted(part)] for part in (one, other)]
            note = _("No paper can satisfy both %(one)s and %(other)s.")
            later = max(places, key=lambda place: place.start)
            self._note(note % {"one": one, "other": other}, later)

    def _note_bounds_apart(self) -> None:
        for span, number in bounds_apart(self.tokens):
            note = _("“%(number)s” is searched as a word. For a span write %(span)s%(number)s.")
            self._note(note % {"span": span.text, "number": number.text}, number)

    def _note_unclosed(self, token: Token) -> None:
        note = _("This quotation mark is not closed: what follows is searched as words.")
        self._note(note, token)

    def _note_signs(self, token: Token) -> None:
        if token.text not in _PUNCTUATION:
            note = _("Left out, since only letters and digits can be searched: %(signs)s")
            self._note(note % {"signs": token.text}, token)

    def _note(self, text: str, token: Token) -> None:
        self.remarks.add(text, token)

    def _peek(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None


def _named(field: str | None, value: str) -> tuple[str | None, str]:
    """The field of a further choice, which may be another: cats|au:hinton."""
    match = _FIELD.fullmatch(value)
    if match and is_field(match["name"].lower()):
        return match["name"].lower(), match["value"]
    return field, value


def _is_choice(text: str) -> bool:
    return is_searchable(text) and text[0] not in "(+"
