import pytest

from papers.feeds.names import join_name, split_authors, split_written_authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("A. One, B. Two, Jr., C. Three III", ["A. One", "B. Two, Jr.", "C. Three III"]),
        ("A. One (X, Y), D. Four, III", ["A. One (X, Y)", "D. Four, III"]),
        ("A One,B Two , ,C Three)", ["A One", "B Two", "C Three)"]),
        (r"Paulo Andr\'e, \L{}ucja Nowak", ["Paulo André", "Łucja Nowak"]),
        (r"H{\aa}kan \v{C}ech, J\'{o}n \O stergaard", ["Håkan Čech", "Jón Østergaard"]),
        (r"Fran\c{c}ois Mart{\'\i}nez", ["François Martínez"]),
    ],
)
def test_authors_are_split_where_names_end(text: str, names: list[str]) -> None:
    assert split_authors(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("A. One, B. Two and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("A. One, B. Two, and C. Three, Jr.", ["A. One", "B. Two", "C. Three, Jr."]),
        ("A. One (1), B. Two (2) ((1) Mill, Hill, (2) Dale and Co)", ["A. One", "B. Two"]),
        ("The Mill Collaboration: A. One; B. Two", ["The Mill Collaboration", "A. One", "B. Two"]),
        (r"Andr\'e One, Alexander Sand", ["André One", "Alexander Sand"]),
    ],
)
def test_written_authors_are_split_and_lose_their_affiliations(text: str, names: list[str]) -> None:
    assert split_written_authors(text) == names


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Example", "Ada"), "Ada Example"),
        (("Sample", "Bo C.", "Jr"), "Bo C. Sample Jr"),
        (("Mill Collaboration",), "Mill Collaboration"),
        (("M\u00fcller\n", "Ren\u00e9"), "René Müller"),
        ((r"M\"uller", ""), "Müller"),
        ((":",), ""),
        (("",), ""),
    ],
)
def test_a_name_is_joined_as_it_is_shown(parts: tuple[str, ...], name: str) -> None:
    assert join_name(*parts) == name
