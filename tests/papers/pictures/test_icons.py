from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from papers.pictures.icons import draw_icon, write_icons

SIZES = {
    "icon-192.png": 192,
    "icon-512.png": 512,
    "icon-maskable-512.png": 512,
    "apple-touch-icon.png": 180,
}


def test_all_icons_are_written(tmp_path: Path) -> None:
    write_icons(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*SIZES, "favicon.ico"}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_committed_icons_have_their_size(name: str, size: int) -> None:
    content = (settings.BASE_DIR / "static" / name).read_bytes()
    assert Image.open(BytesIO(content)).size == (size, size)
    assert len(content) < 8_000


def test_the_letter_of_a_maskable_icon_survives_any_shape() -> None:
    """What a launcher may cut away, beyond a circle of 40 % of the side, has no letter."""
    picture = draw_icon(200, is_cut_by_others=True).convert("RGB")
    ground = picture.getpixel((0, 0))
    beyond = [
        picture.getpixel((x, y))
        for x in range(200)
        for y in range(200)
        if (x - 100) ** 2 + (y - 100) ** 2 > 80**2
    ]
    assert set(beyond) == {ground}
