import pytest

from papers.formats.names import Name, read_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ada Moor", Name("Moor", "Ada")),
        ("  Ada \u00a0 Moor\n", Name("Moor", "Ada")),
        ("Ludwig van Beethoven", Name("van Beethoven", "Ludwig")),
        ("Beethoven, Ludwig van", Name("Beethoven", "Ludwig van")),
        ("Sammy Davis Jr.", Name("Davis", "Sammy", "Jr.")),
        ("Davis, Jr., Sammy", Name("Davis", "Sammy", "Jr.")),
        ("Davis Jr., Sammy", Name("Davis", "Sammy", "Jr.")),
        ("Plato", Name("Plato")),
        ("The Owl Collaboration", Name("The Owl Collaboration")),
        ("Institute of Owls", Name("Institute of Owls")),
        ("Owls for All", Name("Owls for All")),
        ("Barn Owl Lab", Name("Barn Owl Lab")),
        ("Nguyen The Anh", Name("Anh", "Nguyen The")),
        ("Duc-The Ngo", Name("Ngo", "Duc-The")),
        ("Thomas Lab", Name("Lab", "Thomas")),
        ("김민준", Name("김민준")),
        ("김 민준", Name("김 민준")),
        (", ,", Name(", ,")),
        ("Moor, -", Name("Moor, -")),
        ("", Name("")),
    ],
)
def test_a_name_is_cut_where_its_family_name_begins(text: str, name: Name) -> None:
    assert read_name(text) == name
