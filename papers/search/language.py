"""What a search text means: a tree of words and phrases, all of which a paper must hold.

Never fails on what it does not understand: that is searched as plain words and said in a note.
Never touches the index. The operators named in `_NOT_YET` come with the whole query language.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from papers.identifiers import parse_arxiv_id
from papers.search.tree import And, Node, Note, Phrase, Query, Word

LONGEST_QUERY_CHARACTERS = 1000

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_PART = re.compile(r'"(?P<phrase>[^"]*)"|(?P<open>")|(?P<word>[^\s"]+)')
_FIELDS = "ti|title|abs|abstract|au|author|authors|cat|category|in|since|before|date|doi|list"
# What readers of other search engines type as operators.
_NOT_YET = re.compile(
    rf"[-+](?=\w)|[(]?(?:AND|OR|NOT)[)]?$|[(-]*(?:{_FIELDS}):(?=[^\s:])|.*\w[*~]+[)]?$"
)
_PLAIN = re.compile(r"\w+(?:[-'\u2019.&/+]+\w+)*")


class QueryTooLong(ValueError):
    """The message is in words for the reader."""


def parse(text: str) -> Query:
    """Return the query that `text` means; `parse(str(query)).tree` is `query.tree` again.

    Raises QueryTooLong above 1,000 characters, and nothing else.
    """
    if len(text) > LONGEST_QUERY_CHARACTERS:
        raise QueryTooLong(
            _(
                "This search has %(length)d characters; %(limit)d is the most that can be "
                "searched. Try the few words that matter most."
            )
            % {"length": len(text), "limit": LONGEST_QUERY_CHARACTERS}
        )
    return _Parser().parse(_normalise(text))


def arxiv_id_in(text: str) -> str | None:
    """Return the base id when `text` as a whole names a paper on arXiv (id, address, DOI)."""
    try:
        return parse_arxiv_id(text).base
    except ValueError:
        return None


def _normalise(text: str) -> str:
    storable = text.encode("utf-8", "replace").decode().replace("\x00", " ")
    return unicodedata.normalize("NFC", storable).translate(_QUOTES)


class _Parser:
    def __init__(self) -> None:
        self.parts: list[Node] = []
        self.operators: list[str] = []
        self.signs: list[str] = []
        self.unclosed = False

    def parse(self, text: str) -> Query:
        for match in _PART.finditer(text):
            if match["word"]:
                self._add_word(match["word"])
            elif match["open"]:
                self.unclosed = True
            else:
                self._add_phrase(match["phrase"])
        return Query(And(tuple(self.parts)), tuple(Note(text) for text in self._notes()))

    def _add_word(self, word: str) -> None:
        if not _has_letters(word):
            self.signs.append(word)
        elif _NOT_YET.match(word):
            self.operators.append(word)
            self.parts.extend(Word(plain) for plain in _PLAIN.findall(word) if _has_letters(plain))
        else:
            self.parts.append(Word(word))

    def _add_phrase(self, phrase: str) -> None:
        words = " ".join(phrase.split())
        if _has_letters(words):
            self.parts.append(Phrase(words))
        else:
            self.signs.append(f'"{words}"')

    def _notes(self) -> list[str]:
        notes = []
        if self.unclosed:
            notes.append(_("A quotation mark is not closed: what follows is searched as words."))
        if self.operators:
            notes.append(
                _("Not understood, and searched as plain words: %(operators)s")
                % {"operators": ", ".join(self.operators)}
            )
        if self.signs:
            notes.append(
                _("Left out, since only letters and digits can be searched: %(signs)s")
                % {"signs": ", ".join(self.signs)}
            )
        return notes


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)
