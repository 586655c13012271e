from io import BytesIO

import pytest
from PIL import Image

from papers.pictures.cards import CardText, draw_card


def draw(title: str = "A Title", **said: str) -> bytes:
    return draw_card(CardText(nameplate="Broadsheet", title=title, **said))


def read(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


def margin_is_empty(picture: Image.Image) -> bool:
    """Nothing stands beyond the last 60 pixels to the right."""
    edge = picture.convert("RGB").crop((1140, 0, 1200, 630)).getcolors()
    return edge is not None and len(edge) == 1


@pytest.mark.parametrize(
    "title",
    ["A Title", "long words " * 500, "x" * 5000, "🎉", "", "深層学習", "<b>x</b> \x00\ud800"],
)
def test_any_title_makes_a_picture_of_the_same_size(title: str) -> None:
    picture = draw(title, byline=title, kicker=title, foot=title, instead=title)
    read(picture).verify()
    assert read(picture).size == (1200, 630)
    assert margin_is_empty(read(picture))
    assert len(picture) < 60_000


def test_a_title_in_another_script_is_told_by_its_number() -> None:
    assert draw("深層学習", instead="arXiv 2603.00001") == draw("arXiv 2603.00001")


def test_names_in_other_scripts_are_left_out_one_by_one() -> None:
    assert draw(byline="Ada Moor, محمد علي, 山田, Bo Lind") == draw(byline="Ada Moor, …, Bo Lind")
    assert draw(byline="山田, 鈴木") == draw()


def test_the_same_words_make_the_same_bytes() -> None:
    assert draw() == draw()
    assert draw() != draw("Another")
