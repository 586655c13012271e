from typing import Any

from django.db.models import Func, Value
from django.db.models.expressions import Combinable


class LettersOnly(Func):
    """A text without all that is neither a letter nor a figure: of a title, what two spellings
    of it have in common."""

    function = "regexp_replace"
    arity = 4

    def __init__(self, text: Combinable | str, *rest: Any, **extra: Any) -> None:
        rest = rest or (Value("[^[:alnum:]]+"), Value(""), Value("g"))
        super().__init__(text, *rest, **extra)
