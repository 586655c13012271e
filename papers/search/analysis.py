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
_KEPT_STEMS = 200_000
_stems: dict[str, str] = {}


def terms_of(text: str) -> list[str]:
    """Return `ENGLISH.analyze(text)`, in a fifth of the time where its words were met before."""
    if not text.isascii() and not _PLAIN.fullmatch(text):
        return ENGLISH.analyze(text)
    words = _WORD.findall(text.lower())
    terms: list[str | None] = list(map(_stems.get, words))
    if None in terms:
        terms = [_stem(word) for word in words]
    return list(filter(None, terms))


def _stem(word: str) -> str:
    """The term of a single word, "" of one so long that none is kept."""
    stem = _stems.get(word)
    if stem is None:
        stem = "".join(ENGLISH.analyze(word))
        if len(_stems) < _KEPT_STEMS:
            _stems[word] = stem
    return stem


def compose(text: str) -> str:
    """Return `text` with accents and letters as one: é, not e with a combining accent."""
    return unicodedata.normalize("NFC", text)


def normalise(text: str) -> str:
    """Return `text` as the analyzers are to have it: composed, and spelled one way."""
    return spell(compose(text))
