r"""TeX as bibliographies hold it, as plain text: `G{\"o}del \& {GPT}` is `Gödel & GPT`.

It undoes what papers/formats/bibtex.py escapes, exactly, and the accents of others; maths between
dollars stays as it is, and a command that is not known stays as text. Nothing is ever run.
"""

import re
import unicodedata

_COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
_WORDS = {
    "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
    "textasciicircum": "^", "textunderscore": "_", "textbar": "|", "textless": "<",
    "textgreater": ">", "textquotedbl": '"', "textquotesingle": "'", "textasciigrave": "`",
    "textendash": "\u2013", "textemdash": "\u2014", "textdollar": "$", "ldots": "…", "dots": "…",
    "textellipsis": "…", "copyright": "©", "pounds": "£", "S": "§", "lbrace": "{", "rbrace": "}",
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø",
    "O": "Ø", "l": "ł", "L": "Ł", "i": "\u0131", "j": "\u0237", "dh": "ð", "th": "þ",
    "par": "\n", "newline": "\n",
}  # fmt: skip
_SILENT = (
    "emph|textbf|textit|texttt|textsc|textrm|textsf|textup|textnormal|mathrm|mbox|text|url|enquote"
    "|bibinfo|uppercase|lowercase|MakeUppercase|it|bf|em|tt|sc|rm|tiny|small|protect|noopsort"
)
_TOKEN = re.compile(
    r"(?P<maths>\$\$?[^$]*\$\$?)"
    r"|\\(?P<mark>[\'`^\"~=.])\s*(?:\{\s*\\?(?P<a>[A-Za-z])\s*\}|\\?(?P<b>[A-Za-z]))"
    r"|\\(?P<letter_mark>[uvHckrdb])(?:\s*\{\s*\\?(?P<c>[A-Za-z])\s*\}|\s+(?P<d>[A-Za-z]))"
    rf"|\\(?P<silent>{_SILENT})(?![A-Za-z])\s*"
    rf"|\\(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![A-Za-z])(?:\{{\}}|[ \t]+)?"
    r"|\\(?P<sign>[&%$#_{} ,/@;!<>-])"
    r"|(?P<break>\\\\)"
    r"|(?P<tie>~)"
    r"|(?P<brace>[{}])"
)


def plain(tex: str) -> str:
    r"""`tex` as text, line breaks and spaces as they are. `$x^2$` keeps its dollars."""
    if not any(sign in tex for sign in "\\{}~"):
        return tex
    return _TOKEN.sub(_read, tex)


def _read(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if match["maths"] is not None:
        return match["maths"]
    if match["mark"] or match["letter_mark"]:
        letter = match["a"] or match["b"] or match["c"] or match["d"]
        mark = _COMBINING[match["mark"] or match["letter_mark"]]
        return unicodedata.normalize("NFC", f"{letter}{mark}")
    if kind == "word":
        return _WORDS[match["word"]]
    if kind == "sign":
        return {",": " ", ";": " ", "/": "", "!": "", "-": ""}.get(match["sign"], match["sign"])
    return {"break": "\n", "tie": " "}.get(kind, "")
