"""What `manage.py doctor` and /operate/ say: one finding for each thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` say how it is, `advice` what to do where it is not well; neither holds a secret."""

    name: str
    level: Level
    words: str
    advice: str = ""


def well(name: str, words: str) -> Finding:
    return Finding(name, Level.WELL, words)


def warning(name: str, words: str, advice: str) -> Finding:
    return Finding(name, Level.WARNING, words, advice)


def fault(name: str, words: str, advice: str) -> Finding:
    return Finding(name, Level.FAULT, words, advice)
