"""The site's icons as pictures, for what takes no SVG: `python -m papers.pictures.icons static`.

They are committed, and drawn anew when their look changes (`make icons`). Sizes: 192 and 512 are
asked for by browsers that install a site (W3C Web Application Manifest), 180 by Apple's, 16 to 48
by bookmarks. A maskable icon is cut to any shape within its middle 80 % (same source, 1.8.1).
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from papers.pictures.cards import ACCENT, as_png
from papers.pictures.lettering import BOLD, font

LETTER, INK = "B", "#ffffff"
_OVERSAMPLING = 4
# Of the side: what static/icon.svg has; less where a launcher may cut the edge away.
_LETTER_HEIGHT, _SAFE_LETTER_HEIGHT = 0.62, 0.46
_CORNER = 0.125


def draw_icon(size: int, *, is_cut_by_others: bool = False) -> Image.Image:
    """Return a square of `size` pixels; `is_cut_by_others` has no corners of its own."""
    side = size * _OVERSAMPLING
    picture = Image.new("RGBA", (side, side), ACCENT if is_cut_by_others else "#00000000")
    pen = ImageDraw.Draw(picture)
    if not is_cut_by_others:
        pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=side * _CORNER, fill=ACCENT)
    height = _SAFE_LETTER_HEIGHT if is_cut_by_others else _LETTER_HEIGHT
    face = font(BOLD, round(side * height / _cap_height()))
    left, top, right, bottom = face.getbbox(LETTER)
    corner = (side - (left + right)) / 2, (side - (top + bottom)) / 2
    pen.text(corner, LETTER, fill=INK, font=face)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def write_icons(folder: Path) -> None:
    """Write the five files that pages and the manifest name."""
    for size in (192, 512):
        (folder / f"icon-{size}.png").write_bytes(as_png(draw_icon(size)))
    for name, size in (("icon-maskable-512", 512), ("apple-touch-icon", 180)):
        picture = draw_icon(size, is_cut_by_others=True).convert("RGB")
        (folder / f"{name}.png").write_bytes(as_png(picture))
    small = [draw_icon(size) for size in (48, 32, 16)]
    small[0].save(
        folder / "favicon.ico", append_images=small[1:], sizes=[(s, s) for s in (48, 32, 16)]
    )


def _cap_height() -> float:
    """Height of the letter in a font of one pixel."""
    _left, top, _right, bottom = font(BOLD, 1000).getbbox(LETTER)
    return (bottom - top) / 1000


if __name__ == "__main__":
    write_icons(Path(sys.argv[1]))
