import pytest

from papers.pictures.lettering import BOLD, CannotBeDrawnError, drawable, font, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Łukasz  Žižić\tand Đorđe", "Łukasz Žižić and Đorđe"),
        ("Ж and δ → √n", "Ж and δ → √n"),
        ("\u211d and \U0001d4aa(n²)", "R and O(n²)"),
        ("Rockets 🚀 and \u202ewords\u200b", "Rockets and words"),
        ("a ⊗ b", "a … b"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("\x00\ud800", ""),
        ("", ""),
    ],
)
def test_signs_that_the_font_lacks_are_put_otherwise(text: str, shown: str) -> None:
    assert drawable(text) == shown


@pytest.mark.parametrize("text", ["深層学習", "محمد علي", "עברית", "हिन्दी", "half 半"])
def test_letters_of_other_scripts_are_never_boxes(text: str) -> None:
    with pytest.raises(CannotBeDrawnError):
        drawable(text)


@pytest.mark.parametrize("text", ["words of a long title " * 20, "x" * 400, "W" * 3 + " i" * 200])
def test_no_line_is_wider_than_the_page(text: str) -> None:
    face = font(BOLD, 48)
    lines = wrap(text, face, 600, 3)
    assert len(lines) == 3
    assert max(map(face.getlength, lines)) <= 600
    assert lines[-1].endswith("…")


def test_what_fits_is_shown_whole() -> None:
    assert wrap("A short title", font(BOLD, 48), 600, 3) == ("A short title",)
    assert wrap("", font(BOLD, 48), 600, 3) == ()
