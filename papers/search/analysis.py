"""How text is cut into terms: the same for what is indexed and for what is asked.

Whoever changes an analyzer raises schema.INDEX_VERSION.
"""

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


def _as_is() -> tantivy.TextAnalyzerBuilder:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())


ENGLISH = _words(stemmed=True)
# Names have no forms, and who asks for the beginning of a word does not mean its stem.
NAMES = _words(stemmed=False)
# Terms with a space between, one a line, that were made of text already.
PAIRS = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(r"[^\n]+")).build()
AS_IS = _as_is().build()
CODES = _as_is().filter(tantivy.Filter.lowercase()).build()


def compose(text: str) -> str:
    """Return `text` with accents and letters as one: é, not e with a combining accent."""
    return unicodedata.normalize("NFC", text)


def normalise(text: str) -> str:
    """Return `text` as the analyzers are to have it: composed, and spelled one way."""
    return spell(compose(text))
