from django.utils.safestring import SafeString

from papers.stencils import Stencil, new_number


def test_each_name_gives_way_to_its_word_wherever_it_stands() -> None:
    stencil = Stencil(SafeString('<b id="n1">T</b>n1'), "n1", "T")
    assert stencil.fill({"n1": "7", "T": "Owls"}) == '<b id="7">Owls</b>7'
    assert isinstance(stencil.fill({"n1": "7", "T": "Owls"}), SafeString)


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    stencil = Stencil(SafeString("n1 T"), "n1", "T")
    assert stencil.fill({"n1": "T n1", "T": r"\1 n1"}) == r"T n1 \1 n1"


def test_numbers_are_of_one_length_and_differ() -> None:
    numbers = {new_number() for _ in range(100)}
    assert len(numbers) == 100
    assert {len(str(number)) for number in numbers} == {18}
