"""Finds which brace closes which, in one pass, so that no reader has to search for it.

Never recurses and never reads a text twice; what is nested too deeply is refused (TooDeep).
"""

import re

# Real abstracts nest four deep at most; the readers call themselves once a level.
DEEPEST_NESTING = 40

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


class TooDeep(ValueError):
    """Braces are nested deeper than DEEPEST_NESTING."""


def match_braces(source: str) -> dict[int, int]:
    """Return the place of the closing brace by the place of the opening one.

    Escaped braces do not count and those without a partner are left out. Raises TooDeep.
    """
    closing: dict[int, int] = {}
    if "{" not in source:
        return closing
    opened: list[int] = []
    for match in _BRACE.finditer(source):
        if match[0] == "{":
            opened.append(match.start())
            if len(opened) > DEEPEST_NESTING:
                raise TooDeep
        elif match[0] == "}" and opened:
            closing[opened.pop()] = match.start()
    return closing
