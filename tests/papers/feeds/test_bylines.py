import pytest

from papers.feeds.bylines import MOST_NAMES, names_of, split_byline


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Ada Moor", ["Ada Moor"]),
        ("Moor, Ada", ["Ada Moor"]),
        ("van der Moor, Ada", ["Ada van der Moor"]),
        ("Ada Moor, Bo Quay", ["Ada Moor", "Bo Quay"]),
        ("Ada Moor and Bo Quay", ["Ada Moor", "Bo Quay"]),
        ("Ada Moor, Bo Quay, and Cy Roe", ["Ada Moor", "Bo Quay", "Cy Roe"]),
        (" Moor, A., Quay, B. C. ", ["A. Moor", "B. C. Quay"]),
        ("Moor, J.-P. and Quay, B.", ["J.-P. Moor", "B. Quay"]),
        ("Moor AB, Quay C", ["Moor AB", "Quay C"]),
        ("Moor, Ada; Quay, Bo", ["Ada Moor", "Bo Quay"]),
        ("Ada Moor; Bo Quay", ["Ada Moor", "Bo Quay"]),
        ("Ada Moor\nBo Quay", ["Ada Moor", "Bo Quay"]),
        ("Ada Moor,\n  Bo Quay", ["Ada Moor", "Bo Quay"]),
        ("Sam Sample, Jr., Ann Li", ["Sam Sample, Jr.", "Ann Li"]),
        ("Ren&eacute; M&#252;ller", ["René Müller"]),
    ],
)
def test_one_string_is_split_into_names(byline: str, names: list[str]) -> None:
    assert list(split_byline(byline)) == names


def test_several_elements_are_a_name_each() -> None:
    entry = {"authors": [{"name": "Ada Moor"}, {"name": "Van Quay, Bo"}, {"name": "Ada Moor"}]}
    assert names_of(entry) == ("Ada Moor", "Bo Van Quay")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"name": "Ann Mail", "email": "ann@example.org"}, ("Ann Mail",)),
        ({"name": "ple (Ann Mail", "email": "ann@site.exam"}, ("Ann Mail",)),
        ({"name": "ann@example.org (Ann Mail)"}, ("Ann Mail",)),
        ({"name": "ple", "email": "ann@site.exam"}, ()),
        ({"name": "ann@example.org"}, ()),
        ({"name": "Ann Mail (Mill Institute)"}, ("Ann Mail",)),
        ({"name": "(Ann Mail)"}, ("Ann Mail",)),
        ({"name": "et al."}, ()),
        ({"name": None}, ()),
        ({}, ()),
    ],
)
def test_addresses_of_mail_are_no_names(author: dict[str, str], names: tuple[str, ...]) -> None:
    assert names_of({"authors": [author]}) == names


def test_no_paper_has_names_without_end() -> None:
    byline = "; ".join(
        f"Author {chr(97 + number % 26) * (number // 26 + 1)}" for number in range(900)
    )
    assert len(names_of({"authors": [{"name": byline}]})) == MOST_NAMES
