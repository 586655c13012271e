"""Whether arXiv's words about a paper say that it was withdrawn.

Never infers it from a missing text. The words stand in the author's comment or, for papers that
arXiv withdrew, at the start of the abstract: "this paper has been withdrawn", of the paper itself.
Read more: https://info.arxiv.org/help/withdraw.html
"""

import re

_PAPER = r"(?:arxiv\s+)?(?:paper|article|submission|manuscript|preprint|work|version|note|letter)"
_IS = r"(?:\s+(?:has|have)(?:\s+now)?\s+been|\s+is|\s+was)"
# One may withdraw a paper from a conference and leave it on arXiv.
_AWAY = r"\s+(?:temporarily\s+)?withdrawn\b(?!\s+from\s+(?!(?:the\s+)?arxiv))"
_THIS_IS = rf"(?:this|the)\s+(?:present\s+)?{_PAPER}{_IS}?{_AWAY}"
_IN_SHORT = rf"(?:{_PAPER}{_IS}?{_AWAY}|(?:temporarily\s+)?withdrawn\b)"

_COMMENT_START = re.compile(rf"\W*(?:{_THIS_IS}|{_IN_SHORT})", re.IGNORECASE)
# "which has been withdrawn" is said of another paper: only a sentence of its own counts.
_COMMENT_SENTENCE = re.compile(rf"[.;!]\s+{_THIS_IS}", re.IGNORECASE)
_ABSTRACT_START = re.compile(rf"\W*this\s+{_PAPER}{_IS}{_AWAY}", re.IGNORECASE)


def says_withdrawn(comment: str, abstract: str) -> bool:
    """True when the comment has such a sentence, or the abstract begins with one."""
    if _ABSTRACT_START.match(abstract):
        return True
    if "withdrawn" not in comment.lower():
        return False
    return bool(_COMMENT_START.match(comment) or _COMMENT_SENTENCE.search(comment))
