"""What was stored in English reads in another language, or is marked as English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from papers.spoken import marked, spoken

APPS = Path(settings.BASE_DIR)
# What reads sources: these raise or note sentences that are stored.
READERS = [*sorted((APPS / "papers/feeds").glob("*.py")), APPS / "papers/identity.py"]
READERS += [APPS / "papers" / f"{name}.py" for name in ("documents", "refresh", "rounds")]
STORED = {"ParseError", "FetchError", "EmptyPageError", "ExpiredPositionError", "HostBusyError"}
# Fetching and reading for readers who ask for a page or a list, which answers them at once.
ASKED_BY_READERS = {"landing", "opml", "crossref"}
# Said of slips in the code itself.
OF_CODE = ("may not be named", "can be asked for at once", "belongs to a harvest")


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    with translation.override("de"):
        yield


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("arXiv's feed was cut off before its end.", "wurde vor seinem Ende abgeschnitten."),
        ("export.arxiv.org answered with HTTP 503.", "export.arxiv.org antwortete mit HTTP 503."),
        (
            "huggingface.co could not be reached (its name leads nowhere). "
            "(3 more of the same host fail; see /status/)",
            "huggingface.co war nicht zu erreichen (der Name führt nirgendwohin). (3 weitere",
        ),
        (
            "Item 3 of the cs.LG feed was left out: 2603.00141 has no title.",
            "Eintrag 3 des Feeds cs.LG wurde ausgelassen: 2603.00141 hat keinen Titel.",
        ),
        (
            "The mail server said: 554 full We tried 5 times; its papers come with the next issue.",
            "Antwort des Mailservers: 554 full Wir haben es 5-mal versucht",
        ),
    ],
)
def test_a_sentence_is_known_again_with_its_values(stored: str, said: str) -> None:
    found = spoken(stored)
    assert found is not None
    assert said in found


def test_of_two_texts_that_fit_the_one_that_says_more_is_taken() -> None:
    found = spoken("x.org redirects to http://x.org/, which is not encrypted.")
    assert found == "x.org leitet zu http://x.org/ weiter, das nicht verschlüsselt ist."


@pytest.mark.parametrize("text", ["", "1 of 2", "Some <b> words nobody knows.", "x" * 5000])
def test_what_is_not_known_stays_and_is_marked_as_english(text: str) -> None:
    assert spoken(text) is None
    assert marked(text).startswith('<span lang="en">' if text else "")
    assert "<b>" not in marked(text)
    with translation.override("en"):
        assert marked(text) == text


def test_values_are_not_read_as_html() -> None:
    page = marked("a<b answered with HTTP 503.")
    assert "__html__" not in dir(page)  # the template escapes it


def _sentences(path: Path) -> Iterator[str]:
    """Each sentence that a module raises or notes, "7" in the place of what is put into it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and _is_stored(node.func):
            text = _text(node.args[0])
            if text and not any(words in text for words in OF_CODE):
                yield text


def _is_stored(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "append" and "problems" in ast.unparse(function.value)
    return isinstance(function, ast.Name) and function.id in STORED


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = (part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
    return "".join(map(str, parts))


def test_all_that_reading_a_source_says_is_in_every_language() -> None:
    paths = [path for path in READERS if path.stem not in ASKED_BY_READERS]
    said = {sentence for path in paths for sentence in _sentences(path)}
    assert len(said) > 40
    unknown = {text for text in said if spoken(text) is None and text != "7 7."}
    assert unknown == set(), "write them into papers/source_words.py, then `make messages`"
