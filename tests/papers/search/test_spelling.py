import pytest

from papers.search.spelling import spell, spell_with_places


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("α-divergence, ϵ-greedy and Δ", "alpha-divergence, epsilon-greedy and delta"),
        ("TGF-β1 in 𝛼 and ℝ", "TGF-beta1 in alpha and R"),
        ("R^2 of F_1 and pi_0", "R2 of F1 and pi0"),
        ("llama_2, my_3, x^n, a_b and file_v2", "llama_2, my3, x^n, a_b and file_v2"),
        ("Γιώργος on αβ", "Γιώργος on αβ"),
        ("plain words – and others", "plain words – and others"),
    ],
)
def test_spelled_one_way(text: str, spelled: str) -> None:
    assert spell(text) == spelled
    assert spell_with_places(text)[0] == spelled


def test_places_lead_back_to_the_text() -> None:
    text = "an α-test of R^2"
    spelled, places = spell_with_places(text)
    assert len(places) == len(spelled) + 1
    alpha, r2 = spelled.index("alpha"), spelled.index("R2")
    assert text[places[alpha] : places[alpha + 5]] == "α"
    assert text[places[r2] : places[r2 + 2]] == "R^2"
