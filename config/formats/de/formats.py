"""German: a point after the day of the month, and short months as in print (N: “März”, “Nov.”)."""

DATES = {
    "D": "D",
    "D, j M": "D, j. N",
    "D, j M Y": "D, j. N Y",
    "F Y": "F Y",
    "H:i": "H:i",
    "H:i e": "H:i e",
    "M": "N",
    "M Y": "N Y",
    "j": "j",
    "j F": "j. F",
    "j F Y": "j. F Y",
    "j F Y, H:i": "j. F Y, H:i",
    "j F Y, H:i:s": "j. F Y, H:i:s",
    "j M": "j. N",
    "j M Y": "j. N Y",
    "j M Y H:i": "j. N Y H:i",
    "j M Y, H:i:s": "j. N Y, H:i:s",
    "j M, H:i": "j. N, H:i",
    "l": "l",
    "l, j F": "l, j. F",
    "l, j F Y": "l, j. F Y",
    "l, j F, H:i": "l, j. F, H:i",
}


def __getattr__(name: str) -> str:
    """Django asks for a format by its name, and an English format is no name of Python."""
    if name in DATES:
        return DATES[name]
    raise AttributeError(name)
