"""The picture that stands beside a link to this site elsewhere, in the newspaper's design.

It draws what it is given and reads nothing; who may see it is decided by the views. Sizes: what
Open Graph's readers show whole is 1200 by 630 pixels (ogp.me; developers of the large ones agree).
"""

from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from PIL import Image, ImageDraw

from papers.pictures.lettering import (
    BOLD,
    LONGEST_TEXT,
    REGULAR,
    SEMIBOLD,
    CannotBeDrawnError,
    drawable,
    font,
    wrap,
)

WIDTH, HEIGHT = 1200, 630
# As in static/css/variables.css, by day.
PAPER, INK, MUTED, RULE, ACCENT = "#fbfaf6", "#1d1b18", "#5d584e", "#d8d2c4", "#8c1d18"

COLOURS = 64

_MARGIN = 72
_MEASURE = WIDTH - 2 * _MARGIN
_TITLE_TOP, _TITLE_HEIGHT = 216, 262
_TITLE_SIZES = (72, 64, 56, 48, 44)
_LEADING = 1.18


@dataclass(frozen=True, slots=True)
class CardText:
    """Plain text, each of one line, of any length, in any script; all but the title may be empty.

    `byline` is names with commas between. `instead` is shown where the font lacks the title's
    letters.
    """

    nameplate: str
    title: str
    kicker: str = ""
    byline: str = ""
    foot: str = ""
    instead: str = ""


def draw_card(text: CardText) -> bytes:
    """Return a PNG of 1200 by 630 pixels. Some 15 ms of CPU, whatever the text."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    _line(pen, 48, text.nameplate, BOLD, 56, INK)
    for top in (134, 140):
        pen.rectangle((_MARGIN, top, WIDTH - _MARGIN - 1, top + 2), fill=INK)
    _line(pen, 162, text.kicker, SEMIBOLD, 30, ACCENT)
    _title(pen, _or_empty(text.title) or _or_empty(text.instead))
    _line(pen, 494, _names(text.byline), REGULAR, 36, MUTED)
    pen.rectangle((_MARGIN, 556, WIDTH - _MARGIN - 1, 557), fill=RULE)
    _line(pen, 570, text.foot, REGULAR, 28, MUTED)
    return as_png(picture)


def as_png(picture: Image.Image) -> bytes:
    file = BytesIO()
    # A few colours are enough for edges of letters, and halve the file.
    picture.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(file, "PNG")
    return file.getvalue()


def _line(
    pen: ImageDraw.ImageDraw, top: int, text: str, weight: str, size: int, colour: str
) -> None:
    face = font(weight, size)
    for line in wrap(_or_empty(text), face, _MEASURE, 1):
        pen.text((_MARGIN, top), line, fill=colour, font=face)


def _title(pen: ImageDraw.ImageDraw, title: str) -> None:
    """As large as it can be read whole; the longest end in "…"."""
    for size in _TITLE_SIZES:
        face, leading = font(BOLD, size), round(size * _LEADING)
        lines = wrap(title, face, _MEASURE, _TITLE_HEIGHT // leading)
        if not (lines and lines[-1].endswith("…")):
            break
    for number, line in enumerate(lines):
        pen.text((_MARGIN, _TITLE_TOP + number * leading), line, fill=INK, font=face)


def _names(byline: str) -> str:
    """The names that can be drawn, with "…" in place of others between them."""
    shown = [_or_empty(name) or "…" for name in byline[:LONGEST_TEXT].split(", ")]
    kept = [name for name, _same in groupby(shown)]
    return "" if kept == ["…"] else ", ".join(kept)


def _or_empty(text: str) -> str:
    try:
        return drawable(text)
    except CannotBeDrawnError:
        return ""
