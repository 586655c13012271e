"""How text is cut into terms: the same for what is indexed and for what is asked.

Whoever changes an analyzer raises schema.INDEX_VERSION.
"""

import re
import unicodedata

import tantivy

from papers.search.spelling import spell

LONGEST_TERM_BYTES = 100


def _words(*, stemmed: bool) -> tantivy.TextAnalyzer:
    # Hyphens separate terms, and a hyphenated word is searched as a phrase: "decoder-only" finds
    # "decoder only" too.
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_TERM_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    return (builder.filter(tantivy.Filter.stemmer("english")) if stemmed else builder).build()


ENGLISH = _words(stemmed=True)
# Names have no forms, and who asks for the beginning of a word does not mean its stem.
NAMES = _words(stemmed=False)
# Terms that were made of text already (terms_of), with spaces between.
TERMS = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
CODES = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.lowercase()).build()
)


# Latin letters and the punctuation that goes with them: cut into words here as there.
_PLAIN = re.compile("[\x00-\xff\u2010-\u2027\u2030-\u205e]*")
_WORD = re.compile(r"[^\W_]+")
_TO_SPACES = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})
# Beyond this the rarer words cost more to keep than to stem: 12 million words of 60,000 papers took
# 2.8 s of CPU, and 3.8 where all 105,000 different ones were kept.
_KEPT_STEMS = 1 << 15


class _Stems(dict[str, str]):
    """From a single word to its term, "" for one so long that none is kept."""

    def __missing__(self, word: str) -> str:
        stem = "".join(ENGLISH.analyze(word))
        if len(self) < _KEPT_STEMS:
            self[word] = stem
        return stem


_stems = _Stems()


def terms_of(text: str) -> list[str]:
    """Return `ENGLISH.analyze(text)`, in a tenth of the time where its words were met before."""
    if text.isascii():
        words = text.lower().translate(_TO_SPACES).split()
    elif _PLAIN.fullmatch(text):
        words = _WORD.findall(text.lower())
    else:
        return ENGLISH.analyze(text)
    return list(filter(None, map(_stems.__getitem__, words)))


def compose(text: str) -> str:
    """Return `text` with accents and letters as one: é, not e with a combining accent."""
    return unicodedata.normalize("NFC", text)


def normalise(text: str) -> str:
    """Return `text` as the analyzers are to have it: composed, and spelled one way."""
    return spell(compose(text))
